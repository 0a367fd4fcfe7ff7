//! Tells files that are being written from files that are whole. Has no clock of its own and reads nothing.

use std::{
    collections::HashMap,
    path::PathBuf,
    time::{Duration, Instant},
};

use super::Seen;

/// A file that nobody looks at again for so many times its rest is not waited for any more.
const PATIENCE: u32 = 4;

/// What was seen of files that may still be written.
#[derive(Debug)]
pub struct Settling {
    /// A file that nobody calls whole is when it has not changed for this long.
    rest: Duration,
    waiting: HashMap<PathBuf, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    seen: Seen,
    since: Instant,
    /// It was said to be due, once: whoever looks knows what became of it.
    is_told: bool,
}

impl Settling {
    pub fn new(rest: Duration) -> Settling {
        Settling { rest, waiting: HashMap::new() }
    }

    pub fn rest(&self) -> Duration {
        self.rest
    }

    /// Whether the file may be read. If not, it is kept in mind: look again at [`Settling::due`].
    /// `whole` means that somebody says so: it was moved here ready, or its own end is there.
    pub fn may_read(&mut self, seen: &Seen, whole: bool, now: Instant) -> bool {
        let since = match self.waiting.get(&seen.path) {
            Some(before) if before.seen == *seen => before.since,
            _ => now,
        };
        let ready = whole || now.duration_since(since) >= self.rest;
        if ready {
            self.waiting.remove(&seen.path);
        } else {
            self.waiting.insert(seen.path.clone(), Waiting { seen: seen.clone(), since, is_told: false });
        }
        ready
    }

    /// The paths to look at again now, each once.
    pub fn due(&mut self, now: Instant) -> Vec<PathBuf> {
        let rest = self.rest;
        self.waiting.retain(|_, waiting| !waiting.is_told || now.duration_since(waiting.since) < rest * PATIENCE);
        let due = self
            .waiting
            .iter_mut()
            .filter(|(_, waiting)| !waiting.is_told && now.duration_since(waiting.since) >= rest);
        due.map(|(path, waiting)| {
            waiting.is_told = true;
            path.clone()
        })
        .collect()
    }

    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    pub fn forget(&mut self, path: &std::path::Path) {
        self.waiting.remove(path);
    }

    /// When the next one is due, if any waits.
    pub fn next(&self) -> Option<Instant> {
        self.waiting.values().filter(|waiting| !waiting.is_told).map(|waiting| waiting.since + self.rest).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(size: i64) -> Seen {
        Seen { path: "a.jpg".into(), size, mtime_ns: size, ctime_ns: size, inode: 1, device: 1, sidecar_ns: None }
    }

    #[test]
    fn a_growing_file_waits_until_it_rests() {
        let mut settling = Settling::new(Duration::from_millis(500));
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        assert!(!settling.may_read(&seen(1), false, after(0)));
        assert!(!settling.may_read(&seen(2), false, after(400)));
        assert!(!settling.may_read(&seen(2), false, after(800)));
        assert!(settling.due(after(850)).is_empty());
        assert_eq!(settling.due(after(900)), [PathBuf::from("a.jpg")]);
        // whoever does not look again is not asked for ever
        assert_eq!((settling.next(), settling.due(after(1000)).len()), (None, 0));
        assert!(settling.may_read(&seen(2), false, after(900)));
        assert_eq!(settling.next(), None);
    }

    #[test]
    fn a_whole_file_is_read_at_once() {
        let mut settling = Settling::new(Duration::from_millis(500));
        assert!(settling.may_read(&seen(1), true, Instant::now()));
    }
}
