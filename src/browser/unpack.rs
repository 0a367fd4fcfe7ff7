//! Takes in what was brought: files as they are, folders with all that lies in them, some at a time. Sends nothing.

use futures::future::join_all;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

use super::{
    ask::{called_back, part},
    files::Brought,
    held::{self, Chosen, Facts, Held, Source},
};

/// What systems leave in every folder, and no person put there.
const JUNK: [&str; 2] = ["thumbs.db", "desktop.ini"];

pub async fn unpack(brought: Vec<Brought>, mut found: impl FnMut(Vec<Chosen>)) {
    let mut plain = Vec::new();
    for each in brought {
        match each {
            Brought::File(file) => {
                // with its folders where one of them was chosen
                let path = text(&file, "webkitRelativePath");
                if !path.split('/').skip(1).any(is_junk) {
                    plain.push(keep(file, &path, None));
                }
            }
            Brought::Handle(handle) => {
                let source = Source { id: held::new_id(), handle };
                let file = held::below(source.handle.clone(), "").await;
                plain.extend(file.map(|file| keep(file, "", Some(source))));
            }
            Brought::Dropped { entry, handle } => {
                let handle = match handle {
                    Some(handle) => handle.await.ok().filter(JsValue::is_object),
                    None => None,
                };
                let source = handle.map(|handle| Source { id: held::new_id(), handle });
                Walk { source, found: &mut found }.all_of(entry.into()).await;
            }
        }
    }
    if !plain.is_empty() {
        found(plain);
    }
}

fn keep(file: File, path: &str, source: Option<Source>) -> Chosen {
    let facts = Facts::of(&file, path.to_owned());
    // what was dropped is the first of its own way
    let below = path.split_once('/').map_or("", |(_, below)| below).to_owned();
    let held = Held { id: held::new_id(), file: Some(file), source: source.map(|source| (source, below)) };
    Chosen { key: held::hold(held), facts }
}

struct Walk<'a> {
    source: Option<Source>,
    found: &'a mut dyn FnMut(Vec<Chosen>),
}

impl Walk<'_> {
    /// Folder after folder, so that however many there are, few are open.
    async fn all_of(&mut self, entry: JsValue) {
        let mut folders = vec![];
        if is(&entry, "isDirectory") {
            folders.push(entry);
        } else {
            self.files(vec![entry]).await;
        }
        while let Some(folder) = folders.pop() {
            let Some(reader) = super::ask::ask(&folder, "createReader", &[]) else { continue };
            // A browser lists some at a time, and none at the end. What cannot be listed is passed over.
            while let Some(listed) = called_back(&reader, "readEntries").await.map(|listed| Array::from(&listed)) {
                if listed.length() == 0 {
                    break;
                }
                let (below, files): (Vec<JsValue>, Vec<JsValue>) = listed
                    .iter()
                    .filter(|entry| !is_junk(&text(entry, "name")))
                    .partition(|entry| is(entry, "isDirectory"));
                folders.extend(below);
                self.files(files).await;
            }
        }
    }

    async fn files(&mut self, entries: Vec<JsValue>) {
        let opened = join_all(entries.iter().map(|entry| called_back(entry, "file"))).await;
        let chosen: Vec<Chosen> = entries
            .iter()
            .zip(opened)
            .filter_map(|(entry, file)| {
                let file: File = file?.dyn_into().ok()?;
                Some(keep(file, relative(&text(entry, "fullPath")), self.source.clone()))
            })
            .collect();
        if !chosen.is_empty() {
            (self.found)(chosen);
        }
    }
}

fn is(entry: &JsValue, what: &str) -> bool {
    part(entry, what).is_some_and(|answer| answer.is_truthy())
}

fn text(entry: &JsValue, what: &str) -> String {
    part(entry, what).and_then(|text| text.as_string()).unwrap_or_default()
}

fn is_junk(name: &str) -> bool {
    name.starts_with('.') || JUNK.iter().any(|junk| name.eq_ignore_ascii_case(junk))
}

/// The way from what was dropped on, empty for a file that was dropped by itself.
fn relative(full: &str) -> &str {
    let path = full.trim_start_matches('/');
    if path.contains('/') { path } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_by_itself_has_no_way() {
        assert_eq!(relative("/a.jpg"), "");
        assert_eq!(relative("/trip/day 1/a.jpg"), "trip/day 1/a.jpg");
    }

    #[test]
    fn what_systems_leave_is_left() {
        assert!(is_junk(".DS_Store") && is_junk("Thumbs.db") && is_junk("desktop.ini"));
        assert!(!is_junk("thumbs.db.jpg"));
    }
}
