//! The line at the head of the gallery. The picture page has its own.

use leptos::prelude::*;

use super::{
    find::field::Find,
    gallery::sidebar::SIDEBAR_ID,
    parts::{
        icon::{Icon, Sign},
        live_dot::LiveDot,
        theme_switch::ThemeSwitch,
    },
    upload::form::UploadForm,
};

/// A `plain` one stands over a page that follows nothing and has no drawer.
#[component]
pub fn Header(#[prop(optional)] plain: bool) -> impl IntoView {
    let menu = move || {
        view! {
            <button type="button" class="tool menu" popovertarget=SIDEBAR_ID aria-label="Places">
                <Icon sign=Sign::Menu/>
            </button>
        }
    };
    view! {
        <header class="header">
            {(!plain).then(menu)}
            <a class="brand" href="/" aria-label="PixelSync, all pictures">
                "Pixel"
                <b>"Sync"</b>
            </a>
            {(!plain).then(|| view! { <Find/> })}
            <div class="header-end">
                {(!plain).then(|| view! { <LiveDot/> })}
                <ThemeSwitch/>
                {(!plain).then(|| view! { <UploadForm label="Upload" folder_label="Upload a folder"/> })}
            </div>
        </header>
    }
}
