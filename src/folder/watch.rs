//! Marks what may have changed below a root. Does no work itself: events are hints, looking is somebody else's.

use std::{
    collections::{BTreeSet, HashMap},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use notify::{
    Config, Error, ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode, ModifyKind, RenameMode},
};
use tokio::sync::Notify;

use super::{filter, rules::are_rules};

/// Beyond this many marks one look at everything costs less.
const MARKS_MAX: usize = 512;
/// Beyond this many in one folder, the folder is looked at instead.
const MARKS_FOLDER_MAX: u32 = 128;

/// What a mark says of its path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// It was moved here, ready as it is.
    pub whole: bool,
    /// Its writer closed it, for now at least.
    pub closed: bool,
    /// It was looked at a moment ago, and this is the second look.
    pub again: bool,
}

impl Hint {
    pub const WHOLE: Hint = Hint { whole: true, closed: false, again: false };
    pub const CLOSED: Hint = Hint { whole: false, closed: true, again: false };
    pub const AGAIN: Hint = Hint { whole: false, closed: false, again: true };
}

/// What to look at again.
#[derive(Debug, PartialEq, Eq)]
pub enum Dirty {
    Everything,
    Paths(Paths),
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Paths {
    pub hints: HashMap<PathBuf, Hint>,
    /// How many there were in each folder.
    in_folder: HashMap<PathBuf, u32>,
}

impl Default for Dirty {
    fn default() -> Self {
        Dirty::Paths(Paths::default())
    }
}

impl Dirty {
    fn mark(&mut self, below: &Path, hint: Hint) {
        let Dirty::Paths(paths) = self else { return };
        paths.mark(below, hint);
        if paths.hints.len() > MARKS_MAX || paths.hints.contains_key(Path::new("")) {
            *self = Dirty::Everything;
        }
    }

    pub fn is_empty(&self) -> bool {
        matches!(self, Dirty::Paths(paths) if paths.hints.is_empty())
    }
}

impl Paths {
    fn mark(&mut self, below: &Path, hint: Hint) {
        let folder = below.parent().unwrap_or(Path::new(""));
        let count = self.in_folder.get(folder).copied().unwrap_or(0);
        if count > MARKS_FOLDER_MAX {
            return;
        }
        let before = self.hints.get(below);
        let again = hint.again && before.is_none_or(|before| before.again);
        let is_new = before.is_none();
        // the newest hint counts: a file that is written again is not whole any more
        self.hints.insert(below.to_path_buf(), Hint { again, ..hint });
        if is_new {
            self.in_folder.insert(folder.to_path_buf(), count + 1);
            if count == MARKS_FOLDER_MAX {
                self.hints.retain(|path, _| path.parent() != Some(folder));
                self.hints.insert(folder.to_path_buf(), Hint::default());
            }
        }
    }
}

/// Shared between the watcher's thread, which marks, and the loop that drains.
#[derive(Clone, Default)]
pub struct Marks {
    dirty: Arc<Mutex<Dirty>>,
    bell: Arc<Notify>,
}

impl Marks {
    fn lock(&self) -> MutexGuard<'_, Dirty> {
        // a mark that was half made is at worst one look too many
        self.dirty.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn mark(&self, below: &Path, hint: Hint) {
        self.lock().mark(below, hint);
        self.bell.notify_one();
    }

    pub fn mark_everything(&self) {
        *self.lock() = Dirty::Everything;
        self.bell.notify_one();
    }

    pub fn take(&self) -> Dirty {
        std::mem::take(&mut *self.lock())
    }

    /// Nothing when everything has to be looked at, which is left marked.
    pub fn take_paths(&self) -> Option<Paths> {
        match &mut *self.lock() {
            Dirty::Paths(paths) if !paths.hints.is_empty() => Some(std::mem::take(paths)),
            _ => None,
        }
    }

    /// Resolves when something was marked since the last time.
    pub async fn marked(&self) {
        self.bell.notified().await;
    }
}

/// Folders are watched one by one where the operating system lets us: so what is ignored costs no watch, and each is watched
/// before it is listed.
const EACH_FOLDER: bool = cfg!(target_os = "linux");

/// Keeps the operating system's watches alive; dropping it ends them.
pub struct Watch {
    watcher: RecommendedWatcher,
    root: PathBuf,
    /// Below the root.
    folders: BTreeSet<PathBuf>,
    /// How the system lists the watch of the root.
    sign: Option<String>,
    failure: Option<Error>,
}

impl Watch {
    pub fn start(root: &Path, marks: Marks) -> notify::Result<Watch> {
        // a root that is a link is watched where it leads to: the link itself would not be entered
        let root = root.canonicalize().map_err(Error::io)?;
        let top = root.clone();
        let note = move |event: notify::Result<Event>| match event {
            Ok(event) => note(&top, &marks, &event),
            Err(error) => {
                tracing::warn!(%error, "the watcher stumbled, the whole folder is looked at again");
                marks.mark_everything();
            }
        };
        let mut watcher = RecommendedWatcher::new(note, Config::default().with_follow_symlinks(false))?;
        if !EACH_FOLDER {
            watcher.watch(&root, RecursiveMode::Recursive)?;
        }
        Ok(Watch { watcher, root, folders: BTreeSet::new(), sign: None, failure: None })
    }

    /// Hears of what happens in a folder from now on, but not of what happens in the folders in it.
    pub fn enter(&mut self, below: &Path) {
        if !EACH_FOLDER || self.failure.is_some() || self.folders.contains(below) {
            return;
        }
        match self.watcher.watch(&self.root.join(below), RecursiveMode::NonRecursive) {
            Ok(()) => {
                self.folders.insert(below.to_path_buf());
                if below.as_os_str().is_empty() {
                    self.sign = self.root.metadata().ok().and_then(|root| listed::sign(&root));
                }
            }
            // it went, and whoever lists it will see that
            Err(error) if matches!(error.kind, ErrorKind::PathNotFound) => {}
            Err(Error { kind: ErrorKind::Io(error), .. }) if super::scan::is_absent(&error) => {}
            // what cannot be entered is not heard of either, and that is said by whoever lists it
            Err(Error { kind: ErrorKind::Io(error), .. }) if error.kind() == io::ErrorKind::PermissionDenied => {}
            Err(error) => self.failure = Some(error),
        }
    }

    /// A folder is not there any more, or is another one by now. Its watch would go on to tell of it by the old name.
    pub fn leave(&mut self, below: &Path) {
        let gone: Vec<PathBuf> =
            self.folders.range(below.to_path_buf()..).take_while(|path| path.starts_with(below)).cloned().collect();
        for path in gone {
            self.folders.remove(&path);
            // it may be gone by itself
            let _ = self.watcher.unwatch(&self.root.join(&path));
        }
    }

    /// Whether the root is still heard of. When it is unmounted its watch goes without a word, and what is mounted in its
    /// place looks the same. Where the system does not list its watches, they are taken for living.
    pub fn is_alive(&self) -> bool {
        self.root.is_dir() && self.sign.as_ref().is_none_or(|sign| listed::has(sign).unwrap_or(true))
    }

    /// Why some folder is not watched.
    pub fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }
}

/// The watches of this process as Linux lists them.
mod listed {
    use std::{fs::Metadata, os::unix::fs::MetadataExt};

    /// How the watch of this folder is listed, which stands by now. The roots of two disks may share an inode; but some file
    /// systems list another device than they tell of, and then the inode has to do.
    pub(super) fn sign(meta: &Metadata) -> Option<String> {
        let inode = format!(" ino:{:x} ", meta.ino());
        let (major, minor) = (meta.dev() >> 8 & 0xfff, meta.dev() & 0xff | meta.dev() >> 12 & 0xf_ff00);
        let exact = format!("{inode}sdev:{:x} ", major << 20 | minor);
        [exact, inode].into_iter().find(|sign| has(sign) == Some(true))
    }

    /// None where the system lists none.
    pub(super) fn has(sign: &str) -> Option<bool> {
        let mut open = std::fs::read_dir("/proc/self/fdinfo").ok()?.flatten();
        let is_listed = |text: String| text.lines().any(|line| line.starts_with("inotify ") && line.contains(sign));
        Some(open.any(|entry| std::fs::read_to_string(entry.path()).is_ok_and(is_listed)))
    }
}

fn note(root: &Path, marks: &Marks, event: &Event) {
    if event.need_rescan() {
        return marks.mark_everything();
    }
    let Some(hint) = hint(&event.kind) else { return };
    for (index, path) in event.paths.iter().enumerate() {
        let Ok(below) = path.strip_prefix(root) else { continue };
        if below.as_os_str().is_empty() {
            // the root itself went or came: only a look at everything can tell
            if !matches!(event.kind, EventKind::Modify(ModifyKind::Metadata(_))) {
                marks.mark_everything();
            }
        } else if are_rules(below) {
            marks.mark_everything();
        } else if !below.iter().any(filter::is_ignored) {
            let is_source = index == 0 && event.paths.len() == 2;
            marks.mark(below, if is_source { Hint::default() } else { hint });
        }
    }
}

/// None for events that change nothing.
fn hint(kind: &EventKind) -> Option<Hint> {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Some(Hint::CLOSED),
        EventKind::Access(_) => None,
        EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both)) => Some(Hint::WHOLE),
        _ => Some(Hint::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_marks_become_one() {
        let mut dirty = Dirty::default();
        for n in 0..=MARKS_MAX {
            dirty.mark(Path::new(&format!("{n}/a.jpg")), Hint::default());
        }
        assert_eq!(dirty, Dirty::Everything);
    }

    #[test]
    fn many_marks_in_one_folder_become_the_folder() {
        let mut dirty = Dirty::default();
        for n in 0..1_000 {
            dirty.mark(Path::new(&format!("trip/{n}")), Hint::WHOLE);
        }
        dirty.mark(Path::new("a.jpg"), Hint::WHOLE);
        let hints = HashMap::from([("trip".into(), Hint::default()), ("a.jpg".into(), Hint::WHOLE)]);
        assert_eq!(self::hints(dirty), hints);
    }

    fn hints(dirty: Dirty) -> HashMap<PathBuf, Hint> {
        match dirty {
            Dirty::Paths(paths) => paths.hints,
            Dirty::Everything => panic!("some paths, not everything"),
        }
    }

    #[test]
    fn a_file_written_again_is_not_whole() {
        let marks = Marks::default();
        marks.mark(Path::new("a"), Hint::WHOLE);
        marks.mark(Path::new("a"), Hint::default());
        assert_eq!(hints(marks.take()), HashMap::from([("a".into(), Hint::default())]));
        assert!(marks.take().is_empty());
    }

    #[test]
    fn a_second_look_does_not_stand_for_the_first() {
        for [first, then] in [[Hint::WHOLE, Hint::AGAIN], [Hint::AGAIN, Hint::WHOLE]] {
            let mut dirty = Dirty::default();
            dirty.mark(Path::new("trip"), first);
            dirty.mark(Path::new("trip"), then);
            assert!(!hints(dirty)[Path::new("trip")].again);
        }
    }
}
