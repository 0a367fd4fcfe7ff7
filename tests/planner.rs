//! The planner against a model: random disks, random deeds, and what must hold whenever all is at rest. Each failure names its
//! seed: `PIXELSYNC_PLANNER_SEED=n cargo test --features ssr --test planner` does it again, `PIXELSYNC_PLANNER_CASES` does more.

#[path = "planner/catalogue.rs"]
mod catalogue;
#[path = "planner/disk.rs"]
mod disk;
#[path = "fire/random.rs"]
#[expect(dead_code, reason = "what others draw is not drawn here")]
mod random;

use std::{collections::HashMap, env, thread};

use catalogue::Catalogue;
use disk::{Disk, FOLDERS, File, Place};
use pixelsync::model::{ImageId, State};
use random::Random;

const CASES: u64 = 100_000;
const ROUNDS: u64 = 3;
const DEEDS_MAX: u64 = 6;

#[test]
fn the_catalogue_says_what_the_disk_holds_whatever_happened() {
    let setting = |name: &str| env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = setting("PIXELSYNC_PLANNER_SEED") {
        return case(seed);
    }
    let (cases, threads) = (setting("PIXELSYNC_PLANNER_CASES").unwrap_or(CASES), 2);
    thread::scope(|scope| {
        for first in 0..threads {
            scope.spawn(move || (first..cases).step_by(2).for_each(case));
        }
    });
}

/// Says its seed when it breaks.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("PIXELSYNC_PLANNER_SEED={}", self.0);
        }
    }
}

fn case(seed: u64) {
    let (_seed, mut random) = (Seed(seed), Random(seed));
    let (mut disk, mut catalogue) = (Disk::default(), Catalogue::default());
    for _ in 0..ROUNDS {
        catalogue.round += 1;
        let before = (disk.clone(), catalogue.clone());
        let (mut touched, mut story) = (Vec::new(), Vec::new());
        for _ in 0..=random.below(DEEDS_MAX) {
            let (places, deed) = disk.change(&mut random);
            story.push((deed, places.clone()));
            touched.extend(places);
        }
        if random.one_in(3) {
            catalogue.look_at(&disk, &touched);
        }
        for folder in 0..FOLDERS {
            catalogue.scan(&disk, folder, 1 + random.below(5) as usize);
        }
        catalogue.verify(&disk);
        check_truth(&disk, &catalogue, &story);
        check_identity(&before, &disk, &catalogue, &story);
        check_rest(&disk, &mut catalogue, &story);
    }
}

type Story = [(&'static str, Vec<Place>)];

/// Each picture on the disk has one record that is right of it, and no record says that there is a file where none is.
fn check_truth(disk: &Disk, catalogue: &Catalogue, story: &Story) {
    let mut places: HashMap<&Place, ImageId> = HashMap::new();
    for (id, row) in catalogue.live() {
        assert_eq!(places.insert(&row.place, *id), None, "two records of {:?} after {story:?}", row.place);
        let file = disk.files.get(&row.place);
        assert_eq!(file.is_none(), row.state == State::Missing, "{:?} is {:?} after {story:?}", row.place, row.state);
        let Some(file) = file else { continue };
        let held = row.found_hash.unwrap_or(row.hash);
        assert_eq!(held, file.hash(), "{:?} after {story:?}", row.place);
        assert_eq!(row.found_hash.is_some(), row.state == State::Corrupted, "{:?} after {story:?}", row.place);
    }
    for place in disk.files.keys().filter(|place| is_picture(place)) {
        assert!(places.contains_key(place), "no record of {place:?} after {story:?}");
    }
}

fn is_picture(place: &Place) -> bool {
    !place.1.to_lowercase().ends_with(".txt")
}

/// A file that was only moved, to a place that nobody had, is still itself.
fn check_identity((old_disk, old): &(Disk, Catalogue), disk: &Disk, catalogue: &Catalogue, story: &Story) {
    let same = |a: &File, b: &File| (a.inode, a.size, a.mtime, a.content) == (b.inode, b.size, b.mtime, b.content);
    let names_of = |disk: &Disk, inode| disk.files.values().filter(|file| file.inode == inode).count();
    for (place, file) in &disk.files {
        let was = old_disk.files.iter().find(|(_, before)| same(before, file));
        let Some((was_at, _)) = was.filter(|(was_at, _)| *was_at != place) else { continue };
        // of copies and of a lost name of the same file nobody can tell which is meant
        let copies = disk.files.values().filter(|other| other.content == file.content).count();
        let records = old.live().filter(|(_, row)| row.seen.inode == file.inode).count();
        let is_single =
            names_of(old_disk, file.inode) == 1 && names_of(disk, file.inode) == 1 && copies == 1 && records == 1;
        // where something else lies now, or a record was, the names count and not the file
        let is_free = !disk.files.contains_key(was_at) && old.at(place).is_none();
        let Some(id) = old.at(was_at).filter(|id| old.rows[id].found_hash.is_none() && old.rows[id].state == State::Ok)
        else {
            continue;
        };
        if is_single && is_free && is_picture(place) {
            assert_eq!(catalogue.at(place), Some(id), "{was_at:?} became {place:?} in {story:?}");
        }
    }
}

/// Nothing more is to be done. Of several records that a file could be, each look tries one.
fn check_rest(disk: &Disk, catalogue: &mut Catalogue, story: &Story) {
    for folder in 0..FOLDERS {
        let rests = (0..3).any(|_| catalogue.scan(disk, folder, 2) == 0);
        assert!(rests, "it does not come to rest after {story:?}");
    }
    check_truth(disk, catalogue, story);
    for (_, row) in catalogue.live().filter(|(_, row)| row.state == State::Ok) {
        assert_eq!(row.said, disk.files[&row.place].sidecar, "what is said of {:?} after {story:?}", row.place);
    }
}
