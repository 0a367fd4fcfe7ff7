//! The gallery's page: all pictures or those that its address asks for, or how to get the first one in.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    Filler, Gallery,
    empty::Empty,
    grid::Grid,
    opener::{Content, WithGallery},
    sidebar::Sidebar,
};
use crate::{
    model::Query,
    ui::{find::Address, header::Header, parts::shared::choose},
};

#[component]
pub fn GalleryPage() -> impl IntoView {
    let content = Content {
        shown: || view! { <Opened/> }.into_any(),
        skeleton: || view! { <Skeleton/> }.into_any(),
        trouble: "The pictures cannot be shown",
    };
    let view = Address::here().view.get_untracked();
    view! {
        <Title text="PixelSync"/>
        <div class="app">
            <Header/>
            <WithGallery content view/>
        </div>
    }
}

#[component]
fn Opened() -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    follow_address(gallery);
    let any = move || gallery.total.get() > 0 || gallery.held.get() > 0 || gallery.shown_view.with(Query::is_narrow);
    view! {
        <Sidebar here="/"/>
        {choose(any, || view! { <Grid/> }.into_any(), || view! { <Empty/> }.into_any())}
    }
}

/// What the address asks for is shown, however it came there: by a link, by typing, or by going back.
fn follow_address(gallery: Gallery) {
    let (address, filler) = (Address::here(), expect_context::<Filler>());
    Effect::new(move || {
        let view = address.view.get();
        if gallery.view.with_untracked(|asked| *asked != view) {
            filler.change_view(view, address.place());
        }
    });
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
