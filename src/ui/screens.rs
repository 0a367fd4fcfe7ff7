//! The screens besides the gallery. What draws them is loaded apart: while the browser is idle, or first of all where the
//! address is one of theirs. Draws none of them itself.

use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt;
use leptos::{either::Either, prelude::*, task::spawn_local};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use super::{
    compare::ComparePage,
    feed::Feed,
    folders::FoldersPage,
    header::Header,
    parts::{problem::Problem, retry::Attempts, shared::part},
    viewer::PicturePage,
};
use crate::{
    api::Failure,
    browser::{idle::idle, live::Status, wait},
};

/// The address of the one screen that is there from the first.
pub const GALLERY: &str = "/";

#[derive(Clone, Copy)]
pub enum Screen {
    Comparison,
    Folders,
    Picture,
}

static LOADED: AtomicBool = AtomicBool::new(false);

/// What nothing but this function reaches is left out of what the gallery loads.
#[wasm_split(screens, fallible, preload(load_program))]
fn draw(screen: Screen) -> Result<AnyView, SplitLoaderError> {
    Ok(match screen {
        Screen::Comparison => view! { <ComparePage/> }.into_any(),
        Screen::Folders => view! { <FoldersPage/> }.into_any(),
        Screen::Picture => view! { <PicturePage/> }.into_any(),
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
    Effect::new(|| {
        spawn_local(async {
            idle().await;
            // what does not come is asked for again where it is needed
            let _ = load().await;
        });
    });
}

/// None before it is loaded. The server has all of it.
fn drawn(screen: Screen) -> Option<AnyView> {
    let is_loaded = is_server() || LOADED.load(Ordering::Relaxed);
    if is_loaded { draw(screen).now_or_never()?.ok() } else { None }
}

#[component]
pub fn Shown(screen: Screen) -> impl IntoView {
    match drawn(screen) {
        Some(drawn) => Either::Left(drawn),
        None => Either::Right(view! { <Coming screen/> }),
    }
}

/// Somebody was faster than the program, or it did not come.
#[component]
fn Coming(screen: Screen) -> impl IntoView {
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
        None => skeleton(screen),
        Some(Ok(())) => drawn(screen).into_any(),
        Some(Err(_)) if status.get() == Status::Live => not_shown(Failure::Refused(RENEWED.into()), reload),
        Some(Err(failure)) => {
            attempts.failed(&failure, attempt);
            not_shown(failure, move || attempts.now(attempt))
        }
    })
}

/// The server answers, and has no program that fits the one that runs here.
const RENEWED: &str = "The server was renewed since this page was loaded. Try again, and it is loaded anew.";

fn reload() {
    let _ = location().reload();
}

fn not_shown(failure: Failure, retry: impl Fn() + Send + 'static) -> AnyView {
    view! {
        <div class="app">
            <Header/>
            <Problem heading="This page cannot be shown" failure retry/>
        </div>
    }
    .into_any()
}

fn skeleton(screen: Screen) -> AnyView {
    let (class, words) = match screen {
        Screen::Comparison => ("comparison", "Loading the pictures…"),
        Screen::Folders => ("app", "Loading folders…"),
        Screen::Picture => ("viewer", "Loading the picture…"),
    };
    view! { <div class=class aria-busy="true"><p class="visually-hidden" role="status">{words}</p></div> }.into_any()
}
