//! Names that are nearly the same, or no text at all: each file is itself, and served.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
};

use crate::{
    mounting::skipped,
    pictures::{on_disk, put},
    scene::{Folder, Scene},
};

const NAMES: &[&[u8]] = &[
    b"a.jpg",
    b"A.JPG",
    "caf\u{e9}.png".as_bytes(),
    "cafe\u{301}.png".as_bytes(),
    b"two\nlines.png",
    b"not text \xff\xfe.png",
    b"not text \xff\xfd.png",
    b"no \xe9 text/\xe9.png",
    b" begins with a blank.png",
    b"100%25.png",
    b"back\\slash.png",
    b"quote\"'.png",
];

#[test]
fn names_that_are_nearly_the_same_are_kept_apart() {
    let scene = Scene::open();
    let folder = scene.add("here");
    let mut all = BTreeMap::new();
    for name in NAMES {
        all.insert(*name, put(folder.join(OsStr::from_bytes(name))));
    }
    if on_disk(&folder.root).len() < NAMES.len() {
        return skipped("names that are nearly the same", "they are the same to the file system of this machine");
    }
    scene.until_equal(&folder);
    check_served(&scene, &folder, &all);
    let ids = scene.ids(&folder);
    assert_eq!(ids.values().collect::<BTreeSet<_>>().len(), NAMES.len());

    // two change places, which leaves each with the contents of the other
    let [one, other] = [NAMES[0], NAMES[1]].map(|name| folder.join(OsStr::from_bytes(name)));
    fs::rename(&one, folder.join("between.jpg")).expect("a rename");
    fs::rename(&other, &one).expect("a rename");
    fs::rename(folder.join("between.jpg"), &other).expect("a rename");
    let [first, second] = [NAMES[0], NAMES[1]].map(|name| all[name].clone());
    all.extend([(NAMES[0], second), (NAMES[1], first)]);
    scene.until_equal(&folder);
    check_served(&scene, &folder, &all);

    // one changes its case only
    let before = scene.id(&folder, "back\\slash.png");
    fs::rename(folder.join("back\\slash.png"), folder.join("Back\\Slash.png")).expect("a rename");
    scene.until_equal(&folder);
    assert_eq!(scene.id(&folder, "Back\\Slash.png"), before);
    scene.equal(&folder);
}

#[track_caller]
fn check_served(scene: &Scene, folder: &Folder, all: &BTreeMap<&[u8], Vec<u8>>) {
    for (path, id) in scene.ids(folder) {
        let served = scene.must("GET", &format!("/files/{id}"), None).body;
        assert!(served == all[path.as_os_str().as_bytes()], "{} is served as another", path.display());
    }
}
