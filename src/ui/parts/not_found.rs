//! The page for an address that leads nowhere.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::ui::header::Header;

#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Title text="Not here · PixelSync"/>
        <div class="app">
            <Header plain=true/>
            <main class="gallery empty">
                <div class="empty-card">
                    <p class="empty-code" aria-hidden="true">"404"</p>
                    <h1>"There is no page here"</h1>
                    <p>"The address may be mistyped, or what it named was removed."</p>
                    <a class="button" href="/">"All pictures"</a>
                </div>
            </main>
        </div>
    }
}
