//! Marks what may have changed below a root. Does no work itself: events are hints, looking is somebody else's.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use notify::{
    Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode, CreateKind, ModifyKind, RenameMode},
};
use tokio::sync::Notify;

use super::filter;

/// Beyond this many marks single paths cost more than one look at everything.
const MARKS_MAX: usize = 512;

/// What to look at again.
#[derive(Debug, PartialEq, Eq)]
pub enum Dirty {
    Everything,
    /// Each with whether its writer is known to be done with it.
    Paths(HashMap<PathBuf, bool>),
}

impl Default for Dirty {
    fn default() -> Self {
        Dirty::Paths(HashMap::new())
    }
}

impl Dirty {
    fn mark(&mut self, below: &Path, whole: bool) {
        let Dirty::Paths(paths) = self else { return };
        if paths.len() >= MARKS_MAX {
            *self = Dirty::Everything;
        } else {
            // the newest hint counts: a file that is written again is not whole any more
            paths.insert(below.to_path_buf(), whole);
        }
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

    pub fn mark(&self, below: &Path, whole: bool) {
        self.lock().mark(below, whole);
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
    let top = root.to_path_buf();
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
    watcher.watch(root, RecursiveMode::Recursive)?;
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
            marks.mark(below, whole && !is_source);
        }
    }
}

/// None for events that change nothing; else whether the file can be read at once.
fn is_whole(kind: &EventKind) -> Option<bool> {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Some(true),
        EventKind::Access(_) => None,
        EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both)) => Some(true),
        EventKind::Create(CreateKind::Folder) => Some(false),
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
            dirty.mark(Path::new(&n.to_string()), false);
        }
        assert_eq!(dirty, Dirty::Everything);
    }

    #[test]
    fn a_file_written_again_is_not_whole() {
        let marks = Marks::default();
        marks.mark(Path::new("a"), true);
        marks.mark(Path::new("a"), false);
        assert_eq!(marks.take(), Dirty::Paths(HashMap::from([("a".into(), false)])));
        assert!(marks.take().is_empty());
    }
}
