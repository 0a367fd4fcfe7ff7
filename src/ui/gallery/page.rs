//! The gallery's page: all pictures, or how to get the first one in.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    Gallery,
    empty::Empty,
    grid::Grid,
    opener::{Content, WithGallery},
    sidebar::Sidebar,
};
use crate::ui::{header::Header, parts::shared::choose};

#[component]
pub fn GalleryPage() -> impl IntoView {
    let content = Content {
        shown: || view! { <Opened/> }.into_any(),
        skeleton: || view! { <Skeleton/> }.into_any(),
        trouble: "The pictures cannot be shown",
    };
    view! {
        <Title text="PixelSync"/>
        <div class="app">
            <Header/>
            <WithGallery content/>
        </div>
    }
}

#[component]
fn Opened() -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    let any = move || gallery.total.get() > 0 || gallery.held.get() > 0;
    view! {
        <Sidebar here="/"/>
        {choose(any, || view! { <Grid/> }.into_any(), || view! { <Empty/> }.into_any())}
    }
}

/// Stands where the grid will be, in its shape.
#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="sidebar-space"></div>
        <main class="gallery" aria-busy="true">
            <p class="visually-hidden" role="status">"Loading pictures…"</p>
            <div class="bar"><span class="bone"></span></div>
            <div class="grid skeleton">
                {(0..48).map(|_| view! { <span class="cell"></span> }).collect_view()}
            </div>
        </main>
    }
}
