//! The gallery's page: opens the gallery once, then shows what the app keeps of it.

use std::ops::Range;

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{Gallery, empty::Empty, geometry::window_around, grid::Grid, sidebar::Sidebar};
use crate::{
    api::gallery::open_gallery,
    model::Window,
    ui::{
        feed::Feed,
        header::Header,
        parts::{page_data::page_data, problem::Problem, retry::Attempts, shared::choose},
    },
};

#[component]
pub fn GalleryPage() -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    let content =
        if gallery.is_open() { Either::Left(view! { <Opened/> }) } else { Either::Right(view! { <Opener/> }) };
    view! {
        <Title text="PixelSync"/>
        <div class="app">
            <Header/>
            {content}
        </div>
    }
}

/// Which part the page begins with: what its address says, or what is around the picture that the reader comes back from.
fn first_places(gallery: Gallery) -> Range<u32> {
    let asked = use_query_map().with_untracked(|query| query.get("start")?.parse::<u32>().ok());
    let place = gallery.place().opened.and_then(|(_, place)| place);
    match (asked, place) {
        (None, Some(place)) => window_around(&(place..place.saturating_add(1)), 1, u32::MAX),
        (start, _) => start.unwrap_or(0)..start.unwrap_or(0).saturating_add(Window::CARDS_FIRST),
    }
}

#[component]
fn Opener() -> impl IntoView {
    let (gallery, feed) = (expect_context::<Gallery>(), expect_context::<Feed>());
    let (places, attempts) = (first_places(gallery), Attempts::new());
    let opening = page_data(move || open_gallery(places.start, places.end - places.start));
    let retry = move || opening.refetch();
    view! {
        <Transition fallback=Skeleton>
            {move || Suspend::new(async move {
                match opening.await {
                    Ok(opening) => {
                        feed.include(opening.window.at);
                        gallery.open(opening);
                        Either::Left(view! { <Opened/> })
                    }
                    Err(failure) => {
                        attempts.failed(&failure, retry);
                        let press = move || attempts.now(retry);
                        Either::Right(view! { <Problem heading="The pictures cannot be shown" failure retry=press/> })
                    }
                }
            })}
        </Transition>
    }
}

#[component]
fn Opened() -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    let any = move || gallery.total.get() > 0 || gallery.held.get() > 0;
    view! {
        <Sidebar/>
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
