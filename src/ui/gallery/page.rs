//! The gallery's page: opens the gallery once, then shows what the app keeps of it.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{Gallery, empty::Empty, geometry::window_around, grid::Grid, sidebar::Sidebar};
use crate::{
    api::{
        Failure,
        gallery::{load_window, open_gallery},
    },
    model::{ImageId, Opening, Window},
    ui::{
        feed::Feed,
        header::Header,
        parts::{page_data::page_data, problem::Problem, retry::retry_by_itself, shared::choose},
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

/// Where the page begins: what its address says, or around the picture that the reader comes back from.
fn first_place(gallery: Gallery) -> u32 {
    let asked = use_query_map().with_untracked(|query| query.get("start")?.parse::<u32>().ok());
    let back = || {
        let place = gallery.place().opened?.1?;
        Some(window_around(&(place..place + 1), 1, u32::MAX).start)
    };
    asked.or_else(back).unwrap_or(0)
}

/// The window from `start`, with the newest image of all. A start past the end begins at the top.
async fn open_at(start: u32) -> Result<(Opening, Option<ImageId>), Failure> {
    let mut opening = open_gallery(0).await?;
    let first = &opening.window;
    let (at, total, newest) = (first.at, first.total, first.newest());
    if start > 0 && start < total {
        let further = load_window(newest, start, Window::CARDS_FIRST).await?;
        // As old as the first answer: what happened between the two is told again by the feed.
        opening.window = Window { at, total, ..further };
    }
    Ok((opening, newest))
}

#[component]
fn Opener() -> impl IntoView {
    let (gallery, feed) = (expect_context::<Gallery>(), expect_context::<Feed>());
    let start = first_place(gallery);
    let opening = page_data(move || open_at(start));
    view! {
        <Suspense fallback=Skeleton>
            {move || Suspend::new(async move {
                match opening.await {
                    Ok((opening, newest)) => {
                        feed.include(opening.window.at);
                        gallery.open(opening, newest);
                        Either::Left(view! { <Opened/> })
                    }
                    Err(failure) => {
                        retry_by_itself(&failure, move || opening.refetch());
                        Either::Right(view! { <Problem failure retry=move || opening.refetch()/> })
                    }
                }
            })}
        </Suspense>
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
