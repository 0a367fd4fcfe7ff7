//! What has to be done so that the catalogue says what the disk holds: (disk facts, known rows) -> actions. Pure: reads nothing, writes nothing.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use crate::{
    folder::{Look, Seen, filter},
    model::{ImageId, State},
};

/// What the catalogue holds of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub id: ImageId,
    pub seen: Seen,
    pub state: State,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Add(Seen),
    /// The file is not what was read last, or it is back.
    ReadAgain(Known, Seen),
    /// The same file under another path, to be confirmed by its hash.
    Move(Known, Seen),
    Missing(Known),
}

impl Action {
    /// Where the file is, or was.
    pub fn path(&self) -> &Path {
        match self {
            Action::Add(seen) | Action::ReadAgain(_, seen) | Action::Move(_, seen) => &seen.path,
            Action::Missing(known) => &known.seen.path,
        }
    }
}

/// So many may vanish at once before it looks like a mount that went away.
const VANISHED_ALWAYS_BELIEVED: usize = 50;
const VANISHED_PART_BELIEVED: usize = 5;

/// Whether it is believable that `vanished` of `all` files were taken away by somebody.
pub fn is_believable(vanished: usize, all: usize) -> bool {
    vanished <= VANISHED_ALWAYS_BELIEVED.max(all / VANISHED_PART_BELIEVED)
}

/// `known` are the rows of what was looked at. The order of the actions is the order of arrival: oldest content first.
pub fn plan(look: &Look, known: Vec<Known>) -> Vec<Action> {
    let present: HashSet<&Path> = look.files.iter().map(|seen| seen.path.as_path()).collect();
    let (here, mut absent): (HashMap<PathBuf, Known>, Vec<Known>) = {
        let (here, absent): (Vec<_>, Vec<_>) =
            known.into_iter().partition(|row| present.contains(row.seen.path.as_path()));
        (here.into_iter().map(|row| (row.seen.path.clone(), row)).collect(), absent)
    };
    absent.retain(|row| !is_hidden_from(look, &row.seen.path));
    let mut origins: HashMap<FileIdentity, Vec<Known>> = HashMap::new();
    for row in absent {
        origins.entry(FileIdentity::of(&row.seen)).or_default().push(row);
    }

    let mut actions = Vec::new();
    for seen in in_order_of_arrival(look) {
        match here.get(&seen.path) {
            Some(row) if is_unchanged(row, seen) => {}
            Some(row) => actions.push(Action::ReadAgain(row.clone(), seen.clone())),
            None => match origins.get_mut(&FileIdentity::of(seen)).and_then(Vec::pop) {
                Some(row) => actions.push(Action::Move(row, seen.clone())),
                None if filter::is_picture_name(&seen.path) => actions.push(Action::Add(seen.clone())),
                None => {}
            },
        }
    }
    let mut missing: Vec<Known> = origins.into_values().flatten().filter(|row| row.state != State::Missing).collect();
    missing.sort_by(|a, b| a.seen.path.cmp(&b.seen.path));
    actions.extend(missing.into_iter().map(Action::Missing));
    actions
}

/// What a file keeps when it is renamed. Without the device, whose number may be another after each mount: the hash decides.
#[derive(PartialEq, Eq, Hash)]
pub struct FileIdentity {
    inode: i64,
    size: i64,
    mtime_ns: i64,
}

impl FileIdentity {
    pub fn of(seen: &Seen) -> FileIdentity {
        FileIdentity { inode: seen.inode, size: seen.size, mtime_ns: seen.mtime_ns }
    }
}

fn is_unchanged(row: &Known, seen: &Seen) -> bool {
    seen.is_unchanged_since(&row.seen) && !matches!(row.state, State::Missing | State::Unreadable)
}

/// What could not be looked at is not absent.
fn is_hidden_from(look: &Look, path: &Path) -> bool {
    look.blind.iter().any(|blind| path.starts_with(&blind.path))
}

fn in_order_of_arrival(look: &Look) -> Vec<&Seen> {
    let mut files: Vec<&Seen> = look.files.iter().collect();
    files.sort_by(|a, b| (a.mtime_ns, &a.path).cmp(&(b.mtime_ns, &b.path)));
    files
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::folder::scan::Blind;

    fn seen(path: &str, inode: i64, mtime_ns: i64) -> Seen {
        Seen { path: path.into(), size: 10, mtime_ns, ctime_ns: 0, inode, device: 1 }
    }

    fn known(path: &str, inode: i64, mtime_ns: i64) -> Known {
        Known {
            id: ImageId(Uuid::from_u128(u128::from(inode.unsigned_abs()))),
            seen: seen(path, inode, mtime_ns),
            state: State::Ok,
        }
    }

    fn look(files: &[Seen]) -> Look {
        Look { files: files.to_vec(), ..Look::default() }
    }

    fn check(files: &[Seen], rows: &[Known], expect: &[Action]) {
        assert_eq!(plan(&look(files), rows.to_vec()), expect);
    }

    #[test]
    fn what_is_equal_needs_nothing() {
        check(&[seen("a.jpg", 1, 1)], &[known("a.jpg", 1, 1)], &[]);
    }

    #[test]
    fn a_device_of_another_number_changes_nothing() {
        let remounted = |path, inode| Seen { device: 2, ..seen(path, inode, 1) };
        check(&[remounted("a.jpg", 1)], &[known("a.jpg", 1, 1)], &[]);
        check(
            &[remounted("b.jpg", 1)],
            &[known("a.jpg", 1, 1)],
            &[Action::Move(known("a.jpg", 1, 1), remounted("b.jpg", 1))],
        );
    }

    #[test]
    fn new_pictures_come_in_the_order_of_their_time() {
        let (old, new, text) = (seen("z.jpg", 1, 1), seen("a.jpg", 2, 2), seen("a.txt", 3, 3));
        check(&[new.clone(), text, old.clone()], &[], &[Action::Add(old), Action::Add(new)]);
    }

    #[test]
    fn a_renamed_file_moves_and_an_overwritten_one_is_read_again() {
        check(
            &[seen("b.jpg", 1, 1)],
            &[known("a.jpg", 1, 1)],
            &[Action::Move(known("a.jpg", 1, 1), seen("b.jpg", 1, 1))],
        );
        check(
            &[seen("a.jpg", 2, 5)],
            &[known("a.jpg", 1, 1)],
            &[Action::ReadAgain(known("a.jpg", 1, 1), seen("a.jpg", 2, 5))],
        );
    }

    #[test]
    fn a_copy_is_no_move_while_its_original_is_there() {
        let (original, link) = (seen("a.jpg", 1, 1), seen("b.jpg", 1, 1));
        check(&[original, link.clone()], &[known("a.jpg", 1, 1)], &[Action::Add(link)]);
    }

    #[test]
    fn two_names_of_one_file_that_go_together_are_both_missing() {
        let (a, b) = (known("a.jpg", 1, 1), known("b.jpg", 1, 1));
        check(&[], &[a.clone(), b.clone()], &[Action::Missing(a), Action::Missing(b)]);
    }

    #[test]
    fn an_absent_file_is_missing_once_and_read_again_when_it_returns() {
        let missing = Known { state: State::Missing, ..known("a.jpg", 1, 1) };
        check(&[], &[known("a.jpg", 1, 1)], &[Action::Missing(known("a.jpg", 1, 1))]);
        check(&[], std::slice::from_ref(&missing), &[]);
        check(
            &[seen("a.jpg", 1, 1)],
            std::slice::from_ref(&missing),
            &[Action::ReadAgain(missing.clone(), seen("a.jpg", 1, 1))],
        );
    }

    #[test]
    fn nothing_behind_an_unreadable_folder_is_missing() {
        let error = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let look = Look { blind: vec![Blind { path: "trip".into(), error }], ..Look::default() };
        assert_eq!(
            plan(&look, vec![known("trip/a.jpg", 1, 1), known("b.jpg", 2, 1)]),
            [Action::Missing(known("b.jpg", 2, 1))]
        );
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
