//! What is to be left out is, and comes back as who it was.

use std::{fs, os::unix::fs::symlink, path::PathBuf};

use serde_json::json;

use crate::{
    pictures::{plant, put},
    scene::Scene,
};

const RULES: &str = ".pixelsyncignore";

#[test]
fn rules_come_and_go_and_records_stay() {
    let scene = Scene::open();
    let folder = scene.add("here");
    for path in ["a.png", "b.jpg", "raw/c.png", "raw/old/d.png", "trip/e.png"] {
        put(folder.join(path));
    }
    scene.until_equal(&folder);
    let before = scene.ids(&folder);

    fs::write(folder.join(RULES), "raw/\n").expect("rules");
    scene.until_equal_without(&folder, &["raw/c.png", "raw/old/d.png"]);
    put(folder.join("raw/new.png"));
    put(folder.join("new.png"));
    scene.until_equal_without(&folder, &["raw/c.png", "raw/old/d.png", "raw/new.png"]);
    fs::write(folder.join(RULES), "*.jpg\n/trip/\n").expect("rules");
    scene.until_equal_without(&folder, &["b.jpg", "trip/e.png"]);
    fs::write(folder.join("raw").join(RULES), "old\n").expect("rules");
    scene.until_equal_without(&folder, &["b.jpg", "trip/e.png", "raw/old/d.png"]);
    for rules in [folder.join(RULES), folder.join("raw").join(RULES)] {
        fs::remove_file(rules).expect("rules");
    }
    scene.until_equal(&folder);
    let mut after = scene.ids(&folder);
    after.retain(|path, _| before.contains_key(path));
    assert_eq!(after, before);
    scene.equal(&folder);
}

#[test]
fn links_do_not_lead_out() {
    let scene = Scene::open();
    let folder = scene.add("here");
    plant(&scene.path("outside"), 6);
    put(folder.join("a.png"));
    symlink(scene.path("outside"), folder.join("tree")).expect("a link");
    symlink(scene.path("outside/00000.png"), folder.join("file.png")).expect("a link");
    symlink("..", folder.join("round")).expect("a link");
    symlink("nowhere.png", folder.join("dangling.png")).expect("a link");
    // heard of after the links were
    put(folder.join("b.png"));
    scene.until_equal(&folder);
    assert_eq!(scene.ids(&folder).into_keys().collect::<Vec<_>>(), ["a.png", "b.png"].map(PathBuf::from));
    scene.scan(&folder);
    // what was a picture and is a link now is not followed either
    fs::remove_file(folder.join("b.png")).expect("a file");
    symlink(scene.path("outside/00000.png"), folder.join("b.png")).expect("a link");
    scene.until_equal(&folder);
    // nor is a folder of that name a picture, though one may lie in it
    fs::remove_file(folder.join("a.png")).expect("a file");
    plant(&folder.join("a.png"), 2);
    scene.until_equal(&folder);
    assert_eq!(scene.ids(&folder).len(), 2);
    scene.equal(&folder);
}

#[test]
fn a_folder_that_became_a_link_is_not_followed_any_more() {
    let scene = Scene::open();
    let folder = scene.add("here");
    plant(&folder.join("trip"), 6);
    plant(&folder.join("many"), 200);
    put(folder.join("a.png"));
    scene.until_equal(&folder);
    for name in ["trip", "many"] {
        fs::rename(folder.join(name), scene.path(name)).expect("a rename");
        symlink(scene.path(name), folder.join(name)).expect("a link");
    }
    // so many are believed by a person alone
    scene.scan(&folder);
    scene.until_equal(&folder);
    assert_eq!(scene.ids(&folder).into_keys().collect::<Vec<_>>(), [PathBuf::from("a.png")]);
    scene.equal(&folder);
    for name in ["trip", "many"] {
        fs::remove_file(folder.join(name)).expect("a link");
        fs::rename(scene.path(name), folder.join(name)).expect("a rename");
    }
    scene.until_equal(&folder);
    scene.equal(&folder);
}

#[test]
fn a_folder_may_be_limited_to_some_types() {
    let scene = Scene::open();
    let folder = scene.add_as(&scene.path("here"), json!({ "types": ["png"] }));
    put(folder.join("a.jpg"));
    put(folder.join("trip/b.JPG"));
    put(folder.join("c.png"));
    scene.until_equal_without(&folder, &["a.jpg", "trip/b.JPG"]);
    scene.scan(&folder);
    scene.until_equal_without(&folder, &["a.jpg", "trip/b.JPG"]);
    scene.edit(&folder, json!({ "types": [] }));
    scene.until_equal(&folder);
    scene.equal(&folder);
}
