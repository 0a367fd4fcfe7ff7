//! The line above the grid: what is shown, how many, in which order.

use leptos::prelude::*;

use super::Gallery;
use crate::ui::parts::{shared::text, words};

#[component]
pub fn Bar() -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    view! {
        <div class="bar">
            <h1>"All pictures"</h1>
            <span class="bar-count">{text(move || words::count(gallery.all.get(), "picture", "pictures"))}</span>
            <span class="bar-order">"Newest first"</span>
        </div>
    }
}
