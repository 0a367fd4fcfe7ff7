//! Every way a program and its database can end, on a real PostgreSQL. Measures no speed.
#![cfg(target_os = "linux")]

mod holder;
mod scene;

use std::collections::HashSet;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, geteuid};
use pixelsync_postgres::{Error, Postgres, Settings};

use holder::Holder;
use scene::{Outcome, Scene, block_on, check_mark, execute, leave_mark, mode, numbers, runs, wait_for};

const ROUNDS: usize = 10;

/// Not a test: what `Holder` runs.
#[test]
fn holder() -> Outcome {
    holder::hold()
}

#[test]
fn data_outlives_a_stop() -> Outcome {
    let scene = Scene::empty()?;
    let settings = Settings::new(&scene.data);
    // A caller's thread that ends must not take the server with it.
    let first = thread::spawn(move || Postgres::start(&settings)).join().map_err(|_| "the thread panicked")??;
    assert!(first.describe().ends_with(", made a new cluster"), "{}", first.describe());
    leave_mark(first.url().as_str())?;
    let url = first.url().clone();
    first.stop()?;
    assert_eq!(scene.processes()?, []);

    let second = scene.start()?;
    assert!(!second.describe().contains(','), "{}", second.describe());
    assert_eq!(second.url(), &url);
    check_mark(&second)?;
    Ok(())
}

#[test]
fn only_what_the_server_needs_is_its_own() -> Outcome {
    let scene = Scene::stopped()?;
    let postgres = scene.start()?;
    let us = geteuid().as_raw();
    let server = fs::metadata(format!("/proc/{}", postgres.pid()))?.uid();
    assert_ne!(server, 0, "PostgreSQL runs as root");
    for entry in fs::read_dir(scene.home())? {
        let path = entry?.path();
        let its_own = path.is_dir();
        let expect = if its_own { (server, 0o700) } else { (us, 0o600) };
        let found = (fs::metadata(&path)?.uid(), mode(&path)?);
        assert_eq!(found, expect, "{}", path.display());
    }
    assert_eq!(fs::metadata(scene.home())?.uid(), us);
    Ok(())
}

#[test]
fn a_dropped_handle_leaves_nothing_running() -> Outcome {
    let scene = Scene::stopped()?;
    let postgres = scene.start()?;
    let pid = postgres.pid();
    drop(postgres);
    assert!(!runs(pid));
    assert_eq!(scene.processes()?, []);
    Ok(())
}

#[test]
fn a_server_that_died_is_started_again() -> Outcome {
    let scene = Scene::stopped()?;
    let postgres = scene.start()?;
    leave_mark(postgres.url().as_str())?;
    let (died, url) = (postgres.died(), postgres.url().clone());
    kill(Pid::from_raw(postgres.pid()), Signal::SIGKILL)?;
    let how = block_on(async { Ok(died.await) })?;
    assert!(how.contains('9'), "{how}");
    drop(postgres);
    let again = scene.start()?;
    assert_eq!(again.url(), &url);
    check_mark(&again)
}

#[test]
fn the_server_dies_with_a_killed_holder() -> Outcome {
    let scene = Scene::stopped()?;
    let mut holder = Holder::start(&scene, "serve")?;
    leave_mark(&holder.url)?;
    holder.kill()?;
    wait_for("the server's end", || !runs(holder.pid));
    check_mark(&scene.start()?)
}

#[test]
fn a_start_right_after_a_kill_succeeds() -> Outcome {
    let scene = Scene::stopped()?;
    let mut holder = Holder::start(&scene, "serve")?;
    leave_mark(&holder.url)?;
    holder.kill()?;
    check_mark(&scene.start()?)
}

#[test]
fn holder_and_server_killed() -> Outcome {
    let scene = Scene::stopped()?;
    let mut holder = Holder::start(&scene, "serve")?;
    leave_mark(&holder.url)?;
    // The server first, or it would have begun to stop by itself.
    kill(Pid::from_raw(holder.pid), Signal::SIGKILL)?;
    holder.kill()?;
    let again = scene.start()?;
    assert!(again.describe().contains("stale postmaster.pid"), "{}", again.describe());
    check_mark(&again)
}

#[test]
fn every_process_killed() -> Outcome {
    let scene = Scene::stopped()?;
    let mut holder = Holder::start(&scene, "serve")?;
    leave_mark(&holder.url)?;
    kill_all(&scene)?;
    holder.kill()?;
    check_mark(&scene.start()?)
}

/// Until then the cluster's shared memory is in use, and a server refuses to start.
#[test]
fn a_start_waits_for_the_last_backend() -> Outcome {
    let scene = Scene::stopped()?;
    let mut holder = Holder::start(&scene, "serve")?;
    leave_mark(&holder.url)?;
    let others = scene.processes()?.into_iter().filter(|pid| *pid != holder.pid);
    // the oldest: younger ones may be backends that are about to end anyway
    let last = Pid::from_raw(others.min().ok_or("a server without processes")?);
    kill(last, Signal::SIGSTOP)?;
    kill(Pid::from_raw(holder.pid), Signal::SIGKILL)?;
    holder.kill()?;
    let settings = Settings::new(&scene.data);
    let starting = thread::spawn(move || Postgres::start(&settings));
    let log = || fs::read_to_string(scene.home().join("server.log"));
    wait_for("a refusal", || starting.is_finished() || log().is_ok_and(|log| log.contains("still in use")));
    kill(last, Signal::SIGCONT)?;
    let postgres = starting.join().map_err(|_| "the thread panicked")??;
    assert!(postgres.describe().ends_with(", retried"), "{}", postgres.describe());
    check_mark(&postgres)
}

/// Nothing but the next start ends this one: it was started without us.
#[test]
fn an_orphan_is_stopped() -> Outcome {
    let scene = Scene::stopped()?;
    let postgres = scene.start()?;
    let line = fs::read_to_string(format!("/proc/{}/cmdline", postgres.pid()))?;
    postgres.stop()?;
    let mut arguments = line.trim_end_matches('\0').split('\0');
    let mut command = Command::new(arguments.next().ok_or("no program")?);
    command.args(arguments).process_group(0).stderr(Stdio::null());
    if geteuid().is_root() {
        let owner = fs::metadata(scene.cluster())?;
        command.uid(owner.uid()).gid(owner.gid());
    }
    let mut orphan = command.spawn()?;
    let ready = || fs::read_to_string(scene.cluster().join("postmaster.pid"));
    wait_for("the orphan", || ready().is_ok_and(|file| file.contains("ready")));

    let started = scene.start();
    let ended = orphan.try_wait()?.is_some();
    orphan.kill()?;
    orphan.wait()?;
    let started = started?;
    assert!(started.describe().ends_with(", stopped an orphan"), "{}", started.describe());
    assert!(ended, "two servers on one cluster");
    numbers(started.url().as_str(), "select 1::bigint")?;
    Ok(())
}

#[test]
fn a_stale_pid_that_is_someone_elses_now() -> Outcome {
    let (scene, other) = (Scene::stopped()?, Scene::stopped()?);
    let other = other.start()?;
    // Ends when its input does, so also when this test fails.
    let mut unrelated = Command::new("cat").stdin(Stdio::piped()).spawn()?;
    for pid in [unrelated.id().cast_signed(), other.pid()] {
        let cluster = scene.cluster();
        let stale = format!("{pid}\n{}\n1700000000\n5432\n\n\n\nready\n", cluster.display());
        fs::write(cluster.join("postmaster.pid"), &stale)?;
        let socket = scene.home().join("socket");
        fs::write(socket.join(".s.PGSQL.5432.lock"), &stale)?;
        let started = scene.start();
        assert!(runs(pid), "a process that is not ours was ended");
        let started = started?;
        assert!(started.describe().contains("stale"), "{}", started.describe());
        numbers(started.url().as_str(), "select 1::bigint")?;
    }
    unrelated.kill()?;
    unrelated.wait()?;
    Ok(())
}

#[test]
fn a_second_program_is_refused() -> Outcome {
    let scene = Scene::stopped()?;
    let holder = Holder::start(&scene, "serve")?;
    let refusal = scene.refusal()?;
    assert!(refusal.contains("Another PixelSync is using"), "{refusal}");
    assert!(refusal.contains(&*scene.data.to_string_lossy()), "{refusal}");
    assert!(runs(holder.pid));
    execute(&holder.url, "select 1")
}

#[test]
fn an_interrupt_reaches_the_holder_first() -> Outcome {
    let scene = Scene::stopped()?;
    let postgres = scene.start()?;
    execute(postgres.url().as_str(), "create table kept (n bigint)")?;
    postgres.stop()?;
    let mut holder = Holder::start(&scene, "interrupt")?;
    holder.signal_group(Signal::SIGINT)?;
    assert_eq!(holder.hear("STOPPED ")?, "1");
    assert!(holder.wait()?.success());
    assert_eq!(scene.processes()?, []);
    Ok(())
}

#[test]
fn a_terminated_holder_leaves_a_clean_cluster() -> Outcome {
    let scene = Scene::stopped()?;
    let mut holder = Holder::start(&scene, "serve")?;
    leave_mark(&holder.url)?;
    holder.signal(Signal::SIGTERM)?;
    holder.wait()?;
    wait_for("the server's end", || !runs(holder.pid));
    let again = scene.start()?;
    assert!(!again.describe().contains(','), "{}", again.describe());
    check_mark(&again)
}

#[test]
fn a_path_too_long_for_a_socket() -> Outcome {
    let scene = Scene::stopped()?;
    let long = Scene::empty_at(&"long, \"and\" strange/".repeat(8))?;
    fs::create_dir_all(long.data.parent().ok_or("no parent")?)?;
    fs::rename(&scene.data, &long.data)?;
    let postgres = long.start()?;
    let url = postgres.url().as_str().to_owned();
    assert!(url.contains("@%2Ftmp%2F%2Epixelsync"), "{url}");
    leave_mark(&url)?;
    postgres.stop()?;
    let postgres = long.start()?;
    assert_eq!(postgres.url().as_str(), url);
    check_mark(&postgres)
}

#[test]
fn a_cluster_of_another_version_names_it() -> Outcome {
    let scene = Scene::stopped()?;
    fs::write(scene.cluster().join("PG_VERSION"), "13\n")?;
    let refusal = scene.refusal()?;
    assert!(refusal.contains("postgresql-13"), "{refusal}");
    Ok(())
}

#[test]
fn a_folder_without_programs_is_named() -> Outcome {
    let scene = Scene::empty()?;
    let mut settings = Settings::new(&scene.data);
    settings.binaries = Some(scene.folder.path().to_owned());
    let refused = Postgres::start(&settings);
    assert!(matches!(refused, Err(Error::NotBinaries { .. })), "{refused:?}");
    Ok(())
}

#[test]
fn more_connections_can_be_asked_for() -> Outcome {
    let scene = Scene::stopped()?;
    let mut settings = Settings::new(&scene.data);
    settings.max_connections = 123;
    let postgres = Postgres::start(&settings)?;
    let sql = "select setting::bigint from pg_settings where name = 'max_connections'";
    assert_eq!(numbers(postgres.url().as_str(), sql)?, [123]);
    Ok(())
}

#[test]
fn a_half_made_cluster_is_made_anew() -> Outcome {
    let scene = Scene::empty()?;
    let mut holder = Holder::start_unready(&scene)?;
    wait_for("initdb", || scene.home().join("init/base").exists());
    holder.kill()?;
    assert!(scene.home().join("init").exists(), "killed too late to be of use");
    let postgres = scene.start()?;
    assert!(!scene.home().join("init").exists());
    assert!(!scene.home().join("init-password").exists());
    numbers(postgres.url().as_str(), "select 1::bigint")?;
    Ok(())
}

#[test]
fn an_ordinary_user_and_then_root() -> Outcome {
    if !geteuid().is_root() {
        return Ok(()); // All the other tests just ran as one.
    }
    let nobody = User::from_name("nobody")?.ok_or("no user nobody")?;
    let (uid, gid) = (nobody.uid.as_raw(), nobody.gid.as_raw());
    let scene = Scene::empty()?;
    fs::create_dir(&scene.data)?;
    chown(&scene.data, Some(uid), Some(gid))?;
    let mut holder = Holder::start_as(&scene, uid, gid)?;
    assert_eq!(fs::metadata(scene.home().join("password"))?.uid(), uid);
    leave_mark(&holder.url)?;
    holder.kill()?;

    // Even if the data folder is root's by now, the cluster's owner is who can open it.
    chown(&scene.data, Some(0), Some(0))?;
    let postgres = scene.start()?;
    assert_eq!(fs::metadata(format!("/proc/{}", postgres.pid()))?.uid(), uid);
    check_mark(&postgres)
}

#[test]
fn a_folder_the_server_may_not_enter_is_named() -> Outcome {
    if !geteuid().is_root() {
        return Ok(()); // Only root becomes someone else.
    }
    let scene = Scene::empty()?;
    fs::set_permissions(&scene.folder, Permissions::from_mode(0o700))?;
    let refusal = scene.refusal()?;
    let named = format!("may not enter {}.", scene.folder.path().display());
    assert!(refusal.contains(&named), "{refusal}");
    assert!(refusal.contains("/var/lib/pixelsync"), "{refusal}");
    Ok(())
}

#[test]
fn acknowledged_commits_outlive_every_kill() -> Outcome {
    let scene = Scene::stopped()?;
    let mut acknowledged = HashSet::new();
    for round in 0..ROUNDS {
        let mut holder = Holder::start(&scene, "write")?;
        for _ in 0..20 + 13 * round {
            acknowledged.insert(holder.hear("KEPT ")?.parse::<i64>()?);
        }
        match round % 3 {
            0 => {}
            1 => kill(Pid::from_raw(holder.pid), Signal::SIGKILL)?,
            _ => kill_all(&scene)?,
        }
        holder.kill()?;
        for n in holder.hear_rest("KEPT ") {
            acknowledged.insert(n.parse()?);
        }
    }
    let postgres = scene.start()?;
    let found = numbers(postgres.url().as_str(), "select n from kept")?;
    let found: HashSet<i64> = found.into_iter().collect();
    let kept = acknowledged.intersection(&found).count();
    let of = acknowledged.len();
    // Written past the harness, which would keep it to itself.
    writeln!(io::stderr(), "{kept} of {of} acknowledged commits kept in {ROUNDS} kills")?;
    assert_eq!(kept, of);
    Ok(())
}

/// The postmaster first, so that it can't react to its children's end.
fn kill_all(scene: &Scene) -> Outcome {
    let mut processes = scene.processes()?;
    processes.sort_unstable();
    for pid in processes {
        // It may just have ended by itself.
        let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
    }
    Ok(())
}
