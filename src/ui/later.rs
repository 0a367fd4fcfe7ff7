//! What comes later than the gallery: the other screens, and parts that nobody sees before they ask for them. What draws them is
//! loaded apart: while the browser is idle, or first of all where the address is that of another screen. Draws none of it itself.

use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt;
use leptos::{either::Either, prelude::*, task::spawn_local};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use super::{
    compare::ComparePage,
    feed::Feed,
    find::panel::Filters,
    folders::FoldersPage,
    gallery::{keys::GalleryKeys, selected::Selected},
    header::Header,
    parts::{problem::Problem, retry::Attempts, shared::part},
    upload::{Uploads, tray::Filled},
    viewer::PicturePage,
    views::dialog::{Ask, Dialog},
};
use crate::{
    api::Failure,
    browser::{idle::idle, live::Status, wait},
};

/// The address of the one screen that is there from the first.
pub const GALLERY: &str = "/";

#[derive(Clone, Copy)]
pub enum Later {
    Comparison,
    Folders,
    Picture,
    /// Of the filters, as long as somebody sees them.
    Filters(RwSignal<bool>),
    GalleryKeys,
    Selected,
    Tray,
    ViewDialog(Ask),
}

static LOADED: AtomicBool = AtomicBool::new(false);

/// What nothing but this function reaches is left out of what the gallery loads.
#[wasm_split(later, fallible, preload(load_program))]
fn draw(later: Later) -> Result<AnyView, SplitLoaderError> {
    Ok(match later {
        Later::Comparison => view! { <ComparePage/> }.into_any(),
        Later::Folders => view! { <FoldersPage/> }.into_any(),
        Later::Picture => view! { <PicturePage/> }.into_any(),
        Later::Filters(seen) => view! { <Filters seen/> }.into_any(),
        Later::GalleryKeys => view! { <GalleryKeys/> }.into_any(),
        Later::Selected => view! { <Selected/> }.into_any(),
        Later::Tray => view! { <Filled/> }.into_any(),
        Later::ViewDialog(ask) => view! { <Dialog ask/> }.into_any(),
    })
}

async fn load() -> Result<(), Failure> {
    load_program().await.map_err(|_| Failure::Unreachable)?;
    LOADED.store(true, Ordering::Relaxed);
    Ok(())
}

/// A page that the server drew as one of these screens can only be woken by it.
pub async fn load_what_is_shown() -> Result<(), Failure> {
    let is_gallery = location().pathname().is_ok_and(|path| path == GALLERY);
    if is_gallery { Ok(()) } else { load().await }
}

/// Whoever opens a picture afterwards waits for nothing but the picture.
pub fn load_when_idle() {
    let uploads = expect_context::<Uploads>();
    Effect::new(move || {
        spawn_local(async move {
            idle().await;
            // what does not come is asked for again where it is needed
            if load().await.is_ok() {
                uploads.want();
            }
        });
    });
}

/// None before it is loaded. The server has all of it.
fn drawn(later: Later) -> Option<AnyView> {
    let is_loaded = is_server() || LOADED.load(Ordering::Relaxed);
    if is_loaded { draw(later).now_or_never()?.ok() } else { None }
}

#[component]
pub fn Shown(later: Later) -> impl IntoView {
    match drawn(later) {
        Some(drawn) => Either::Left(drawn),
        None => Either::Right(view! { <Coming later/> }),
    }
}

/// Somebody was faster than the program, or it did not come.
#[component]
fn Coming(later: Later) -> impl IntoView {
    let (came, attempts) = (RwSignal::new(None), Attempts::new());
    let attempt = move || {
        spawn_local(async move {
            // nobody is told when the page was left meanwhile
            came.try_set(Some(wait::for_answer(load()).await));
        });
    };
    Effect::new(attempt);
    let status = expect_context::<Feed>().status;
    part(move || match came.get() {
        None => skeleton(later),
        Some(Ok(())) => drawn(later).into_any(),
        Some(Err(_)) if status.get() == Status::Live => not_shown(later, Failure::Refused(RENEWED.into()), reload),
        Some(Err(failure)) => {
            attempts.failed(&failure, attempt);
            not_shown(later, failure, move || attempts.now(attempt))
        }
    })
}

/// The server answers, and has no program that fits the one that runs here.
const RENEWED: &str = "The server was renewed since this page was loaded. Try again, and it is loaded anew.";

fn reload() {
    let _ = location().reload();
}

fn not_shown(later: Later, failure: Failure, retry: impl Fn() + Send + 'static) -> AnyView {
    match waiting(later) {
        Some(_) => view! {
            <div class="app">
                <Header/>
                <Problem heading="This page cannot be shown" failure retry/>
            </div>
        }
        .into_any(),
        None => view! { <Problem heading="This cannot be shown" failure retry/> }.into_any(),
    }
}

fn skeleton(later: Later) -> AnyView {
    let bare = |(class, words)| {
        view! { <div class=class aria-busy="true"><p class="visually-hidden" role="status">{words}</p></div> }
            .into_any()
    };
    waiting(later).map_or_else(|| ().into_any(), bare)
}

/// What stands in for a screen, and its words. Of a part nothing does.
fn waiting(later: Later) -> Option<(&'static str, &'static str)> {
    match later {
        Later::Comparison => Some(("comparison", "Loading the pictures…")),
        Later::Folders => Some(("app", "Loading folders…")),
        Later::Picture => Some(("viewer", "Loading the picture…")),
        Later::Filters(_) | Later::GalleryKeys | Later::Selected | Later::Tray | Later::ViewDialog(_) => None,
    }
}
