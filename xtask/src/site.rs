//! The folder of everything the browser loads, written so that files whose bytes are the same stay untouched: cargo then
//! has no reason to build the server again. Does not know how any of the files are made.

use crate::brotli;
use anyhow::{Context, Result};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// What is worth compressing; pictures and fonts already are.
const COMPRESSED: [&str; 9] = ["css", "html", "js", "json", "map", "svg", "txt", "wasm", "webmanifest"];

/// Below this a file fits one packet however it is sent, and brotli may even make it longer.
const COMPRESSED_MIN_BYTES: usize = 1024;

#[derive(Default)]
pub(crate) struct Site {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Site {
    pub(crate) fn add(&mut self, name: impl Into<PathBuf>, bytes: Vec<u8>) {
        self.files.insert(name.into(), bytes);
    }

    /// Everything below `folder`, put below `place`.
    pub(crate) fn add_folder(&mut self, folder: &Path, place: &Path) -> Result<()> {
        for path in files_below(folder)? {
            let bytes = fs::read(&path).with_context(|| format!("{} can't be read", path.display()))?;
            let name = path.strip_prefix(folder).unwrap_or(&path);
            self.add(place.join(name), bytes);
        }
        Ok(())
    }

    /// Makes `folder` hold these files and no others, and beside each its brotli form if wanted.
    pub(crate) fn write(&self, folder: &Path, compress: bool) -> Result<()> {
        for (name, bytes) in &self.files {
            let path = folder.join(name);
            let compress = compress && is_compressed(name, bytes);
            let same = fs::read(&path).is_ok_and(|old| old == *bytes);
            if same && (!compress || beside(&path).is_file()) {
                continue;
            }
            fs::create_dir_all(path.parent().unwrap_or(folder))
                .with_context(|| format!("{} can't be created", path.display()))?;
            if compress {
                // Before the file itself: stopped in between, the next run finds the file changed and does both again.
                put(&beside(&path), &brotli::compress(bytes)?)?;
            }
            if !same {
                put(&path, bytes)?;
            }
        }
        self.remove_others(folder, compress)
    }

    fn remove_others(&self, folder: &Path, compress: bool) -> Result<()> {
        for path in files_below(folder)? {
            let name = path.strip_prefix(folder).unwrap_or(&path);
            let wanted = self.files.contains_key(name) || compress && self.has_compressed(name);
            if !wanted {
                fs::remove_file(&path).with_context(|| format!("{} can't be removed", path.display()))?;
            }
        }
        Ok(())
    }

    /// Whether this is the name of a file's brotli form.
    fn has_compressed(&self, name: &Path) -> bool {
        let plain = name.with_extension("");
        let bytes = self.files.get(&plain);
        name.extension().is_some_and(|end| end == "br") && bytes.is_some_and(|bytes| is_compressed(&plain, bytes))
    }
}

fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("{} can't be written", path.display()))
}

fn is_compressed(name: &Path, bytes: &[u8]) -> bool {
    let end = name.extension().and_then(|end| end.to_str());
    bytes.len() >= COMPRESSED_MIN_BYTES && end.is_some_and(|end| COMPRESSED.contains(&end))
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".br");
    name.into()
}

/// All files below a folder, none if there is no such folder.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder).with_context(|| format!("{} can't be listed", folder.display()))? {
            let path = entry.with_context(|| format!("{} can't be listed", folder.display()))?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let files = files_below(folder).expect("a list").into_iter();
        let mut names: Vec<_> =
            files.map(|path| path.strip_prefix(folder).expect("below").display().to_string()).collect();
        names.sort();
        names
    }

    #[test]
    fn same_files_stay_untouched_and_others_go() {
        let folder = std::env::temp_dir().join(format!("pixelsync-site-{}", std::process::id()));
        let mut site = Site::default();
        site.add("pkg/a.js", b"let a = 1; ".repeat(200));
        site.add("icon.png", b"png".repeat(1000));
        site.add("pkg/small.js", b"let b = 2;".to_vec());
        site.write(&folder, true).expect("written");
        assert_eq!(names(&folder), ["icon.png", "pkg/a.js", "pkg/a.js.br", "pkg/small.js"]);

        let time = |name: &str| fs::metadata(folder.join(name)).and_then(|facts| facts.modified()).expect("a time");
        let before = (time("pkg/a.js"), time("pkg/a.js.br"));
        site.write(&folder, true).expect("written");
        assert_eq!(before, (time("pkg/a.js"), time("pkg/a.js.br")));

        fs::write(folder.join("stale.css"), "").expect("written");
        site.write(&folder, false).expect("written");
        assert_eq!(names(&folder), ["icon.png", "pkg/a.js", "pkg/small.js"]);
        assert_eq!(before.0, time("pkg/a.js"));
        fs::remove_dir_all(&folder).expect("it was there");
    }
}
