//! The import rules of ARCHITECTURE.md, held by reading the sources.

use std::{fs, path::Path};

use walkdir::WalkDir;

/// Which of our modules each may name.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &["model"]),
    ("folder", &["folder", "model"]),
    // http renders the pages of `ui` and answers the functions of `api`
    ("server", &["server", "model", "folder", "imaging", "api", "ui"]),
    // the command line tells as the pages do
    ("client", &["client", "model", "server", "ui"]),
    // and so does the agent
    ("agent", &["agent", "model", "folder", "ui"]),
    ("api", &["api", "model", "server"]),
    ("browser", &["browser", "model", "api"]),
    ("ui", &["ui", "model", "api", "browser"]),
];

/// Crates that only these places may name.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("sqlx::", &["src/server/db/", "src/agent/queue.rs"]),
    ("axum::", &["src/server/http/"]),
    ("leptos_axum::", &["src/server/http/"]),
    ("web_sys::", &["src/browser/"]),
    ("reqwest::", &["src/agent/wire.rs"]),
    ("notify::", &["src/folder/watch.rs"]),
    ("image::", &[]),
    ("ignore::", &["src/folder/rules.rs"]),
    ("cfg(feature", &["src/lib.rs"]),
    // one reads what only Linux can be asked for
    ("cfg(target", &["src/lib.rs", "src/folder/uncached.rs"]),
];

/// Every source line that is code, with its file.
fn lines() -> Vec<(String, String)> {
    // tests run where their package lies, wherever it was compiled
    let root = Path::new(".");
    let files = WalkDir::new(root.join("src"))
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "rs"));
    files
        .flat_map(|entry| {
            let name = entry.path().strip_prefix(root).expect("below the root").display().to_string();
            let text = fs::read_to_string(entry.path()).expect("a source file");
            text.lines()
                .map(str::trim)
                .filter(|line| !line.starts_with("//"))
                .map(|line| (name.clone(), line.to_owned()))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// `crate::NAME` anywhere, and `use crate::{NAME, ...}` over several lines.
fn imports(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let is_macro = text[..at].ends_with('$');
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            _ if is_macro => {}
            Some(group) => names.extend(top_names(group)),
            None => names.push(rest.chars().take_while(|sign| sign.is_alphanumeric() || *sign == '_').collect()),
        }
    }
    names
}

/// The first names in a group of imports, up to its closing brace.
fn top_names(group: &str) -> Vec<String> {
    let (mut depth, mut name, mut names) = (0, String::new(), Vec::new());
    for sign in group.chars() {
        match sign {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(std::mem::take(&mut name)),
            other if depth == 0 => name.push(other),
            _ => {}
        }
    }
    names.push(name);
    let first = |name: String| name.trim().split("::").next().unwrap_or_default().trim().to_owned();
    names.into_iter().map(first).filter(|name| !name.is_empty()).collect()
}

#[test]
fn modules_import_only_what_they_may() {
    let lines = lines();
    let mut broken = Vec::new();
    for (module, allowed) in MAY_IMPORT {
        let here = |file: &str| file.starts_with(&format!("src/{module}/")) || file == format!("src/{module}.rs");
        let mut files: Vec<&String> = lines.iter().map(|(file, _)| file).filter(|file| here(file)).collect();
        files.dedup();
        assert!(!files.is_empty(), "no files in {module}: is the rule out of date?");
        for file in files {
            let text: String =
                lines.iter().filter(|(name, _)| name == file).map(|(_, line)| format!("{line} ")).collect();
            broken.extend(
                imports(&text)
                    .into_iter()
                    .filter(|name| !allowed.contains(&name.as_str()))
                    .map(|name| format!("{file} imports {name}")),
            );
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn crates_stay_in_their_rooms() {
    let mut broken = Vec::new();
    for (file, line) in lines() {
        for (krate, places) in ONLY_IN {
            let named = line.match_indices(krate).any(|(at, _)| {
                !line[..at].ends_with(|sign: char| sign.is_alphanumeric() || sign == '_' || sign == ':')
            });
            // the types of events, and the id macro's derives, may be named where they arrive
            let is_exempt = (*krate == "web_sys::" && file.starts_with("src/ui/") && line.contains("Event"))
                || (*krate == "sqlx::" && line.starts_with("#[cfg_attr"));
            if named && !is_exempt && !places.iter().any(|place| file.starts_with(place)) {
                broken.push(format!("{file}: {line}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
