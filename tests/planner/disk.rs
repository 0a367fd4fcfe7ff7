//! A disk that is only facts: folders of files, and whatever people do to them. Knows nothing of a catalogue.

use std::collections::BTreeMap;

use pixelsync::folder::Seen;

use crate::random::Random;

/// Which folder, and the path below it.
pub(crate) type Place = (usize, String);

pub(crate) const FOLDERS: usize = 2;
const TREES: &[&str] = &["", "a/", "a/b/", "A/", "trip/"];
const NAMES: &[&str] = &["x.jpg", "X.jpg", "y.jpg", "\u{e9}.jpg", "e\u{301}.jpg", "z.png", "note.txt"];
/// Few, so that copies of the same are common.
const CONTENTS: u64 = 6;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) inode: i64,
    pub(crate) size: i64,
    pub(crate) mtime: i64,
    pub(crate) ctime: i64,
    pub(crate) content: u8,
    /// When it was written what lies beside it.
    pub(crate) sidecar: Option<i64>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    pub(crate) files: BTreeMap<Place, File>,
    clock: i64,
    inodes: i64,
    /// What was taken away and may come back.
    elsewhere: Vec<(Place, File)>,
}

impl Disk {
    pub(crate) fn seen(&self, folder: usize) -> Vec<Seen> {
        let here = self.files.iter().filter(|((of, _), _)| *of == folder);
        here.map(|((_, path), file)| file.seen(path)).collect()
    }

    fn tick(&mut self) -> i64 {
        self.clock += 1;
        self.clock
    }

    fn any(&self, random: &mut Random) -> Option<Place> {
        if self.files.is_empty() {
            return None;
        }
        let at = usize::try_from(random.below(self.files.len() as u64)).expect("an index");
        self.files.keys().nth(at).cloned()
    }

    fn somewhere(random: &mut Random) -> Place {
        let folder = usize::try_from(random.below(FOLDERS as u64)).expect("an index");
        (folder, format!("{}{}", random.pick(TREES), random.pick(NAMES)))
    }

    /// One thing that somebody does. Gives the places that it touched, and its name.
    pub(crate) fn change(&mut self, random: &mut Random) -> (Vec<Place>, &'static str) {
        let (source, target) = (self.any(random), Disk::somewhere(random));
        let Some(source) = source else { return (self.create(target, random), "create") };
        match random.below(17) {
            0..=2 => (self.create(target, random), "create"),
            3 => (self.write(&source, random), "write"),
            4 => (self.rot(&source, random), "rot"),
            5 => (self.touch(&source), "touch"),
            6 => (self.permit(&source), "chmod"),
            7..=8 => (self.rename(&source, target), "rename"),
            9 => (self.rename_case(&source), "case"),
            10 => (self.swap(&source, random), "swap"),
            11 => (self.copy(&source, target, random), "copy"),
            12 => (self.link(&source, target), "link"),
            13 => (self.take_away(&source), "delete"),
            14 => (self.bring_back(random), "restore"),
            15 => (self.say(source, random), "say"),
            _ => (self.rename_tree(random), "tree"),
        }
    }

    /// By rename over what is there, as editors save: another inode.
    fn create(&mut self, place: Place, random: &mut Random) -> Vec<Place> {
        self.inodes += 1;
        let (now, content) = (self.tick(), random.below(CONTENTS) as u8);
        let file = File { inode: self.inodes, size: size(content), mtime: now, ctime: now, content, sidecar: None };
        self.files.insert(place.clone(), file);
        vec![place]
    }

    fn write(&mut self, place: &Place, random: &mut Random) -> Vec<Place> {
        let (now, content) = (self.tick(), random.below(CONTENTS) as u8);
        self.each_name(place, |file| {
            (file.mtime, file.ctime, file.content, file.size) = (now, now, content, size(content))
        })
    }

    /// Other bytes under the same size and times; at most somebody put the time back.
    fn rot(&mut self, place: &Place, random: &mut Random) -> Vec<Place> {
        let ctime = if random.one_in(2) { Some(self.tick()) } else { None };
        self.each_name(place, |file| {
            // of the two contents of a size, the other
            file.content ^= 1;
            file.ctime = ctime.unwrap_or(file.ctime);
        })
    }

    fn touch(&mut self, place: &Place) -> Vec<Place> {
        let now = self.tick();
        self.each_name(place, |file| (file.mtime, file.ctime) = (now, now))
    }

    fn permit(&mut self, place: &Place) -> Vec<Place> {
        let now = self.tick();
        self.each_name(place, |file| file.ctime = now)
    }

    /// Beside one of its names.
    fn say(&mut self, place: Place, random: &mut Random) -> Vec<Place> {
        let now = self.tick();
        if let Some(file) = self.files.get_mut(&place) {
            file.sidecar = if random.one_in(3) { None } else { Some(now) };
        }
        vec![place]
    }

    fn rename(&mut self, source: &Place, target: Place) -> Vec<Place> {
        let now = self.tick();
        if *source == target {
            return vec![];
        }
        if let Some(file) = self.files.remove(source) {
            self.files.insert(target.clone(), File { ctime: now, ..file });
        }
        vec![source.clone(), target]
    }

    fn rename_case(&mut self, source: &Place) -> Vec<Place> {
        let (folder, path) = source;
        let (tree, name) = path.rsplit_once('/').map_or(("", path.as_str()), |(tree, name)| (tree, name));
        let other =
            if name.chars().next().is_some_and(char::is_lowercase) { name.to_uppercase() } else { name.to_lowercase() };
        let other = other.replace(".JPG", ".jpg").replace(".PNG", ".png");
        let target = if tree.is_empty() { other } else { format!("{tree}/{other}") };
        self.rename(source, (*folder, target))
    }

    fn swap(&mut self, one: &Place, random: &mut Random) -> Vec<Place> {
        let other = self.any(random).expect("there is one at least");
        let now = self.tick();
        if *one != other {
            let (first, second) = (self.files[one].clone(), self.files[&other].clone());
            self.files.insert(one.clone(), File { ctime: now, ..second });
            self.files.insert(other.clone(), File { ctime: now, ..first });
        }
        vec![one.clone(), other]
    }

    fn copy(&mut self, source: &Place, target: Place, random: &mut Random) -> Vec<Place> {
        self.inodes += 1;
        let now = self.tick();
        let file = self.files[source].clone();
        let mtime = if random.one_in(2) { file.mtime } else { now };
        self.files.insert(target.clone(), File { inode: self.inodes, mtime, ctime: now, ..file });
        vec![target]
    }

    fn link(&mut self, source: &Place, target: Place) -> Vec<Place> {
        let now = self.tick();
        if self.files.contains_key(&target) {
            return vec![];
        }
        let mut touched = self.each_name(source, |file| file.ctime = now);
        self.files.insert(target.clone(), self.files[source].clone());
        touched.push(target);
        touched
    }

    fn take_away(&mut self, place: &Place) -> Vec<Place> {
        if let Some(file) = self.files.remove(place) {
            self.elsewhere.push((place.clone(), file));
        }
        vec![place.clone()]
    }

    /// The file itself, or a copy of it from a backup with its old time.
    fn bring_back(&mut self, random: &mut Random) -> Vec<Place> {
        let Some((place, file)) = self.elsewhere.pop() else { return vec![] };
        let now = self.tick();
        self.inodes += 1;
        let inode = if random.one_in(2) { file.inode } else { self.inodes };
        let is_taken = self.files.values().any(|other| other.inode == inode);
        let inode = if is_taken { self.inodes } else { inode };
        self.files.insert(place.clone(), File { inode, ctime: now, ..file });
        vec![place]
    }

    /// A whole tree, within its folder or into another one.
    fn rename_tree(&mut self, random: &mut Random) -> Vec<Place> {
        let from = *random.pick(&["a/", "trip/"]);
        let (old, new) = (random.below(FOLDERS as u64) as usize, random.below(FOLDERS as u64) as usize);
        let to = *random.pick(&["moved/", "trip/", "a/b/"]);
        let moved: Vec<Place> =
            self.files.keys().filter(|(of, path)| *of == old && path.starts_with(from)).cloned().collect();
        if to.starts_with(from) || self.files.keys().any(|(of, path)| *of == new && path.starts_with(to)) {
            return vec![];
        }
        let mut touched = Vec::new();
        for place in moved {
            let file = self.files.remove(&place).expect("it was there");
            let target = (new, format!("{to}{}", &place.1[from.len()..]));
            self.files.insert(target.clone(), file);
            touched.extend([place, target]);
        }
        touched
    }

    /// All names of a file change with it.
    fn each_name(&mut self, place: &Place, change: impl Fn(&mut File)) -> Vec<Place> {
        let inode = self.files[place].inode;
        let names = self.files.iter_mut().filter(|(_, file)| file.inode == inode);
        names
            .map(|(place, file)| {
                change(file);
                place.clone()
            })
            .collect()
    }
}

/// Two contents have each size.
fn size(content: u8) -> i64 {
    100 + i64::from(content / 2)
}

impl File {
    pub(crate) fn seen(&self, path: &str) -> Seen {
        Seen {
            path: path.into(),
            size: self.size,
            mtime_ns: self.mtime,
            ctime_ns: self.ctime,
            inode: self.inode,
            device: 1,
            sidecar_ns: self.sidecar,
        }
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        [self.content; 32]
    }
}
