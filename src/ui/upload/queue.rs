//! Which files are to be sent, how each stands, and whose turn is next. Holds no file and sends nothing.

use std::collections::HashMap;

use crate::{
    browser::held::{Facts, FileKey},
    model::ImageId,
};

/// At one time. What is chosen beyond is left out, and the tray says so.
pub const ENTRIES_MAX: usize = 100_000;

/// Up to so many all are listed, and of more those that somebody may want to know of.
const LISTED_MAX: usize = 60;
/// Of each kind, where not all are listed.
const NEXT_LISTED: usize = 3;
const SETTLED_LISTED: usize = 50;

/// Read together before the server is asked which of them it has.
const LOOKED_UP_MAX: usize = 100;
const LOOKED_UP_BYTES: u64 = 32 << 20;
/// So many wait for being sent at most: what is read long before is read twice from the disk.
const AHEAD: usize = 200;

#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Waiting,
    /// It is read, to ask whether the server has it.
    Hashing,
    Sending,
    Done,
    /// The same content is this picture already.
    AlreadyHere(ImageId),
    /// A sentence that says what to do.
    Failed(String),
    /// A sentence. It is sent again by itself.
    Unreached(String),
    /// From before the page was closed: the person has to let it be read.
    Locked,
    /// The same, and it has to be chosen again.
    Missing,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Unread,
    /// Its SHA-256, where the browser tells it.
    Read(Option<String>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: FileKey,
    pub facts: Facts,
    pub step: Step,
    pub content: Content,
    /// Bytes that have left.
    pub sent: u64,
    /// Where the server has what arrived of it.
    pub url: Option<String>,
    /// How often it was begun, in this page.
    pub begun: u32,
    /// And how often in vain.
    pub tries: u32,
    /// Of a sidecar, the picture that came with it.
    pub picture: Option<FileKey>,
    /// What the server calls it, once it has it.
    pub image: Option<ImageId>,
}

impl Entry {
    pub fn new(key: FileKey, facts: Facts) -> Self {
        Entry {
            key,
            facts,
            step: Step::Waiting,
            content: Content::Unread,
            sent: 0,
            url: None,
            begun: 0,
            tries: 0,
            picture: None,
            image: None,
        }
    }

    /// Nothing comes after it by itself.
    pub fn is_settled(&self) -> bool {
        matches!(self.step, Step::Done | Step::AlreadyHere(_) | Step::Failed(_))
    }

    pub fn is_left_behind(&self) -> bool {
        matches!(self.step, Step::Locked | Step::Missing)
    }

    fn is_ready(&self) -> bool {
        match self.step {
            // what has begun, or was tried, was looked up before
            Step::Waiting => self.content != Content::Unread || self.url.is_some(),
            Step::Unreached(_) => true,
            _ => false,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub total: usize,
    pub done: usize,
    pub here: usize,
    pub failed: usize,
    pub unreached: usize,
    /// Of those that were left behind, these only need a word.
    pub locked: usize,
    pub missing: usize,
    /// Of all but those that were left behind.
    pub bytes: u64,
    /// Of these, what nobody has to wait for any more.
    pub bytes_over: u64,
}

impl Tally {
    pub fn settled(&self) -> usize {
        self.done + self.here + self.failed
    }

    pub fn left_behind(&self) -> usize {
        self.locked + self.missing
    }

    /// Nothing goes on by itself.
    pub fn is_over(&self) -> bool {
        self.settled() + self.left_behind() == self.total
    }
}

#[derive(Default)]
pub struct Queue {
    /// In the order in which they came, which is that of their keys.
    entries: Vec<Entry>,
    /// Pictures by what their sidecars are called, and sidecars whose picture has not come.
    pictures: HashMap<String, FileKey>,
    alone: HashMap<String, FileKey>,
}

/// What a sidecar is called without its own end: as its picture, with that one's end or without.
fn sidecar(facts: &Facts) -> Option<String> {
    facts.place().strip_suffix(".xmp").map(str::to_owned)
}

impl Queue {
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many did not fit are left out of it, and returned.
    pub fn add(&mut self, mut entries: Vec<Entry>) -> Vec<Entry> {
        let room = ENTRIES_MAX.saturating_sub(self.entries.len());
        let beyond = entries.split_off(room.min(entries.len()));
        let mut found = Vec::new();
        entries.iter_mut().for_each(|entry| found.extend(self.pair(entry)));
        self.entries.extend(entries);
        // several may be taken in at the same time
        if !self.entries.is_sorted_by_key(|entry| entry.key) {
            self.entries.sort_by_key(|entry| entry.key);
        }
        for (sidecar, picture) in found {
            if let Some(entry) = self.get_mut(sidecar) {
                entry.picture = Some(picture);
            }
        }
        beyond
    }

    /// Finds a sidecar's picture; of a picture, the sidecars that came before it.
    fn pair(&mut self, entry: &mut Entry) -> Vec<(FileKey, FileKey)> {
        if let Some(name) = sidecar(&entry.facts) {
            entry.picture = self.pictures.get(&name).copied();
            if entry.picture.is_none() {
                self.alone.insert(name, entry.key);
            }
            return Vec::new();
        }
        let place = entry.facts.place();
        let stem = place.rsplit_once('.').map_or(place.as_str(), |(stem, _)| stem).to_owned();
        let names = [stem, place];
        let found =
            names.iter().filter_map(|name| self.alone.remove(name)).map(|sidecar| (sidecar, entry.key)).collect();
        self.pictures.extend(names.map(|name| (name, entry.key)));
        found
    }

    /// A sidecar waits until it is known what its picture is called in the end.
    fn may_go(&self, entry: &Entry) -> bool {
        let picture = entry.picture.and_then(|picture| self.get(picture));
        picture.is_none_or(|picture| picture.is_settled() || picture.is_left_behind())
    }

    /// The picture that a sidecar is of, as the server calls it.
    pub fn beside(&self, key: FileKey) -> Option<ImageId> {
        self.get(self.get(key)?.picture?)?.image
    }

    pub fn get(&self, key: FileKey) -> Option<&Entry> {
        self.place(key).map(|at| &self.entries[at])
    }

    pub fn get_mut(&mut self, key: FileKey) -> Option<&mut Entry> {
        self.place(key).map(|at| &mut self.entries[at])
    }

    fn place(&self, key: FileKey) -> Option<usize> {
        self.entries.binary_search_by_key(&key, |entry| entry.key).ok()
    }

    /// Takes out all that are meant.
    pub fn take_out(&mut self, is_meant: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        self.entries.extract_if(.., |entry| is_meant(entry)).collect()
    }

    pub fn change(&mut self, change: impl Fn(&mut Entry)) {
        self.entries.iter_mut().for_each(change);
    }

    /// Whose turn it is: what was tried before comes after what was not, so one that never succeeds holds up no other.
    pub fn next(&self) -> Option<FileKey> {
        let ready = self.entries.iter().filter(|entry| entry.is_ready() && self.may_go(entry));
        ready.min_by_key(|entry| entry.tries).map(|entry| entry.key)
    }

    /// What is to be read next, as long as little enough is ready.
    pub fn to_look_up(&self) -> Vec<FileKey> {
        if self.entries.iter().filter(|entry| entry.is_ready() && self.may_go(entry)).take(AHEAD).count() == AHEAD {
            return Vec::new();
        }
        let mut bytes = 0;
        let fits = |entry: &&Entry| {
            let before = bytes;
            bytes += entry.facts.size;
            before < LOOKED_UP_BYTES
        };
        let unread = self.entries.iter().filter(|entry| entry.step == Step::Waiting && !entry.is_ready());
        unread.take(LOOKED_UP_MAX).take_while(fits).map(|entry| entry.key).collect()
    }

    /// One that waits for its file, and this is the file.
    pub fn missing_like(&self, facts: &Facts) -> Option<FileKey> {
        let is_it = |entry: &&Entry| entry.is_left_behind() && entry.facts.is_like(facts);
        self.entries.iter().find(is_it).map(|entry| entry.key)
    }

    pub fn tally(&self) -> Tally {
        self.entries.iter().fold(Tally::default(), |mut tally, entry| {
            tally.total += 1;
            if !entry.is_left_behind() {
                tally.bytes += entry.facts.size;
                tally.bytes_over +=
                    if entry.is_settled() { entry.facts.size } else { entry.sent.min(entry.facts.size) };
            }
            match entry.step {
                Step::Waiting | Step::Hashing | Step::Sending => {}
                Step::Done => tally.done += 1,
                Step::AlreadyHere(_) => tally.here += 1,
                Step::Failed(_) => tally.failed += 1,
                Step::Unreached(_) => tally.unreached += 1,
                Step::Locked => tally.locked += 1,
                Step::Missing => tally.missing += 1,
            }
            tally
        })
    }

    /// What is listed, in their order: a list of 100,000 can neither be drawn nor read.
    pub fn listed(&self) -> Vec<Entry> {
        if self.entries.len() <= LISTED_MAX {
            return self.entries.clone();
        }
        let (mut next, mut settled) = (0, 0);
        let is_listed = |entry: &&Entry| match entry.step {
            Step::Sending => true,
            Step::Waiting | Step::Hashing => {
                next += 1;
                next <= NEXT_LISTED
            }
            Step::Done | Step::Locked | Step::Missing => false,
            Step::Failed(_) | Step::Unreached(_) | Step::AlreadyHere(_) => {
                settled += 1;
                settled <= SETTLED_LISTED
            }
        };
        self.entries.iter().filter(is_listed).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn entry(key: u32, step: Step) -> Entry {
        let facts = Facts { name: format!("{key}.jpg"), path: String::new(), size: 10, modified_ms: key.into() };
        Entry { step, ..Entry::new(FileKey(key), facts) }
    }

    fn queue(steps: Vec<Step>) -> Queue {
        let mut queue = Queue::default();
        queue.add((1..).zip(steps).map(|(key, step)| entry(key, step)).collect());
        queue
    }

    fn here() -> Step {
        Step::AlreadyHere(ImageId(Uuid::nil()))
    }

    #[test]
    fn a_tally_counts_each_file_once() {
        let failed = Step::Failed(String::new());
        let steps = vec![Step::Waiting, Step::Sending, Step::Done, here(), failed, Step::Unreached(String::new())];
        let mut queue = queue(steps);
        if let Some(entry) = queue.get_mut(FileKey(2)) {
            entry.sent = 4;
        }
        let tally = queue.tally();
        let expect = Tally {
            total: 6,
            done: 1,
            here: 1,
            failed: 1,
            unreached: 1,
            bytes: 60,
            bytes_over: 34,
            ..Tally::default()
        };
        assert_eq!(tally, expect);
        assert!(!tally.is_over());
        assert!(self::queue(vec![Step::Done, here(), Step::Locked]).tally().is_over());
    }

    #[test]
    fn who_was_tried_comes_later() {
        let mut queue = queue(vec![Step::Unreached(String::new()), Step::Waiting, Step::Waiting]);
        assert_eq!(queue.next(), Some(FileKey(1)));
        queue.change(|entry| entry.tries = u32::from(entry.key == FileKey(1)));
        assert_eq!(queue.next(), Some(FileKey(1)), "the others were not looked up");
        queue.change(|entry| entry.content = Content::Read(None));
        assert_eq!(queue.next(), Some(FileKey(2)));
    }

    #[test]
    fn a_sidecar_waits_for_its_picture_and_holds_up_nobody() {
        let named = |key: u32, name: &str| {
            let mut entry = entry(key, Step::Waiting);
            entry.facts.name = name.into();
            entry
        };
        let mut queue = Queue::default();
        queue.add(vec![named(1, "A.XMP"), named(2, "a.cr3"), named(3, "a.cr3.xmp"), named(4, "alone.xmp")]);
        queue.change(|entry| entry.content = Content::Read(None));
        assert_eq!(queue.next(), Some(FileKey(2)));
        queue.change(|entry| {
            if entry.key == FileKey(2) {
                (entry.step, entry.image) = (Step::Done, Some(ImageId(Uuid::nil())));
            }
        });
        assert_eq!(queue.next(), Some(FileKey(1)));
        assert_eq!([1, 3, 4].map(|key| queue.beside(FileKey(key)).is_some()), [true, true, false]);

        let mut many = Queue::default();
        let last = 2 * AHEAD as u32 + 1;
        let pairs = (0..=AHEAD as u32).flat_map(|number| {
            [named(2 * number + 1, &format!("{number}.jpg")), named(2 * number + 2, &format!("{number}.xmp"))]
        });
        many.add(pairs.collect());
        many.change(|entry| {
            let is_sidecar = entry.key.0 % 2 == 0;
            entry.step = if is_sidecar || entry.key.0 == last { Step::Waiting } else { Step::Sending };
            entry.content = if is_sidecar { Content::Read(None) } else { Content::Unread };
        });
        assert_eq!(many.to_look_up(), [FileKey(last)], "sidecars that wait are not in the way");
    }

    #[test]
    fn few_are_read_at_once() {
        let mut queue = queue(vec![Step::Waiting; 500]);
        assert_eq!(queue.to_look_up().len(), LOOKED_UP_MAX);
        queue.change(|entry| entry.facts.size = LOOKED_UP_BYTES / 2);
        assert_eq!(queue.to_look_up().len(), 2);
        queue.change(|entry| entry.facts.size = LOOKED_UP_BYTES * 2);
        assert_eq!(queue.to_look_up(), [FileKey(1)]);
        queue.change(|entry| {
            entry.content = if entry.key.0 <= AHEAD as u32 { Content::Read(None) } else { Content::Unread }
        });
        assert_eq!(queue.to_look_up(), []);
    }

    #[test]
    fn of_many_few_are_listed() {
        let mut steps = vec![Step::Done; 5_000];
        steps.extend(vec![Step::Failed(String::new()); 70]);
        steps.extend([Step::Sending, Step::Sending]);
        steps.extend(vec![Step::Waiting; 5_000]);
        let listed = queue(steps).listed();
        assert_eq!(listed.len(), SETTLED_LISTED + 2 + NEXT_LISTED);
        assert!(listed.is_sorted_by_key(|entry| entry.key));
        assert_eq!(queue(vec![Step::Done; 5]).listed().len(), 5);
    }

    #[test]
    fn more_than_fit_are_left_out() {
        let mut queue = queue(vec![Step::Waiting; ENTRIES_MAX - 1]);
        let more = vec![entry(200_001, Step::Waiting), entry(200_002, Step::Waiting)];
        assert_eq!(queue.add(more).len(), 1);
        assert_eq!(queue.entries().len(), ENTRIES_MAX);
    }

    #[test]
    fn who_comes_late_stands_where_its_key_is() {
        let mut queue = Queue::default();
        queue.add(vec![entry(3, Step::Waiting), entry(4, Step::Waiting)]);
        queue.add(vec![entry(1, Step::Waiting)]);
        assert!([1, 3, 4].into_iter().all(|key| queue.get(FileKey(key)).is_some()));
    }

    #[test]
    fn a_file_that_was_left_behind_is_known_again() {
        let queue = queue(vec![Step::Waiting, Step::Missing]);
        let facts = |key: u32| entry(key, Step::Waiting).facts;
        assert_eq!(queue.missing_like(&facts(2)), Some(FileKey(2)));
        assert_eq!(queue.missing_like(&facts(1)), None);
        assert_eq!(queue.missing_like(&Facts { size: 11, ..facts(2) }), None);
    }
}
