//! The button in the head that begins to crop and ends it, or says why there is nothing to crop.

use leptos::prelude::*;

use super::{Crop, state::BUTTON_ID};
use crate::ui::parts::{
    icon::{Icon, Sign},
    shared::{maybe, text},
};

#[component]
pub fn CropButton() -> impl IntoView {
    let crop = expect_context::<Crop>();
    let title = text(move || crop.refusal().unwrap_or("Crop this picture (C)").to_owned());
    view! {
        <button
            type="button"
            id=BUTTON_ID
            class="tool crop-begin"
            aria-label="Crop"
            title=title
            aria-pressed=text(move || crop.is_open().to_string())
            aria-disabled=maybe(move || crop.refusal().map(|_| "true".to_owned()))
            on:click=move |_| crop.toggle()
        >
            <Icon sign=Sign::Crop/>
            <span class="tool-words">"Crop"</span>
        </button>
    }
}
