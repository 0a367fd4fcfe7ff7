//! The uploads that are not over, in the browser's database, so that they outlive the tab: what each is, how far the server knows
//! it, and by what its file is found again. Knows nothing of how they go.
//!
//! What changes is written a little later and many at a time; what is over by then is never written. A tab keeps its own under the
//! name of a queue and holds that as long as it lives; whoever finds a queue that nobody holds takes it over.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use futures::future::join;
use js_sys::{Array, Promise, Reflect};
use leptos::prelude::{set_timeout, window};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::File;

use super::{
    ask::{ask, part},
    held::{self, Facts, FileKey, Held, Source},
    tabs,
};

const NAME: &str = "pixelsync-uploads";
/// By id: what is told of an upload.
const UPLOADS: &str = "uploads";
/// By id: handles of files and folders.
const SOURCES: &str = "sources";
/// By id: files that are found nowhere else, like those that were pasted.
const FILES: &str = "files";

/// What is over so soon costs the database nothing.
const WRITE_MS: u64 = 500;
/// Few enough that nobody notices.
const WRITTEN_AT_ONCE: usize = 250;
const READ_AT_ONCE: u32 = 1_000;
/// A copy of each file is written to the reader's disk. Larger ones have to be chosen again.
const FILE_BYTES_MAX: u64 = 8 << 20;
const FILES_BYTES_MAX: u64 = 256 << 20;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Record {
    facts: Facts,
    url: Option<String>,
    /// The id of its handle, and the way from there.
    source: Option<(String, String)>,
}

/// What is to be written of an upload: which it is and where the server has it, or none when it is over.
type News = Option<(FileKey, Facts, Option<String>)>;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Access {
    Ready,
    /// The person has to be asked.
    Locked,
    /// It has to be chosen again.
    Missing,
}

pub struct Restored {
    pub key: FileKey,
    pub facts: Facts,
    pub url: Option<String>,
    pub access: Access,
}

#[derive(Default)]
struct Kept {
    /// None before it is open, and where there is none.
    database: Option<JsValue>,
    /// By id.
    waiting: BTreeMap<String, News>,
    is_due: bool,
    /// The sources and files that are written.
    written: HashMap<String, u64>,
    files_bytes: u64,
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// Will be found again, should the tab be closed.
pub fn keep(key: FileKey, facts: &Facts, url: Option<&str>) {
    if let Some(held) = held::held(key) {
        write_later(held.id, Some((key, facts.clone(), url.map(str::to_owned))));
    }
}

/// It is over. To be told before its file is let go.
pub fn forget(key: FileKey) {
    if let Some(held) = held::held(key) {
        write_later(held.id, None);
    }
}

/// Whether it could go on after the page was closed without being chosen again.
pub fn outlives(key: FileKey, size: u64) -> bool {
    let is_written = |id: &str| KEPT.with_borrow(|kept| kept.written.contains_key(id));
    held::held(key).is_some_and(|held| held.source.is_some() || (size <= FILE_BYTES_MAX && is_written(&held.id)))
}

fn write_later(id: String, what: News) {
    let is_first = KEPT.with_borrow_mut(|kept| {
        kept.waiting.insert(id, what);
        !std::mem::replace(&mut kept.is_due, true)
    });
    if is_first {
        set_timeout(|| spawn_local(write()), Duration::from_millis(WRITE_MS));
    }
}

async fn write() {
    loop {
        let some = KEPT.with_borrow_mut(|kept| {
            // what comes before it is open stays until then
            let database = kept.database.clone().filter(|_| !kept.waiting.is_empty())?;
            let rest = kept.waiting.keys().nth(WRITTEN_AT_ONCE).cloned();
            let rest = rest.map_or_else(BTreeMap::new, |rest| kept.waiting.split_off(&rest));
            Some((database, std::mem::replace(&mut kept.waiting, rest)))
        });
        let Some((database, some)) = some else { break };
        write_some(&database, some).await;
    }
    KEPT.with_borrow_mut(|kept| kept.is_due = false);
}

async fn write_some(database: &JsValue, some: BTreeMap<String, News>) {
    let Some(writing) = Writing::begin(database, &[UPLOADS, SOURCES, FILES]) else { return };
    let mut files = Vec::new();
    for (id, what) in some {
        let held = what.as_ref().and_then(|(key, ..)| held::held(*key));
        let (Some((_, facts, url)), Some(held)) = (what, held) else {
            writing.delete(UPLOADS, &id);
            if KEPT.with_borrow(|kept| kept.written.contains_key(&id)) {
                writing.delete(FILES, &id);
                note(&id, None);
            }
            continue;
        };
        if let Some((source, _)) = &held.source
            && note(&source.id, Some(0))
        {
            writing.put(SOURCES, &source.id, &source.handle);
        }
        if held.source.is_none() && facts.size <= FILE_BYTES_MAX {
            files.extend(held.file.map(|file| (id.clone(), file, facts.size)));
        }
        let source = held.source.map(|(source, path)| (source.id, path));
        if let Ok(text) = serde_json::to_string(&Record { facts, url, source }) {
            writing.put(UPLOADS, &id, &text.into());
        }
    }
    writing.done().await;
    for (id, file, size) in files {
        write_file(database, id, &file, size).await;
    }
}

/// Alone, because a file that cannot be read takes all with it that is written in the same go.
async fn write_file(database: &JsValue, id: String, file: &File, size: u64) {
    // it may be over by now, or is written already
    let is_over = KEPT.with_borrow(|kept| kept.waiting.get(&id).is_some_and(Option::is_none));
    if is_over || !note(&id, Some(size)) {
        return;
    }
    if let Some(writing) = Writing::begin(database, &[FILES]) {
        writing.put(FILES, &id, file);
        writing.done().await;
    }
}

/// What is written, or not any more. False for what was before, and for a file for which there is no room.
fn note(id: &str, size: Option<u64>) -> bool {
    KEPT.with_borrow_mut(|kept| match size {
        Some(size) if kept.written.contains_key(id) || kept.files_bytes + size > FILES_BYTES_MAX => false,
        Some(size) => {
            kept.files_bytes += size;
            kept.written.insert(id.to_owned(), size);
            true
        }
        None => {
            kept.files_bytes -= kept.written.remove(id).unwrap_or(0);
            true
        }
    })
}

/// Opens the database and takes over what tabs left behind that are gone. Where it cannot be opened, nothing is kept.
pub async fn restore() -> Vec<Restored> {
    let Some(database) = open().await else { return Vec::new() };
    tabs::hold(&lock(&held::queue())).await;
    let (mut restored, mut from) = (Vec::new(), String::new());
    while let Some(first) = first_key(&database, &from).await {
        let queue = first.split('/').next().unwrap_or_default().to_owned();
        if queue != held::queue() && tabs::hold(&lock(&queue)).await {
            read_queue(&database, &queue, &mut restored).await;
        }
        from = behind(&queue);
    }
    KEPT.with_borrow_mut(|kept| kept.database = Some(database));
    // what came meanwhile waits for it
    spawn_local(write());
    restored
}

fn lock(queue: &str) -> String {
    format!("{NAME}-{queue}")
}

/// The first key that is behind all keys of the queue: `0` comes after `/`.
fn behind(queue: &str) -> String {
    format!("{queue}0")
}

async fn open() -> Option<JsValue> {
    let databases = part(&window(), "indexedDB")?;
    let request = ask(&databases, "open", &[NAME.into(), 1.into()])?;
    let opened = request.clone();
    let make = Closure::once_into_js(move |_: JsValue| {
        if let Some(database) = part(&opened, "result") {
            for store in [UPLOADS, SOURCES, FILES] {
                ask(&database, "createObjectStore", &[store.into()]);
            }
        }
    });
    let _ = Reflect::set(&request, &"onupgradeneeded".into(), &make);
    answer(request).await
}

/// What a request of the database answers.
async fn answer(request: JsValue) -> Option<JsValue> {
    heard(&request, "onsuccess", "onerror").await;
    part(&request, "result")
}

async fn heard(of: &JsValue, good: &str, bad: &str) {
    let mut hear = |done: js_sys::Function, failed: js_sys::Function| {
        let _ = Reflect::set(of, &good.into(), &done);
        let _ = Reflect::set(of, &bad.into(), &failed);
    };
    let _ = JsFuture::from(Promise::new(&mut hear)).await;
}

fn range(name: &str, with: &[JsValue]) -> Option<JsValue> {
    ask(&part(&window(), "IDBKeyRange")?, name, with)
}

fn store(database: &JsValue, name: &str) -> Option<JsValue> {
    let reading = ask(database, "transaction", &[name.into()])?;
    ask(&reading, "objectStore", &[name.into()])
}

async fn first_key(database: &JsValue, from: &str) -> Option<String> {
    let from = range("lowerBound", &[from.into()])?;
    let keys = answer(ask(&store(database, UPLOADS)?, "getAllKeys", &[from, 1.into()])?).await?;
    Array::from(&keys).get(0).as_string()
}

/// Some of a queue, behind `from`, each with its id.
async fn some_of(database: &JsValue, name: &str, queue: &str, from: &str) -> Option<Vec<(String, JsValue)>> {
    let range = range("bound", &[from.into(), behind(queue).into(), true.into(), true.into()])?;
    let store = store(database, name)?;
    let keys = ask(&store, "getAllKeys", &[range.clone(), READ_AT_ONCE.into()])?;
    let values = ask(&store, "getAll", &[range, READ_AT_ONCE.into()])?;
    let (keys, values) = join(answer(keys), answer(values)).await;
    let keys = Array::from(&keys?).to_vec().into_iter().filter_map(|key| key.as_string());
    Some(keys.zip(Array::from(&values?).to_vec()).collect())
}

async fn all_of(database: &JsValue, name: &str, queue: &str) -> Vec<(String, JsValue)> {
    let mut all: Vec<(String, JsValue)> = Vec::new();
    loop {
        let from = all.last().map_or_else(|| queue.to_owned(), |(id, _)| id.clone());
        match some_of(database, name, queue, &from).await {
            Some(some) if !some.is_empty() => all.extend(some),
            _ => return all,
        }
    }
}

async fn read_queue(database: &JsValue, queue: &str, restored: &mut Vec<Restored>) {
    let mut files: HashMap<String, JsValue> = all_of(database, FILES, queue).await.into_iter().collect();
    let mut sources = HashMap::new();
    for (id, handle) in all_of(database, SOURCES, queue).await {
        let source = Source { id: id.clone(), handle };
        let may_be_read = held::may_be_read(&source).await;
        note(&id, Some(0));
        sources.insert(id, (source, may_be_read));
    }
    for (id, record) in all_of(database, UPLOADS, queue).await {
        let text = record.as_string().unwrap_or_default();
        let Ok(Record { facts, url, source }) = serde_json::from_slice(text.as_bytes()) else { continue };
        let file: Option<File> = files.remove(&id).and_then(|file| file.dyn_into().ok());
        let found = source.and_then(|(source, path)| Some((sources.get(&source)?, path)));
        let access = match (&file, &found) {
            (Some(_), _) | (None, Some(((_, true), _))) => Access::Ready,
            (None, Some(((_, false), _))) => Access::Locked,
            (None, None) => Access::Missing,
        };
        if file.is_some() {
            note(&id, Some(facts.size));
        }
        let source = found.map(|((source, _), path)| (source.clone(), path));
        let key = held::hold(Held { id, file, source });
        restored.push(Restored { key, facts, url, access });
    }
}

/// Handles of which no upload is left would otherwise stay for good.
pub fn forget_sources() {
    let (database, sources) = KEPT.with_borrow_mut(|kept| {
        let sources: Vec<String> = kept.written.extract_if(|_, size| *size == 0).map(|(id, _)| id).collect();
        (kept.database.clone(), sources)
    });
    let database = database.filter(|_| !sources.is_empty());
    if let Some(writing) = database.and_then(|database| Writing::begin(&database, &[SOURCES])) {
        sources.iter().for_each(|id| writing.delete(SOURCES, id));
    }
}

/// A transaction that writes.
struct Writing(JsValue);

impl Writing {
    fn begin(database: &JsValue, stores: &[&str]) -> Option<Self> {
        let stores: Array = stores.iter().map(|store| JsValue::from(*store)).collect();
        ask(database, "transaction", &[stores.into(), "readwrite".into()]).map(Writing)
    }

    fn put(&self, store: &str, id: &str, what: &JsValue) {
        self.ask(store, "put", &[what.clone(), id.into()]);
    }

    fn delete(&self, store: &str, id: &str) {
        self.ask(store, "delete", &[id.into()]);
    }

    fn ask(&self, store: &str, what: &str, with: &[JsValue]) {
        if let Some(store) = ask(&self.0, "objectStore", &[store.into()]) {
            ask(&store, what, with);
        }
    }

    async fn done(self) {
        heard(&self.0, "oncomplete", "onabort").await;
    }
}
