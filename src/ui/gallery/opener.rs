//! Opens the gallery once for a page that shows something of it; afterwards the app keeps it. Knows no page.

use std::ops::Range;

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::{use_location, use_query_map};

use super::{
    Gallery,
    window::{WINDOW_CARDS, window_around},
};
use crate::{
    api::gallery::open_gallery,
    model::{ImageId, Query, Window},
    ui::{
        feed::Feed,
        find::ready::Readiness,
        parts::{page_data::page_data, problem::Problem, retry::Attempts},
        views::Views,
    },
};

/// Plain functions, so that all pages share one type of it.
#[derive(Clone, Copy)]
pub struct Content {
    pub shown: fn() -> AnyView,
    /// Stands there until the gallery is open, in the shape of what will.
    pub skeleton: fn() -> AnyView,
    /// Why nothing is shown, above the reason.
    pub trouble: &'static str,
}

/// `view` is what a gallery that is not open yet begins with.
#[component]
pub fn WithGallery(content: Content, view: Query) -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    if gallery.is_open() { Either::Left((content.shown)()) } else { Either::Right(view! { <Opener content view/> }) }
}

/// Which part the page begins with: what its address says, or what is around the picture that the reader comes back from.
fn first_places(gallery: Gallery) -> Range<u32> {
    let asked = use_query_map().with_untracked(|query| query.get("start")?.parse::<u32>().ok());
    let place = gallery.place().opened.and_then(|(_, place)| place);
    match (asked, place) {
        (None, Some(place)) => window_around(WINDOW_CARDS, &(place..place.saturating_add(1)), u32::MAX),
        (start, _) => start.unwrap_or(0)..start.unwrap_or(0).saturating_add(Window::CARDS_FIRST),
    }
}

/// The picture that the address says one was at, unless another one is come back from.
fn first_picture(gallery: Gallery) -> Option<ImageId> {
    let is_back = gallery.place().opened.is_some();
    use_location().search.with_untracked(|search| Query::place_in(search)).filter(|_| !is_back)
}

#[component]
fn Opener(content: Content, view: Query) -> impl IntoView {
    let (gallery, views, feed) = (expect_context::<Gallery>(), expect_context::<Views>(), expect_context::<Feed>());
    let readiness = expect_context::<Readiness>();
    let (places, attempts) = (first_places(gallery), Attempts::new());
    let at = first_picture(gallery);
    let view = StoredValue::new(view);
    let opening = page_data(move || open_gallery(view.get_value(), at, places.start, places.end - places.start, false));
    let retry = move || opening.refetch();
    view! {
        <Transition fallback=content.skeleton>
            {move || Suspend::new(async move {
                match opening.await {
                    Ok(opening) => {
                        feed.include(opening.at);
                        views.open(&opening);
                        readiness.is_getting.set(opening.getting_ready);
                        gallery.open(view.get_value(), opening, at);
                        Either::Left((content.shown)())
                    }
                    Err(failure) => {
                        attempts.failed(&failure, retry);
                        let press = move || attempts.now(retry);
                        Either::Right(view! { <Problem heading=content.trouble failure retry=press/> })
                    }
                }
            })}
        </Transition>
    }
}
