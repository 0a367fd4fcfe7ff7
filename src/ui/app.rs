//! The app: what outlives the pages, and which page is at which address.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use super::{
    compare::Comparing,
    feed::{Feed, Followers},
    find::ready::Readiness,
    gallery::{Filler, Gallery, GalleryPage, day::Today, look::Looks, selection::Selection},
    later::{self, Later, Shown},
    parts::{
        not_found::NotFound,
        notice::{NoticeLine, Notices},
        trail::Trail,
    },
    upload::{Uploads, drop_zone::DropZone, tray::Tray},
    viewer::{Viewer, strip::Strip},
    views::Views,
};
use crate::browser::images;
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let gallery = Gallery::new();
    let (filler, viewer, views, feed) = (Filler::new(gallery), Viewer::new(), Views::new(), Feed::new());
    let (comparing, strip, selection) = (Comparing::new(), Strip::new(), Selection::new());
    provide_context(gallery);
    provide_context(filler);
    provide_context(viewer);
    provide_context(comparing);
    provide_context(strip);
    provide_context(views);
    provide_context(Readiness::new());
    provide_context(feed);
    provide_context(Looks::new());
    provide_context(Today::new());
    provide_context(selection);
    provide_context(Trail::new());
    provide_context(Uploads::new());
    provide_context(Notices::new());
    feed.follow(Followers { gallery, filler, viewer, strip, comparing, selection, views });
    // the effect keeps what it listens with
    Effect::new(|_: Option<_>| images::hide_failed());
    later::load_when_idle();
    view! {
        <NotStarted/>
        <Router>
            <FlatRoutes fallback=NotFound>
                <Route path=path!("/") view=GalleryPage ssr=SsrMode::Async/>
                <Route path=path!("/folders") view=|| view! { <Shown later=Later::Folders/> } ssr=SsrMode::Async/>
                <Route path=path!("/compare") view=|| view! { <Shown later=Later::Comparison/> } ssr=SsrMode::Async/>
                <Route path=path!("/pictures/:id") view=|| view! { <Shown later=Later::Picture/> } ssr=SsrMode::Async/>
            </FlatRoutes>
        </Router>
        <Tray/>
        <NoticeLine/>
        <DropZone/>
    }
}

/// Seen only where the page's program could not be started, which is then not what draws it.
#[component]
fn NotStarted() -> impl IntoView {
    view! {
        <p class="not-started" role="alert">
            "This page could not start: it does not follow the server and shows what was there when it was loaded. "
            "Pictures, paging and uploads work. Load the page again to try once more."
        </p>
    }
}
