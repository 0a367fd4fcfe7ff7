//! The button that saves what is shown as a view, wherever that is something of its own and not saved yet.

use leptos::prelude::*;

use super::{Views, dialog::Ask};
use crate::ui::{
    gallery::Gallery,
    parts::icon::{Icon, Sign},
};

pub fn can_save(gallery: Gallery, views: Views) -> bool {
    gallery.view.with(|view| !view.is_all() && !views.has(view))
}

#[component]
pub fn SaveView() -> impl IntoView {
    let asked = expect_context::<Views>().asked;
    view! {
        <button type="button" class="save-view" on:click=move |_| asked.set(Some(Ask::Save))>
            <Icon sign=Sign::View/>
            "Save view"
        </button>
    }
}
