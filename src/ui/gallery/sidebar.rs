//! Where one is and which folders are watched; on a phone a drawer. Knows how to have the folders looked at again.

use leptos::prelude::*;

use super::Gallery;
use crate::{
    api::sync::rescan,
    browser::focus,
    model::{Folder, SyncSummary},
    ui::parts::{
        icon::{Icon, Sign},
        notice::Notices,
        shared::text,
        words,
    },
};

/// The header's menu button opens the drawer by this id.
pub const SIDEBAR_ID: &str = "places";

#[component]
pub fn Sidebar() -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    let folders = gallery.folders.get_untracked();
    let nav = NodeRef::<leptos::html::Nav>::new();
    let close = move || {
        if let Some(nav) = nav.get_untracked() {
            focus::close_popover(&nav);
        }
    };
    view! {
        <nav class="sidebar" id=SIDEBAR_ID popover="auto" aria-label="Places" node_ref=nav>
            <a class="place" href="/" aria-current="page" on:click=move |_| close()>
                <Icon sign=Sign::Picture/>
                "All pictures"
                <span class="place-count">{text(move || words::thousands(gallery.all.get()))}</span>
            </a>
            <h2>"Folders"</h2>
            <ul class="folders">
                {folders.into_iter().map(|folder| view! { <FolderLine folder/> }).collect_view()}
            </ul>
            <ScanNow close/>
        </nav>
    }
}

#[component]
fn FolderLine(folder: Folder) -> impl IntoView {
    let Folder { name, path, managed, .. } = folder;
    let title = path.clone();
    view! {
        <li class="folder" title=title>
            <Icon sign=Sign::Folder/>
            <span class="folder-name">{name}</span>
            {managed.then(|| view! { <span class="folder-mark" title="Uploads are written here">"uploads"</span> })}
            <span class="folder-path">{path}</span>
        </li>
    }
}

/// The drawer is closed when it is pressed: it lies over the notice that tells what was found.
#[component]
fn ScanNow(close: impl Fn() + Send + Sync + 'static) -> impl IntoView {
    let notices = expect_context::<Notices>();
    let scan = Action::new(|_: &()| rescan());
    Effect::new(move || match scan.value().get() {
        Some(Ok(summary)) => notices.say(describe(&summary)),
        Some(Err(failure)) => notices.warn(failure.to_string()),
        None => {}
    });
    let scanning = move || scan.pending().get();
    let label = text(move || if scanning() { "Scanning…" } else { "Scan now" }.to_owned());
    view! {
        <button
            type="button"
            class="scan"
            aria-busy=text(move || scanning().to_string())
            disabled=scanning
            on:click=move |_| {
                close();
                scan.dispatch(());
            }
        >
            <Icon sign=Sign::Scan/>
            {label}
        </button>
    }
}

/// One sentence, naming only what there is.
fn describe(summary: &SyncSummary) -> String {
    let looked = format!("Looked at {}", words::count(summary.scanned, "file", "files"));
    let parts: Vec<String> = [
        (summary.added, "new"),
        (summary.updated, "changed"),
        (summary.moved, "moved"),
        (summary.missing, "missing"),
        (summary.healed, "back again"),
        (summary.corrupted, "damaged"),
        (summary.unreadable, "unreadable"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, what)| format!("{} {what}", words::thousands(number)))
    .collect();
    if parts.is_empty() {
        format!("{looked}: nothing has changed.")
    } else {
        format!("{looked}: {}.", parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_is_told_in_one_sentence() {
        let check = |summary: SyncSummary, expect: &str| assert_eq!(describe(&summary), expect);
        check(SyncSummary { scanned: 1, ..Default::default() }, "Looked at 1 file: nothing has changed.");
        let found = SyncSummary { scanned: 1_204, added: 3, missing: 1, ..Default::default() };
        check(found, "Looked at 1,204 files: 3 new, 1 missing.");
    }
}
