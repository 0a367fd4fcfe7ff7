//! A catalogue that is only rows, kept by the real planner as the server keeps the real one. Reads no file.

use std::collections::{BTreeMap, HashSet};

use pixelsync::{
    folder::{Rules, Seen, scan::path_bytes},
    model::{FolderId, ImageId, State},
    server::reconcile::{self, Action, Decision, FileIdentity, Known, Record, Twin},
};
use uuid::Uuid;

use crate::disk::{Disk, FOLDERS, Place};

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) place: Place,
    pub(crate) seen: Seen,
    pub(crate) state: State,
    pub(crate) hash: [u8; 32],
    pub(crate) found_hash: Option<[u8; 32]>,
    /// Which sidecar was read.
    pub(crate) said: Option<i64>,
    /// Its record goes on in an older one.
    pub(crate) removed: bool,
    /// In which round it was written first.
    born: u64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Catalogue {
    pub(crate) rows: BTreeMap<ImageId, Row>,
    drawn: u128,
    /// What was there before it was not copied just now.
    pub(crate) round: u64,
}

fn folder_id(folder: usize) -> FolderId {
    FolderId(Uuid::from_u128(folder as u128))
}

impl Catalogue {
    pub(crate) fn live(&self) -> impl Iterator<Item = (&ImageId, &Row)> {
        self.rows.iter().filter(|(_, row)| !row.removed)
    }

    pub(crate) fn at(&self, place: &Place) -> Option<ImageId> {
        self.live().find(|(_, row)| row.place == *place).map(|(id, _)| *id)
    }

    fn known(&self, id: ImageId) -> Known {
        let row = &self.rows[&id];
        Known { id, folder: folder_id(row.place.0), seen: row.seen.clone(), state: row.state, racy: false }
    }

    fn all(&self, wanted: impl Fn(&Row) -> bool) -> Vec<Known> {
        self.live().filter(|(_, row)| wanted(row)).map(|(id, _)| self.known(*id)).collect()
    }

    /// As a look at everything: stretch by stretch of so many files. How much there was to do.
    pub(crate) fn scan(&mut self, disk: &Disk, folder: usize, stretch: usize) -> usize {
        let (mut todo, mut absent) = (Vec::new(), Vec::new());
        let mut files = disk.seen(folder);
        files.sort_by(|a, b| path_bytes(&a.path).cmp(path_bytes(&b.path)));
        let mut from: Vec<u8> = Vec::new();
        loop {
            let rest = files.split_off(stretch.min(files.len()));
            let to = rest.first().map(|seen| path_bytes(&seen.path).to_vec());
            let is_between = |row: &Row| {
                let path = row.place.1.as_bytes();
                row.place.0 == folder && path >= &from[..] && to.as_deref().is_none_or(|to| path < to)
            };
            let known = self.all(is_between);
            let mut difference = reconcile::compare(files, known);
            absent.append(&mut difference.absent);
            todo.extend(self.plan(disk, difference.changed, difference.strangers));
            files = rest;
            match to {
                Some(to) => from = to,
                None => break,
            }
        }
        reconcile::sort_by_arrival(&mut todo);
        self.carry_out(disk, folder, todo) + self.take_away(disk, absent)
    }

    /// As hints are followed.
    pub(crate) fn look_at(&mut self, disk: &Disk, places: &[Place]) {
        for folder in 0..FOLDERS {
            let paths: HashSet<&str> =
                places.iter().filter(|place| place.0 == folder).map(|place| place.1.as_str()).collect();
            let files = disk
                .seen(folder)
                .into_iter()
                .filter(|seen| paths.contains(seen.path.to_str().expect("text")))
                .collect();
            let known = self.all(|row| row.place.0 == folder && paths.contains(row.place.1.as_str()));
            let difference = reconcile::compare(files, known);
            let todo = self.plan(disk, difference.changed, difference.strangers);
            self.carry_out(disk, folder, todo);
            self.take_away(disk, difference.absent);
        }
    }

    /// Reads every file again that looks as it did.
    pub(crate) fn verify(&mut self, disk: &Disk) {
        let suspects: Vec<(ImageId, Place)> = self
            .live()
            .filter(|(_, row)| row.state != State::Missing)
            .filter(|(_, row)| {
                disk.files.get(&row.place).is_some_and(|file| file.hash() != row.found_hash.unwrap_or(row.hash))
            })
            .map(|(id, row)| (*id, row.place.clone()))
            .collect();
        for (id, place) in suspects {
            let action = Action::ReadAgain(self.known(id), disk.files[&place].seen(&place.1));
            self.carry_out(disk, place.0, vec![action]);
        }
    }

    fn is_gone(disk: &Disk, row: &Row) -> bool {
        !disk.files.contains_key(&row.place)
    }

    fn plan(&self, disk: &Disk, changed: Vec<(Known, Seen)>, strangers: Vec<Seen>) -> Vec<Action> {
        let identities: HashSet<FileIdentity> = strangers.iter().map(FileIdentity::of).collect();
        let gone = self.all(|row| identities.contains(&FileIdentity::of(&row.seen)) && Catalogue::is_gone(disk, row));
        reconcile::plan(changed, strangers, gone, &Rules::default())
    }

    fn carry_out(&mut self, disk: &Disk, folder: usize, todo: Vec<Action>) -> usize {
        let mut done = 0;
        for batch in todo.chunks(3) {
            let known: HashSet<ImageId> = batch.iter().filter_map(|action| Some(action.known()?.id)).collect();
            let twin = |(id, row): (&ImageId, &Row)| {
                let name = row.seen.name();
                (Catalogue::is_gone(disk, row) && !known.contains(id)).then_some(Twin { id: *id, hash: row.hash, name })
            };
            let mut twins: Vec<Twin> = self.live().filter_map(twin).collect();
            for action in batch {
                let place = (folder, action.seen().path.to_str().expect("text").to_owned());
                let hash = disk.files[&place].hash();
                let record = action.known().map(|known| self.record(known.id));
                if matches!(action, Action::ReadAgain(known, _) if !record.as_ref().is_some_and(|record| record.is_where(known)))
                {
                    continue;
                }
                let decision = reconcile::decide(action, record.as_ref(), Some(&hash), &twins);
                done += usize::from(decision != Decision::Leave);
                if let Decision::Move(id) = decision {
                    twins.retain(|twin| twin.id != id);
                }
                self.write(decision, place, action.seen(), hash);
            }
        }
        done
    }

    fn record(&self, id: ImageId) -> Record {
        let row = &self.rows[&id];
        let (folder, path) = (folder_id(row.place.0), row.seen.path.clone());
        Record { id, folder, path, state: row.state, hash: Some(row.hash), found_hash: row.found_hash }
    }

    fn write(&mut self, decision: Decision, place: Place, seen: &Seen, hash: [u8; 32]) {
        let (seen, state, found_hash, removed) = (seen.clone(), State::Ok, None, false);
        let said = seen.sidecar_ns;
        let mut new = Row { place, seen, state, hash, found_hash, said, removed, born: self.round };
        match decision {
            Decision::Insert => {
                self.drawn += 1;
                self.rows.insert(ImageId(Uuid::from_u128(self.drawn)), new);
            }
            Decision::Replace(id) | Decision::Move(id) | Decision::Heal(id) => {
                new.born = self.rows[&id].born;
                self.rows.insert(id, new);
            }
            Decision::Keep(id) => {
                let row = self.rows.get_mut(&id).expect("a known row");
                (row.place, row.seen) = (new.place, new.seen);
            }
            Decision::Rot(id) => {
                let row = self.rows.get_mut(&id).expect("a known row");
                (row.place, row.seen, row.state, row.found_hash) = (new.place, new.seen, State::Corrupted, Some(hash));
            }
            Decision::Leave => {}
            Decision::Mark(_) => unreachable!("every file can be read here"),
        }
    }

    fn take_away(&mut self, disk: &Disk, absent: Vec<Known>) -> usize {
        let absent: Vec<ImageId> = absent
            .into_iter()
            .filter(|known| known.state != State::Missing)
            .filter(|known| {
                self.rows[&known.id].seen.path == known.seen.path && self.known(known.id).folder == known.folder
            })
            .map(|known| known.id)
            .collect();
        let mut done = 0;
        for id in &absent {
            assert!(Catalogue::is_gone(disk, &self.rows[id]), "a file that is there is never taken away");
            done += 1;
            match self.heir(*id, &absent) {
                Some(young) => self.inherit(*id, young),
                None => self.rows.get_mut(id).expect("a row").state = State::Missing,
            }
        }
        done
    }

    /// As `db::files::heirs` finds it.
    fn heir(&self, old: ImageId, absent: &[ImageId]) -> Option<ImageId> {
        let row = &self.rows[&old];
        let is_heir = |id: &ImageId, young: &Row| {
            young.hash == row.hash
                && young.born == self.round
                && *id > old
                && young.state != State::Missing
                && young.found_hash.is_none()
                && !absent.contains(id)
        };
        let heirs: Vec<ImageId> = self.live().filter(|(id, young)| is_heir(id, young)).map(|(id, _)| *id).collect();
        let is_shared = |id: &ImageId| {
            let others = absent.iter().filter(|other| **other != old && **other < *id);
            others.into_iter().any(|other| !self.rows[other].removed && self.rows[other].hash == row.hash)
        };
        let namesakes: Vec<&ImageId> = heirs.iter().filter(|id| self.rows[id].seen.name() == row.seen.name()).collect();
        let heir = match (&heirs[..], &namesakes[..]) {
            ([only], _) => only,
            (_, [namesake]) => namesake,
            _ => return None,
        };
        (!is_shared(heir)).then_some(*heir)
    }

    fn inherit(&mut self, old: ImageId, young: ImageId) {
        let heir = self.rows.get_mut(&young).expect("a row");
        heir.removed = true;
        let mut goes_on = Row { removed: false, ..heir.clone() };
        let row = &self.rows[&old];
        // what is said of it stays until it is read again
        (goes_on.born, goes_on.said, goes_on.seen.sidecar_ns) = (row.born, row.said, row.seen.sidecar_ns);
        self.rows.insert(old, goes_on);
    }
}
