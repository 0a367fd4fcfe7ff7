//! The files of uploads. A file cannot leave the browser's own thread, so the rest of the program knows it by its key.

use std::{cell::RefCell, collections::HashMap};

use js_sys::{Object, Reflect, Uint8Array};
use leptos::prelude::window;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, File};

use super::{
    ask::{ask, kept, part},
    clock,
};

/// More is not read into memory only to be recognised.
pub const HASHED_BYTES_MAX: u64 = 64 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileKey(pub u32);

/// What is told of a file without opening it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub name: String,
    /// With the folders it was in, by `/`. Empty where there were none.
    pub path: String,
    pub size: u64,
    pub modified_ms: i64,
}

impl Facts {
    pub(super) fn of(file: &File, path: String) -> Self {
        let (size, modified) = (file.size() as u64, file.last_modified() as i64);
        Facts { name: file.name(), path, size, modified_ms: modified }
    }

    /// The name and the folders, small letters and large ones alike.
    pub fn place(&self) -> String {
        let place = if self.path.is_empty() { &self.name } else { &self.path };
        place.to_lowercase()
    }

    /// Whether it can be taken for the same file, wherever it was chosen from.
    pub fn is_like(&self, other: &Facts) -> bool {
        (&self.name, self.size, self.modified_ms) == (&other.name, other.size, other.modified_ms)
    }
}

#[derive(Clone, Debug)]
pub struct Chosen {
    pub key: FileKey,
    pub facts: Facts,
}

/// A file or a folder that the browser lets this page open again.
#[derive(Clone)]
pub(super) struct Source {
    /// Its name among what is kept.
    pub(super) id: String,
    pub(super) handle: JsValue,
}

#[derive(Clone)]
pub(super) struct Held {
    /// Its name among what is kept.
    pub(super) id: String,
    pub(super) file: Option<File>,
    /// And the way from there to the file, empty where it is the file.
    pub(super) source: Option<(Source, String)>,
}

#[derive(Default)]
struct All {
    next: u32,
    held: HashMap<FileKey, Held>,
}

thread_local! {
    static ALL: RefCell<All> = RefCell::default();
    /// Of this page, so that what several keep is told apart.
    static QUEUE: String = format!("{:.0}-{:.0}", clock::now_ms(), js_sys::Math::random() * 1e9);
}

pub(super) fn queue() -> String {
    QUEUE.with(String::clone)
}

pub(super) fn new_id() -> String {
    ALL.with_borrow_mut(|all| {
        all.next += 1;
        format!("{}/{:08}", queue(), all.next)
    })
}

pub(super) fn hold(held: Held) -> FileKey {
    ALL.with_borrow_mut(|all| {
        all.next += 1;
        let key = FileKey(all.next);
        all.held.insert(key, held);
        key
    })
}

pub(super) fn held(key: FileKey) -> Option<Held> {
    ALL.with_borrow(|all| all.held.get(&key).cloned())
}

/// Nobody will send it (again).
pub fn let_go(key: FileKey) {
    ALL.with_borrow_mut(|all| all.held.remove(&key));
}

/// The file of one is the file of the other, which was there before without it.
pub fn give(from: FileKey, to: FileKey) {
    ALL.with_borrow_mut(|all| {
        let given = all.held.remove(&from);
        if let (Some(given), Some(held)) = (given, all.held.get_mut(&to)) {
            held.file = given.file;
            held.source = given.source.or(held.source.take());
        }
    });
}

/// The file, and what it is by now. None when it is gone or may not be read.
pub(super) async fn open(key: FileKey) -> Option<(File, Facts)> {
    let held = held(key)?;
    let file = match (held.file, held.source) {
        (Some(file), _) => file,
        (None, Some((source, path))) => below(source.handle, &path).await?,
        (None, None) => return None,
    };
    let facts = Facts::of(&file, String::new());
    Some((file, facts))
}

/// The size and the time of a file by now.
pub async fn look(key: FileKey) -> Option<(u64, i64)> {
    open(key).await.map(|(_, facts)| (facts.size, facts.modified_ms))
}

pub(super) async fn below(mut handle: JsValue, path: &str) -> Option<File> {
    if !path.is_empty() {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
            handle = kept(ask(&handle, "getDirectoryHandle", &[folder.into()])).await?;
        }
        handle = kept(ask(&handle, "getFileHandle", &[name.into()])).await?;
    }
    kept(ask(&handle, "getFile", &[])).await?.dyn_into().ok()
}

fn to_read() -> JsValue {
    let options = Object::new();
    let _ = Reflect::set(&options, &"mode".into(), &"read".into());
    options.into()
}

async fn is_granted(source: &Source, question: &str) -> bool {
    kept(ask(&source.handle, question, &[to_read()])).await.is_some_and(|answer| answer == "granted")
}

pub(super) async fn may_be_read(source: &Source) -> bool {
    is_granted(source, "queryPermission").await
}

/// Asks the person. Only while a button is pressed, and of each handle once.
pub async fn ask_to_read(keys: Vec<FileKey>) -> Vec<FileKey> {
    let (mut answers, mut granted) = (HashMap::new(), Vec::new());
    for key in keys {
        let Some((source, _)) = held(key).and_then(|held| held.source) else { continue };
        let answer = match answers.get(&source.id) {
            Some(answer) => *answer,
            None => is_granted(&source, "requestPermission").await,
        };
        answers.insert(source.id, answer);
        if answer {
            granted.push(key);
        }
    }
    granted
}

/// Its SHA-256 in hex. None where the browser does not count it, and for what is too large or cannot be read.
pub async fn sha256(key: FileKey) -> Option<String> {
    let subtle = part(&part(&window(), "crypto")?, "subtle")?;
    let (file, facts) = open(key).await?;
    if facts.size > HASHED_BYTES_MAX {
        return None;
    }
    let bytes = kept(ask(&file, "arrayBuffer", &[])).await?;
    let digest = kept(ask(&subtle, "digest", &["SHA-256".into(), bytes])).await?;
    Some(hex(&Uint8Array::new(&digest).to_vec()))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |four: u8| char::from(DIGITS[usize::from(four)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

pub(super) fn piece(file: &File, from: u64, to: u64) -> Option<Blob> {
    file.slice_with_f64_and_f64(from as f64, to as f64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_two_digits_each() {
        assert_eq!(hex(&[0, 15, 160, 255]), "000fa0ff");
    }
}
