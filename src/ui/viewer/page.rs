//! The page of one picture. Opened once; afterwards the address only says which picture is wanted.

use leptos::{
    either::{Either, EitherOf3},
    ev::{self, KeyboardEvent},
    prelude::*,
};
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_params_map};

use super::{
    Viewer,
    beside::Beside,
    crop::{Crop, bar::CropBar},
    facts::Facts,
    head::Head,
    stage::Stage,
    state::{Back, Seen},
    strip::FilmStrip,
    tools::Tools,
    turn::Turn,
    zoom::{Ground, Zoom, pixels},
};
use crate::{
    api::{Failure, pictures},
    browser::dialog,
    model::{ImageId, Query},
    ui::{
        compare::Comparing,
        feed::Feed,
        gallery::Gallery,
        header::Header,
        parts::{
            key_list::{KeyList, Keys},
            not_found::NotFound,
            page_data::page_data,
            problem::Problem,
            retry::Attempts,
            shared::maybe,
        },
    },
};

/// The keys, and what they do.
const KEYS: Keys = &[
    (&["←", "→"], "Previous and next picture"),
    (&["Esc"], "Leave full screen, then back to all pictures"),
    (&["+", "−"], "Zoom in and out"),
    (&["0"], "Fit"),
    (&["1", "Z"], "100 %, and back"),
    (&["Shift"], "with an arrow: move a zoomed picture"),
    (&["I"], "Show or hide the info"),
    (&["T"], "Show or hide the filmstrip"),
    (&["F"], "Full screen"),
    (&["Space"], "Start or pause the slide show"),
    (&["C"], "Crop"),
    (&["D"], "Download"),
    (&["B"], "Compare with the next picture"),
    (&["?"], "This list"),
];

#[component]
pub fn PicturePage() -> impl IntoView {
    let (gallery, viewer) = (expect_context::<Gallery>(), expect_context::<Viewer>());
    let (followed, back) = (gallery.take_followed(), expect_context::<Comparing>().take_back());
    viewer.set_back(if followed { Back::Gallery } else { back.unwrap_or_default() });
    on_cleanup(move || viewer.close());
    let (params, search) = (use_params_map(), use_location().search);
    viewer.set_view(Query::read(&search.get_untracked()).0);
    let id = Memo::new(move |_| params.with(|params| params.get("id")?.parse::<ImageId>().ok()));
    // whoever comes from the gallery has seen it already
    if id.get_untracked().and_then(|id| glimpse(gallery, viewer, id)).is_some() {
        Either::Left(view! { <Shown id search/> })
    } else {
        Either::Right(view! { <Opening id search/> })
    }
}

/// What the gallery knows of a picture among those that one turns through.
fn glimpse(gallery: Gallery, viewer: Viewer, id: ImageId) -> Option<Seen> {
    let is_among = gallery.shown_view.with_untracked(|view| *view == viewer.view()) && gallery.is_open();
    let (place, held) = (gallery.place_of(id).filter(|_| is_among)?, gallery.held.get_untracked());
    Some(Seen {
        card: gallery.card(id)?.get_untracked(),
        newer: place.checked_sub(1).and_then(|place| gallery.at_place(place)),
        older: gallery.at_place(place + 1),
        place: place + held + 1,
        total: gallery.total.get_untracked() + held,
    })
}

/// By its address.
#[component]
fn Opening(id: Memo<Option<ImageId>>, search: Memo<String>) -> impl IntoView {
    let (viewer, feed) = (expect_context::<Viewer>(), expect_context::<Feed>());
    let opening = page_data(move || async move {
        match id.get_untracked() {
            Some(id) => pictures::show_picture(viewer.view(), id).await,
            None => Err(Failure::NotFound),
        }
    });
    let attempts = Attempts::new();
    let retry = move || opening.refetch();
    view! {
        <Transition fallback=Skeleton>
            {move || Suspend::new(async move {
                match opening.await {
                    Ok(picture) => {
                        feed.include(picture.at);
                        viewer.show(picture);
                        EitherOf3::A(view! { <Shown id search/> })
                    }
                    Err(Failure::NotFound) => EitherOf3::B(view! { <NotFound/> }),
                    Err(failure) => {
                        attempts.failed(&failure, retry);
                        EitherOf3::C(view! { <NotShown failure retry=move || attempts.now(retry)/> })
                    }
                }
            })}
        </Transition>
    }
}

/// Instead of the picture, with the ways on that every other page has.
#[component]
fn NotShown(failure: Failure, retry: impl Fn() + Send + 'static) -> impl IntoView {
    view! {
        <Title text="Not shown · PixelSync"/>
        <div class="app">
            <Header/>
            <Problem heading="The picture cannot be shown" failure retry/>
        </div>
    }
}

#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="viewer" aria-busy="true">
            <p class="visually-hidden" role="status">"Loading the picture…"</p>
        </div>
    }
}

#[component]
fn Shown(id: Memo<Option<ImageId>>, search: Memo<String>) -> impl IntoView {
    let (viewer, gallery) = (expect_context::<Viewer>(), expect_context::<Gallery>());
    Effect::new(move || {
        viewer.set_view(Query::read(&search.get()).0);
        let wanted = id.get();
        let shown = viewer.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.card.id));
        match wanted {
            Some(wanted) if shown != Some(wanted) => viewer.go_to(wanted, glimpse(gallery, viewer, wanted)),
            _ => {
                viewer.look_first();
                viewer.make_ready();
            }
        }
    });
    Effect::new(move || {
        viewer.seen.with(|seen| {
            if let Some(seen) = seen {
                gallery.remember_picture(seen.card.id, seen.place);
            }
        });
    });
    let (turn, stage) = (Turn::new(), NodeRef::new());
    let picture = Signal::derive(move || viewer.seen.with(|seen| pixels(&seen.as_ref()?.card)));
    let zoom = Zoom::new(Ground::Stage(stage), picture);
    let crop = Crop::new(viewer, zoom);
    provide_context(crop);
    let looked_at = Memo::new(move |_| {
        viewer.seen.with(|seen| seen.as_ref().map(|seen| (seen.card.id, seen.card.version.clone())))
    });
    Effect::new(move || {
        // read and not only tracked, because a memo that nobody reads follows nothing
        if looked_at.get().is_some() {
            zoom.fit();
        }
    });
    let tools = Tools::new(viewer, turn, zoom, crop);
    provide_context(tools);
    let beside = Beside::new();
    provide_context(beside);
    let keys = move |event: KeyboardEvent| {
        let is_taken = dialog::is_any_open() || crop.by_key(&event) || tools.by_key(&event) || beside.by_key(&event);
        if !is_taken {
            turn.by_key(&event, zoom);
        }
    };
    Effect::new(move || {
        let listener = window_event_listener(ev::keydown, keys);
        on_cleanup(move || listener.remove());
    });
    let mark = move |is_so: fn(Tools) -> bool| maybe(move || is_so(tools).then(String::new));
    let title = move || viewer.seen.with(|seen| seen.as_ref().map(|seen| seen.card.name.clone()).unwrap_or_default());
    view! {
        <Title text=move || format!("{} · PixelSync", title())/>
        <div
            class="viewer"
            data-full=mark(|tools| tools.screen.full.get())
            data-resting=mark(|tools| tools.screen.resting.get())
            data-playing=mark(|tools| tools.slides.running.get())
            data-info=mark(|tools| tools.panel.is_open())
        >
            <Head turn zoom/>
            <Stage turn zoom stage/>
            <FilmStrip turn/>
            <CropBar/>
            <Facts/>
            <KeyList keys=KEYS/>
        </div>
    }
}
