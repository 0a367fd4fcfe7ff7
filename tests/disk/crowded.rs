//! More folders than one user may watch: it is said, those that are not watched are looked at by the clock, and once all of
//! them can be watched again, they are.

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::{
    mounting::skipped,
    pictures::{plant, put},
    scene::Scene,
    serving::Place,
};

/// Of a user namespace, in which nobody but the server is: other tests keep what they have.
const LIMIT: &str = "/proc/sys/user/max_inotify_watches";
const WATCHES: u32 = 12;
const FOLDERS: usize = 40;

#[test]
fn where_the_watches_do_not_suffice_the_clock_does() {
    let tried = with_few_watches(&Command::new("true")).output();
    match tried {
        Ok(tried) if tried.status.success() => {}
        Ok(tried) => return skipped("exhausted watches", String::from_utf8_lossy(&tried.stderr).trim()),
        Err(error) => return skipped("exhausted watches", &error.to_string()),
    }
    let scene = Scene::open_within(ours(Place::with_cluster()), &["--rescan-every", "1s"], Some(with_few_watches));
    let below = |number: usize| scene.path("here").join(format!("album {number:02}"));
    for number in 0..FOLDERS {
        put(below(number).join("old.png"));
    }
    let folder = scene.add("here");
    scene.until_state(&folder, "timer");
    let shown = scene.show(&folder).expect("the folder");
    assert!(shown["said"].as_str().is_some_and(|said| said.contains("fs.inotify.max_user_watches")), "{shown}");
    scene.until_equal(&folder);

    for number in 0..FOLDERS {
        put(below(number).join("new.png"));
    }
    plant(&below(FOLDERS), 10);
    fs::remove_file(below(0).join("old.png")).expect("a file");
    fs::remove_file(below(FOLDERS - 1).join("old.png")).expect("a file");
    scene.until_equal(&folder);

    (3..=FOLDERS).for_each(|number| fs::remove_dir_all(below(number)).expect("a folder"));
    // more than are believed to nobody went at once
    scene.scan(&folder);
    scene.until_state(&folder, "watching");
    put(below(1).join("heard.png"));
    scene.until_equal(&folder);
    scene.equal(&folder);
}

/// It cannot be somebody else there, so PostgreSQL would not run as root: everybody is the same user.
fn with_few_watches(program: &Command) -> Command {
    let script = format!("echo {WATCHES} > {LIMIT} && exec \"$0\" \"$@\"");
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-user=1000", "--map-group=1000", "--keep-caps", "sh", "-c", &script]);
    command.arg(program.get_program()).args(program.get_args()).stdin(Stdio::null());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

/// Also what PostgreSQL's own user would have.
fn ours(place: Place) -> Place {
    let mut all = Command::new("chown");
    all.arg("-R").arg("--reference").args([&place.data, &place.data]);
    assert!(all.status().expect("chown").success(), "the cluster could not be given away");
    place
}
