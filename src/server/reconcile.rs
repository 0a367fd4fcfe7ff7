//! What has to be done so that the catalogue says what the disk holds: (disk facts, known rows) -> actions, and then
//! (what was read, what is known of it) -> what is written. Pure: reads nothing, writes nothing.

use std::{collections::HashMap, path::PathBuf};

use crate::{
    folder::{Rules, Seen, scan::path_bytes},
    model::{FolderId, ImageId, State},
};

/// What the catalogue holds of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub id: ImageId,
    pub folder: FolderId,
    pub seen: Seen,
    pub state: State,
    /// It was read within the grain of the file system's clock: what was written in the same instant looks the same.
    pub racy: bool,
}

impl Known {
    /// The same file, as far as can be told without reading it. What was once away is read before it is believed.
    pub fn is_as(&self, seen: &Seen) -> bool {
        !self.racy && seen.is_unchanged_since(&self.seen) && !self.is_away() && self.is_said_as(seen)
    }

    /// What others say of it is what it was.
    pub fn is_said_as(&self, seen: &Seen) -> bool {
        self.seen.sidecar_ns == seen.sidecar_ns
    }

    pub fn is_away(&self) -> bool {
        matches!(self.state, State::Missing | State::Unreadable)
    }
}

/// What differs between files and rows of the same paths.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// There, but not as it was read last.
    pub changed: Vec<(Known, Seen)>,
    /// Files without a row.
    pub strangers: Vec<Seen>,
    /// Rows without a file. Whether they are missing is for later to say.
    pub absent: Vec<Known>,
}

/// Side by side, in the order of paths.
pub fn compare(mut files: Vec<Seen>, mut known: Vec<Known>) -> Difference {
    files.sort_unstable_by(|a, b| path_bytes(&a.path).cmp(path_bytes(&b.path)));
    files.dedup_by(|a, b| a.path == b.path);
    known.sort_unstable_by(|a, b| path_bytes(&a.seen.path).cmp(path_bytes(&b.seen.path)));
    let (mut difference, mut rows) = (Difference::default(), known.into_iter().peekable());
    for seen in files {
        while let Some(row) = rows.next_if(|row| path_bytes(&row.seen.path) < path_bytes(&seen.path)) {
            difference.absent.push(row);
        }
        match rows.next_if(|row| row.seen.path == seen.path) {
            Some(row) if row.is_as(&seen) => {}
            Some(row) => difference.changed.push((row, seen)),
            None => difference.strangers.push(seen),
        }
    }
    difference.absent.extend(rows);
    difference
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Add(Seen),
    /// The file is not what was read last, or it is back.
    ReadAgain(Known, Seen),
    /// The same file under another path, to be confirmed by its hash. If it is not, it is a new one, as far as files of its
    /// name are taken in.
    Move(Known, Seen, IsTaken),
}

type IsTaken = bool;

impl Action {
    pub fn seen(&self) -> &Seen {
        match self {
            Action::Add(seen) | Action::ReadAgain(_, seen) | Action::Move(_, seen, _) => seen,
        }
    }

    pub fn known(&self) -> Option<&Known> {
        match self {
            Action::Add(_) => None,
            Action::ReadAgain(known, _) | Action::Move(known, ..) => Some(known),
        }
    }
}

/// What a file keeps when it is renamed. Without the device, whose number may be another after each mount: the hash decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileIdentity {
    pub inode: i64,
    pub size: i64,
    pub mtime_ns: i64,
}

impl FileIdentity {
    pub fn of(seen: &Seen) -> FileIdentity {
        FileIdentity { inode: seen.inode, size: seen.size, mtime_ns: seen.mtime_ns }
    }
}

/// `gone` are rows that were one of the strangers when they were seen last, and whose own path is empty now. Among several
/// the one that was there until now is meant, and then the one of the same name.
pub fn plan(changed: Vec<(Known, Seen)>, strangers: Vec<Seen>, gone: Vec<Known>, rules: &Rules) -> Vec<Action> {
    let mut origins: HashMap<FileIdentity, Vec<Known>> = HashMap::new();
    for row in gone {
        origins.entry(FileIdentity::of(&row.seen)).or_default().push(row);
    }
    let mut take_origin = |seen: &Seen| {
        let rows = origins.get_mut(&FileIdentity::of(seen))?;
        let is_namesake = |row: &Known| row.seen.path.file_name() == seen.path.file_name();
        let (best, _) = rows.iter().enumerate().min_by_key(|(_, row)| (row.is_away(), !is_namesake(row)))?;
        Some(rows.remove(best))
    };
    let mut actions: Vec<Action> = changed.into_iter().map(|(row, seen)| Action::ReadAgain(row, seen)).collect();
    for seen in strangers {
        match take_origin(&seen) {
            Some(row) => {
                let is_taken = rules.takes(&seen.path);
                actions.push(Action::Move(row, seen, is_taken));
            }
            None if rules.takes(&seen.path) => actions.push(Action::Add(seen)),
            None => {}
        }
    }
    sort_by_arrival(&mut actions);
    actions
}

/// Oldest content first.
pub fn sort_by_arrival(actions: &mut [Action]) {
    actions.sort_by(|a, b| {
        let (a, b) = (a.seen(), b.seen());
        (a.mtime_ns, path_bytes(&a.path)).cmp(&(b.mtime_ns, path_bytes(&b.path)))
    });
}

pub type Hash = [u8; 32];

/// What is known of a record when its file was read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub id: ImageId,
    pub folder: FolderId,
    pub path: PathBuf,
    pub state: State,
    /// Of the content that the record is of.
    pub hash: Option<Hash>,
    /// What the file held instead, when its bytes went bad.
    pub found_hash: Option<Hash>,
}

impl Record {
    /// Nobody moved it since the action was planned.
    pub fn is_where(&self, known: &Known) -> bool {
        self.folder == known.folder && self.path == known.seen.path
    }
}

/// A record of the same content whose own path is empty now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twin {
    pub id: ImageId,
    pub hash: Hash,
    pub name: String,
}

/// What is written of a file that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Insert,
    /// Its content is another, or what is said of it beside it.
    Replace(ImageId),
    /// It is the same as before; only where and when it lies is written.
    Keep(ImageId),
    /// The same content under another path.
    Move(ImageId),
    /// It holds again what it held before it went away or bad.
    Heal(ImageId),
    /// Its bytes are others although nobody wrote it.
    Rot(ImageId),
    /// It is nobody's, and not of a name that is taken in.
    Leave,
    /// What it holds cannot be read just now, which is no reason to forget what is known of it.
    Mark(ImageId),
}

/// `hash` is None where the content could not be read.
pub fn decide(action: &Action, record: Option<&Record>, hash: Option<&Hash>, twins: &[Twin]) -> Decision {
    // two names of one file may both have been taken for its new place
    let is_stale = |known: &Known| record.is_none_or(|record| !record.is_where(known));
    match (action, record) {
        (Action::Move(known, _, is_taken), _) if is_stale(known) => decide_stranger(action, *is_taken, hash, twins),
        (Action::ReadAgain(known, seen), Some(record)) => decide_in_place(known, seen, record, hash),
        (Action::Move(_, _, is_taken), Some(record)) => match hash {
            None => Decision::Mark(record.id),
            // gone bad before it was moved, and still
            Some(_) if hash == record.found_hash.as_ref() => Decision::Rot(record.id),
            Some(_) if hash == record.hash.as_ref() => Decision::Move(record.id),
            Some(_) => decide_stranger(action, *is_taken, hash, twins),
        },
        _ => decide_stranger(action, true, hash, twins),
    }
}

fn decide_in_place(known: &Known, seen: &Seen, record: &Record, hash: Option<&Hash>) -> Decision {
    let was_away = matches!(record.state, State::Missing | State::Unreadable);
    let was_bad = record.found_hash.is_some();
    match hash {
        None => Decision::Mark(record.id),
        Some(_) if hash == record.hash.as_ref() && (was_away || was_bad) => Decision::Heal(record.id),
        Some(_) if hash == record.hash.as_ref() && !known.is_said_as(seen) => Decision::Replace(record.id),
        // what this machine could not read, or was too large, is judged by what it is now
        Some(_) if hash == record.hash.as_ref() && record.state == State::Unsupported => Decision::Replace(record.id),
        Some(_) if hash == record.hash.as_ref() => Decision::Keep(record.id),
        Some(_) if hash == record.found_hash.as_ref() && !was_away => Decision::Keep(record.id),
        Some(_) if hash == record.found_hash.as_ref() => Decision::Rot(record.id),
        Some(_) if record.hash.is_some() && nobody_wrote(known, seen) => Decision::Rot(record.id),
        Some(_) => Decision::Replace(record.id),
    }
}

/// Whoever writes a file changes its time, and whoever replaces it its place. The ctime is no witness: a chmod moves it, and
/// so does whoever puts the old time back.
pub fn nobody_wrote(known: &Known, seen: &Seen) -> bool {
    !known.racy && FileIdentity::of(&known.seen) == FileIdentity::of(seen)
}

/// A file that comes from elsewhere, under a new inode, is known by its content when one record alone can be meant.
fn decide_stranger(action: &Action, is_taken: IsTaken, hash: Option<&Hash>, twins: &[Twin]) -> Decision {
    let own = action.known().map(|known| known.id);
    let same: Vec<&Twin> = twins.iter().filter(|twin| Some(&twin.hash) == hash && Some(twin.id) != own).collect();
    let name = action.seen().name();
    let mut namesakes = same.iter().filter(|twin| twin.name == name);
    match (&same[..], namesakes.next(), namesakes.next()) {
        ([only], ..) => Decision::Move(only.id),
        (_, Some(namesake), None) => Decision::Move(namesake.id),
        _ if is_taken => Decision::Insert,
        _ => Decision::Leave,
    }
}

/// So many may vanish at once before it looks like a mount that went away.
pub const VANISHED_ALWAYS_BELIEVED: usize = 50;
const VANISHED_PART_BELIEVED: usize = 5;

/// Whether it is believable that `vanished` of `all` files were taken away by somebody.
pub fn is_believable(vanished: usize, all: usize) -> bool {
    vanished <= VANISHED_ALWAYS_BELIEVED.max(all / VANISHED_PART_BELIEVED)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn seen(path: &str, inode: i64, mtime_ns: i64) -> Seen {
        Seen { path: path.into(), size: 10, mtime_ns, ctime_ns: 0, inode, device: 1, sidecar_ns: None }
    }

    fn id(number: i64) -> ImageId {
        ImageId(Uuid::from_u128(u128::from(number.unsigned_abs())))
    }

    fn known(path: &str, inode: i64, mtime_ns: i64) -> Known {
        let folder = FolderId(Uuid::nil());
        Known { id: id(inode), folder, seen: seen(path, inode, mtime_ns), state: State::Ok, racy: false }
    }

    fn check(files: &[Seen], rows: &[Known], expect: &[Action], absent: &[Known]) {
        let difference = compare(files.to_vec(), rows.to_vec());
        assert_eq!(difference.absent, absent);
        let gone = difference.absent;
        assert_eq!(plan(difference.changed, difference.strangers, gone, &Rules::default()), expect);
    }

    #[test]
    fn what_is_equal_needs_nothing() {
        check(&[seen("a.jpg", 1, 1)], &[known("a.jpg", 1, 1)], &[], &[]);
    }

    #[test]
    fn a_device_of_another_number_changes_nothing() {
        let remounted = |path, inode| Seen { device: 2, ..seen(path, inode, 1) };
        let row = known("a.jpg", 1, 1);
        check(&[remounted("a.jpg", 1)], std::slice::from_ref(&row), &[], &[]);
        let moved = Action::Move(row.clone(), remounted("b.jpg", 1), true);
        check(&[remounted("b.jpg", 1)], std::slice::from_ref(&row), &[moved], std::slice::from_ref(&row));
    }

    #[test]
    fn new_pictures_come_in_the_order_of_their_time() {
        let (old, new, text) = (seen("z.jpg", 1, 1), seen("a.jpg", 2, 2), seen("a.txt", 3, 3));
        check(&[new.clone(), text, old.clone()], &[], &[Action::Add(old), Action::Add(new)], &[]);
    }

    #[test]
    fn an_overwritten_file_is_read_again() {
        let again = Action::ReadAgain(known("a.jpg", 1, 1), seen("a.jpg", 2, 5));
        check(&[seen("a.jpg", 2, 5)], &[known("a.jpg", 1, 1)], &[again], &[]);
    }

    #[test]
    fn what_was_read_in_the_instant_of_its_writing_is_read_again() {
        let racy = Known { racy: true, ..known("a.jpg", 1, 1) };
        let again = Action::ReadAgain(racy.clone(), seen("a.jpg", 1, 1));
        check(&[seen("a.jpg", 1, 1)], &[racy], &[again], &[]);
    }

    #[test]
    fn a_copy_is_no_move_while_its_original_is_there() {
        let (original, link) = (seen("a.jpg", 1, 1), seen("b.jpg", 1, 1));
        check(&[original, link.clone()], &[known("a.jpg", 1, 1)], &[Action::Add(link)], &[]);
    }

    #[test]
    fn of_two_names_of_one_file_each_goes_with_its_own() {
        let rows = [known("old/a.jpg", 1, 1), Known { id: id(2), ..known("old/b.jpg", 1, 1) }];
        let files = [seen("new/a.jpg", 1, 1), seen("new/b.jpg", 1, 1)];
        let moves = [
            Action::Move(rows[0].clone(), files[0].clone(), true),
            Action::Move(rows[1].clone(), files[1].clone(), true),
        ];
        check(&[files[1].clone(), files[0].clone()], &rows, &moves, &rows);
    }

    #[test]
    fn an_absent_file_is_read_again_when_it_returns() {
        let missing = Known { state: State::Missing, ..known("a.jpg", 1, 1) };
        check(&[], std::slice::from_ref(&missing), &[], std::slice::from_ref(&missing));
        let again = Action::ReadAgain(missing.clone(), seen("a.jpg", 1, 1));
        check(&[seen("a.jpg", 1, 1)], &[missing], &[again], &[]);
    }

    fn record(state: State, hash: u8, found: Option<u8>) -> Record {
        let (folder, path) = (FolderId(Uuid::nil()), "a.jpg".into());
        Record { id: id(1), folder, path, state, hash: Some([hash; 32]), found_hash: found.map(|found| [found; 32]) }
    }

    #[test]
    fn what_is_read_in_place_is_told_apart() {
        let row = known("a.jpg", 1, 1);
        let check = |seen: Seen, record: Record, hash: Option<u8>, expect: Decision| {
            let action = Action::ReadAgain(row.clone(), seen);
            let hash = hash.map(|hash| [hash; 32]);
            assert_eq!(decide(&action, Some(&record), hash.as_ref(), &[]), expect, "{record:?} {hash:?}");
        };
        let (touched, written) = (seen("a.jpg", 1, 5), seen("a.jpg", 1, 5));
        let same = || Seen { ctime_ns: 9, ..seen("a.jpg", 1, 1) };
        check(touched, record(State::Ok, 7, None), Some(7), Decision::Keep(id(1)));
        check(written.clone(), record(State::Ok, 7, None), Some(8), Decision::Replace(id(1)));
        let said = || Seen { sidecar_ns: Some(1), ..same() };
        check(said(), record(State::Ok, 7, None), Some(7), Decision::Replace(id(1)));
        check(said(), record(State::Corrupted, 7, Some(8)), Some(8), Decision::Keep(id(1)));
        check(same(), record(State::Unsupported, 7, None), Some(7), Decision::Replace(id(1)));
        check(same(), record(State::Ok, 7, None), Some(8), Decision::Rot(id(1)));
        check(same(), record(State::Corrupted, 7, Some(8)), Some(8), Decision::Keep(id(1)));
        check(same(), record(State::Corrupted, 7, Some(8)), Some(7), Decision::Heal(id(1)));
        check(same(), record(State::Missing, 7, None), Some(7), Decision::Heal(id(1)));
        check(same(), record(State::Missing, 7, None), Some(8), Decision::Rot(id(1)));
        check(same(), record(State::Missing, 7, Some(8)), Some(8), Decision::Rot(id(1)));
        check(written.clone(), record(State::Missing, 7, None), Some(8), Decision::Replace(id(1)));
        check(same(), record(State::Ok, 7, None), None, Decision::Mark(id(1)));
        check(written, record(State::Corrupted, 7, Some(8)), Some(9), Decision::Replace(id(1)));
    }

    #[test]
    fn what_comes_from_elsewhere_is_known_by_its_content() {
        let twin = |number, name: &str| Twin { id: id(number), hash: [7; 32], name: name.into() };
        let check = |twins: &[Twin], expect: Decision| {
            let action = Action::Add(seen("new/a.jpg", 9, 9));
            assert_eq!(decide(&action, None, Some(&[7; 32]), twins), expect, "{twins:?}");
        };
        check(&[], Decision::Insert);
        check(&[twin(1, "x.jpg")], Decision::Move(id(1)));
        check(&[twin(1, "x.jpg"), twin(2, "a.jpg")], Decision::Move(id(2)));
        // which of them is meant nobody can tell
        check(&[twin(1, "x.jpg"), twin(2, "y.jpg")], Decision::Insert);
        check(&[twin(1, "a.jpg"), twin(2, "a.jpg")], Decision::Insert);
        check(&[Twin { hash: [8; 32], ..twin(1, "a.jpg") }], Decision::Insert);
    }

    #[test]
    fn an_emptied_library_is_not_believed() {
        for (vanished, all, expect) in
            [(0, 0, true), (50, 50, true), (51, 100, false), (200, 1000, true), (201, 1000, false)]
        {
            assert_eq!(is_believable(vanished, all), expect, "{vanished} of {all}");
        }
    }
}
