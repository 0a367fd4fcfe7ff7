//! Where one can go, with what was saved, and how the folders are; on a phone a drawer. Knows how to have the folders looked at again.

use leptos::{ev::MouseEvent, prelude::*};

use super::Gallery;
use crate::{
    browser::focus,
    model::Query,
    ui::{
        find::{Address, words::attention},
        folders::{
            act::scan,
            row::{Row, each_folder},
            state::{Bar, State},
        },
        parts::{
            icon::{Icon, Sign},
            notice::Notices,
            shared::{maybe, text},
            words,
        },
        views::{
            Views,
            dialog::Asking,
            list::{PLACES_FIRST_ID, ViewList},
        },
    },
};

/// The header's menu button opens the drawer by this id.
pub const SIDEBAR_ID: &str = "places";

/// `here` is the address of the page it stands on.
#[component]
pub fn Sidebar(here: &'static str) -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    let nav = NodeRef::<leptos::html::Nav>::new();
    let close = move || {
        if let Some(nav) = nav.get_untracked() {
            focus::close_popover(&nav);
        }
    };
    let views = expect_context::<Views>();
    Effect::new(move || {
        views.counts.look();
        let returned = window_event_listener_untyped("visibilitychange", move |_| views.counts.look());
        on_cleanup(move || returned.remove());
    });
    let current = |address| (here == address).then_some("page");
    let pressed = move |event: MouseEvent| {
        if focus::is_of_link(&event) {
            close();
        }
    };
    // of what is asked for on the gallery's page
    let shows = move |view: Query| {
        maybe(move || (here == "/" && gallery.view.with(|asked| *asked == view)).then(|| "page".to_owned()))
    };
    view! {
        <nav
            class="sidebar"
            id=SIDEBAR_ID
            popover="auto"
            aria-label="Places"
            node_ref=nav
            on:click=pressed
            on:toggle=move |_| views.counts.look()
        >
            <a class="place" href="/" id=PLACES_FIRST_ID aria-current=shows(Query::default())>
                <Icon sign=Sign::Picture/>
                "All pictures"
                <span class="place-count">{text(move || words::thousands(gallery.all.get()))}</span>
            </a>
            <a class="place" href=attention().page_url() aria-current=shows(attention())>
                <Icon sign=Sign::Attention/>
                "Needs attention"
                <span class="place-count">{text(move || views.counts.of(&attention()))}</span>
            </a>
            <ViewList here/>
            <a class="place" href="/folders" aria-current=current("/folders")>
                <Icon sign=Sign::Folder/>
                "Folders"
                <span class="place-count">{text(move || words::thousands(gallery.folders.with(Vec::len) as u64))}</span>
            </a>
            <ul class="folders">{each_folder(|row| view! { <FolderLine row/> }.into_any())}</ul>
            <ScanNow close/>
        </nav>
        <Asking/>
    }
}

#[component]
fn FolderLine(row: Row) -> impl IntoView {
    let managed = row.now(|folder| folder.managed);
    let (view, address) = (Query { folders: vec![row.id], ..Query::default() }, Address::here());
    let href = view.page_url();
    let current = maybe(move || address.view.with(|asked| *asked == view).then(|| "page".to_owned()));
    view! {
        <li class="folder" title=row.text(|folder| folder.path.clone())>
            <a class="folder-name" href=href aria-current=current>{row.text(|folder| folder.name.clone())}</a>
            <span class="place-count">{row.text(|folder| words::thousands(folder.present))}</span>
            <span class="folder-path">{row.text(|folder| folder.path.clone())}</span>
            <State row/>
            {managed.then(|| view! { <span class="folder-mark" title="Uploads are written here">"uploads"</span> })}
            <Bar row/>
        </li>
    }
}

/// The drawer is closed when it is pressed: it lies over the notice that tells what was found.
#[component]
fn ScanNow(close: impl Fn() + Send + Sync + 'static) -> impl IntoView {
    let (notices, busy) = (expect_context::<Notices>(), RwSignal::new(false));
    let label = text(move || if busy.get() { "Scanning…" } else { "Scan now" }.to_owned());
    view! {
        <button
            type="button"
            class="scan"
            aria-busy=text(move || busy.get().to_string())
            disabled=busy
            on:click=move |_| {
                close();
                scan(None, busy, notices);
            }
        >
            <Icon sign=Sign::Scan/>
            {label}
        </button>
    }
}
