//! Files that a person chose, dropped or pasted, and sending them. Knows no list of uploads.
//!
//! A file cannot leave the browser's own thread, so the rest of the program knows it by its key.

use std::{cell::RefCell, collections::HashMap};

use gloo_file::File;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent, FileList, FormData, HtmlInputElement};

use crate::{
    api::{Failure, uploads},
    model::Uploaded,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileKey(pub u32);

#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    pub key: FileKey,
    pub name: String,
    pub size: u64,
}

#[derive(Default)]
struct Kept {
    next: u32,
    files: HashMap<FileKey, File>,
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

fn keep(file: File) -> Chosen {
    KEPT.with_borrow_mut(|kept| {
        let key = FileKey(kept.next);
        kept.next += 1;
        let chosen = Chosen { key, name: file.name(), size: file.size() };
        kept.files.insert(key, file);
        chosen
    })
}

/// Nobody will send it (again).
pub fn forget(key: FileKey) {
    KEPT.with_borrow_mut(|kept| kept.files.remove(&key));
}

fn keep_all(list: Option<FileList>) -> Vec<Chosen> {
    let Some(list) = list else { return Vec::new() };
    gloo_file::FileList::from(list).iter().cloned().map(keep).collect()
}

/// What was chosen in a file field, which is empty afterwards, so that the same file can be chosen again.
pub fn from_field(field: &HtmlInputElement) -> Vec<Chosen> {
    let chosen = keep_all(field.files());
    field.set_value("");
    chosen
}

pub fn from_clipboard(event: &ClipboardEvent) -> Vec<Chosen> {
    keep_all(event.clipboard_data().and_then(|data| data.files()))
}

/// Whether what is dragged over the page are files (and not a picture or text of the page itself).
pub fn are_dragged(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
}

/// A drag that leaves for no other element leaves the page.
pub fn leave_page(event: &DragEvent) -> bool {
    event.related_target().is_none()
}

#[derive(Default)]
pub struct Dropped {
    pub files: Vec<Chosen>,
    /// Whole folders are left out: a browser hands over their names only.
    pub has_folder: bool,
}

pub fn from_drop(event: &DragEvent) -> Dropped {
    event.data_transfer().map(|data| dropped(&data)).unwrap_or_default()
}

fn dropped(data: &DataTransfer) -> Dropped {
    let (items, mut dropped) = (data.items(), Dropped::default());
    for item in (0..items.length()).filter_map(|place| items.get(place)) {
        let entry = item.webkit_get_as_entry().ok().flatten();
        if entry.is_some_and(|entry| entry.is_directory()) {
            dropped.has_folder = true;
        } else if let Some(file) = item.get_as_file().ok().flatten() {
            dropped.files.push(keep(File::from(file)));
        }
    }
    dropped
}

/// Sends one file. It is kept afterwards, in case it has to be sent again.
pub async fn send(key: FileKey) -> Result<Uploaded, Failure> {
    let file = KEPT.with_borrow(|kept| kept.files.get(&key).cloned());
    let file =
        file.ok_or_else(|| Failure::Refused("The browser let go of this file. Please choose it again.".into()))?;
    let form = FormData::new().map_err(|_| Failure::Broken)?;
    let raw: &web_sys::File = file.as_ref();
    let raw: &web_sys::Blob = raw.unchecked_ref();
    form.append_with_blob_and_filename("file", raw, &file.name()).map_err(|_| Failure::Broken)?;
    uploads::upload(form.into()).await
}
