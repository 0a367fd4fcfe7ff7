//! Files that a person chose, dropped or pasted, as the browser hands them over, until somebody takes them in. Opens none.
//!
//! A browser tells of them only while the event lasts, and what takes them in may not have come yet.

use std::cell::RefCell;

use js_sys::{Array, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ClipboardEvent, DataTransferItem, DragEvent, Event, File, FileList, FileSystemEntry, HtmlInputElement};

use super::ask::{ask, kept};

/// Of more files in one drop no handle is asked for: each costs a question to the browser while the page stands still.
const HANDLES_MAX: u32 = 500;

pub enum Brought {
    File(File),
    /// By a handle it can be opened again when the page was closed.
    Handle(JsValue),
    /// A file or a folder.
    Dropped {
        entry: FileSystemEntry,
        handle: Option<JsFuture>,
    },
}

thread_local! {
    static BROUGHT: RefCell<Vec<Brought>> = const { RefCell::new(Vec::new()) };
}

/// All that was brought since.
pub fn take() -> Vec<Brought> {
    BROUGHT.take()
}

/// Whether there is any.
fn bring(brought: impl IntoIterator<Item = Brought>) -> bool {
    BROUGHT.with_borrow_mut(|waiting| {
        waiting.extend(brought);
        !waiting.is_empty()
    })
}

fn bring_all(list: Option<FileList>) -> bool {
    let files = |list: FileList| (0..list.length()).filter_map(move |at| list.get(at)).map(Brought::File);
    bring(list.into_iter().flat_map(files))
}

/// What was chosen in a file field, which is empty afterwards, so that the same file can be chosen again.
pub fn from_field(field: &HtmlInputElement) -> bool {
    let any = bring_all(field.files());
    field.set_value("");
    any
}

pub fn from_clipboard(event: &ClipboardEvent) -> bool {
    bring_all(event.clipboard_data().and_then(|data| data.files()))
}

/// Lets choose by the browser's own dialog where that hands over handles; elsewhere the field does it.
pub fn choose(event: &Event, chosen: impl FnOnce() + 'static) {
    let options = Object::new();
    let _ = Reflect::set(&options, &"multiple".into(), &true.into());
    let Some(asked) = ask(&window(), "showOpenFilePicker", &[options.into()]) else { return };
    event.prevent_default();
    spawn_local(async move {
        // none when nothing was chosen
        let handles = kept(Some(asked)).await.map(|handles| Array::from(&handles).to_vec());
        if bring(handles.into_iter().flatten().map(Brought::Handle)) {
            chosen();
        }
    });
}

/// Whether what is dragged over the page are files (and not a picture or text of the page itself).
pub fn are_dragged(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
}

/// A drag that leaves for no other element leaves the page.
pub fn leave_page(event: &DragEvent) -> bool {
    event.related_target().is_none()
}

pub fn from_drop(event: &DragEvent) -> bool {
    let Some(items) = event.data_transfer().map(|data| data.items()) else { return false };
    let with_handles = items.length() <= HANDLES_MAX;
    let items = (0..items.length()).filter_map(|at| items.get(at)).filter(|item| item.kind() == "file");
    bring(items.filter_map(|item| dropped(&item, with_handles)))
}

fn dropped(item: &DataTransferItem, with_handle: bool) -> Option<Brought> {
    match item.webkit_get_as_entry().ok().flatten() {
        Some(entry) => {
            let asked = with_handle.then(|| ask(item, "getAsFileSystemHandle", &[])).flatten();
            let handle = asked.and_then(|asked| asked.dyn_into::<Promise>().ok()).map(JsFuture::from);
            Some(Brought::Dropped { entry, handle })
        }
        // made by a program, not by a disk
        None => item.get_as_file().ok().flatten().map(Brought::File),
    }
}
