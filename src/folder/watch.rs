//! Marks what may have changed below a root. Does no work itself: events are hints, looking is somebody else's.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use notify::{
    Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode, ModifyKind, RenameMode},
};
use tokio::sync::Notify;

use super::filter;

/// Beyond this many marks single paths cost more than one look at everything.
const MARKS_MAX: usize = 512;

/// What a mark says of its path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// Its writer closed it or moved it here ready.
    pub whole: bool,
    /// It was looked at a moment ago, and this is the second look.
    pub again: bool,
}

impl Hint {
    pub const WHOLE: Hint = Hint { whole: true, again: false };
    pub const AGAIN: Hint = Hint { whole: false, again: true };
}

/// What to look at again.
#[derive(Debug, PartialEq, Eq)]
pub enum Dirty {
    Everything,
    Paths(HashMap<PathBuf, Hint>),
}

impl Default for Dirty {
    fn default() -> Self {
        Dirty::Paths(HashMap::new())
    }
}

impl Dirty {
    fn mark(&mut self, below: &Path, hint: Hint) {
        let Dirty::Paths(paths) = self else { return };
        if paths.len() >= MARKS_MAX {
            *self = Dirty::Everything;
            return;
        }
        let again = hint.again && paths.get(below).is_none_or(|before| before.again);
        // the newest hint counts: a file that is written again is not whole any more
        paths.insert(below.to_path_buf(), Hint { again, ..hint });
    }

    pub fn is_empty(&self) -> bool {
        matches!(self, Dirty::Paths(paths) if paths.is_empty())
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

    /// Resolves when something was marked since the last time.
    pub async fn marked(&self) {
        self.bell.notified().await;
    }
}

/// Keeps the operating system's watches alive; dropping it ends them.
pub struct Watch {
    _watcher: RecommendedWatcher,
}

pub fn start(root: &Path, marks: Marks) -> notify::Result<Watch> {
    // a root that is a link is watched where it leads to: the link itself would not be entered
    let root = root.canonicalize().map_err(notify::Error::io)?;
    let top = root.clone();
    let mut watcher = RecommendedWatcher::new(
        move |event: notify::Result<Event>| match event {
            Ok(event) => note(&top, &marks, &event),
            Err(error) => {
                tracing::warn!(%error, "the watcher stumbled, the whole folder is looked at again");
                marks.mark_everything();
            }
        },
        Config::default().with_follow_symlinks(false),
    )?;
    watcher.watch(&root, RecursiveMode::Recursive)?;
    Ok(Watch { _watcher: watcher })
}

fn note(root: &Path, marks: &Marks, event: &Event) {
    if event.need_rescan() {
        return marks.mark_everything();
    }
    let Some(whole) = is_whole(&event.kind) else { return };
    for (index, path) in event.paths.iter().enumerate() {
        let Ok(below) = path.strip_prefix(root) else { continue };
        if below.as_os_str().is_empty() {
            // the root itself went or came: only a look at everything can tell
            if !matches!(event.kind, EventKind::Modify(ModifyKind::Metadata(_))) {
                marks.mark_everything();
            }
        } else if !filter::is_ignored_path(below) {
            let is_source = index == 0 && event.paths.len() == 2;
            marks.mark(below, Hint { whole: whole && !is_source, again: false });
        }
    }
}

/// None for events that change nothing; else whether the file can be read at once.
fn is_whole(kind: &EventKind) -> Option<bool> {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Some(true),
        EventKind::Access(_) => None,
        EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both)) => Some(true),
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_marks_become_one() {
        let mut dirty = Dirty::default();
        for n in 0..=MARKS_MAX {
            dirty.mark(Path::new(&n.to_string()), Hint::default());
        }
        assert_eq!(dirty, Dirty::Everything);
    }

    #[test]
    fn a_file_written_again_is_not_whole() {
        let marks = Marks::default();
        marks.mark(Path::new("a"), Hint::WHOLE);
        marks.mark(Path::new("a"), Hint::default());
        assert_eq!(marks.take(), Dirty::Paths(HashMap::from([("a".into(), Hint::default())])));
        assert!(marks.take().is_empty());
    }

    #[test]
    fn a_second_look_does_not_stand_for_the_first() {
        for [first, then] in [[Hint::WHOLE, Hint::AGAIN], [Hint::AGAIN, Hint::WHOLE]] {
            let mut dirty = Dirty::default();
            dirty.mark(Path::new("trip"), first);
            dirty.mark(Path::new("trip"), then);
            let Dirty::Paths(paths) = dirty else { panic!("one path") };
            assert!(!paths[Path::new("trip")].again);
        }
    }
}
