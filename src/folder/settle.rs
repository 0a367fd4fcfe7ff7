//! Tells files that are being written from files that are whole. Has no clock of its own and reads nothing.

use std::{
    collections::HashMap,
    path::PathBuf,
    time::{Duration, Instant},
};

use super::Seen;

/// A file of which nobody said that it was closed is whole when it has not changed for this long.
pub const SETTLE: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
pub struct Settling {
    waiting: HashMap<PathBuf, (Seen, Instant)>,
}

impl Settling {
    /// Whether the file may be read. If not, it is kept in mind: look again at [`Settling::due`].
    /// `whole` means that its writer closed it or moved it here ready.
    pub fn may_read(&mut self, seen: &Seen, whole: bool, now: Instant) -> bool {
        let since = match self.waiting.get(&seen.path) {
            Some((before, since)) if before == seen => *since,
            _ => now,
        };
        let ready = whole || now.duration_since(since) >= SETTLE;
        if ready {
            self.waiting.remove(&seen.path);
        } else {
            self.waiting.insert(seen.path.clone(), (seen.clone(), since));
        }
        ready
    }

    /// The paths to look at again now.
    pub fn due(&mut self, now: Instant) -> Vec<PathBuf> {
        self.waiting
            .iter()
            .filter(|(_, (_, since))| now.duration_since(*since) >= SETTLE)
            .map(|(path, _)| path.clone())
            .collect()
    }

    pub fn forget(&mut self, path: &std::path::Path) {
        self.waiting.remove(path);
    }

    /// When the next one is due, if any waits.
    pub fn next(&self) -> Option<Instant> {
        self.waiting.values().map(|(_, since)| *since + SETTLE).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(size: i64) -> Seen {
        Seen { path: "a.jpg".into(), size, mtime_ns: size, ctime_ns: size, inode: 1, device: 1 }
    }

    #[test]
    fn a_growing_file_waits_until_it_rests() {
        let mut settling = Settling::default();
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        assert!(!settling.may_read(&seen(1), false, after(0)));
        assert!(!settling.may_read(&seen(2), false, after(400)));
        assert!(!settling.may_read(&seen(2), false, after(800)));
        assert!(settling.due(after(850)).is_empty());
        assert_eq!(settling.due(after(900)), [PathBuf::from("a.jpg")]);
        assert!(settling.may_read(&seen(2), false, after(900)));
        assert_eq!(settling.next(), None);
    }

    #[test]
    fn a_closed_file_is_read_at_once() {
        let mut settling = Settling::default();
        assert!(settling.may_read(&seen(1), true, Instant::now()));
    }
}
