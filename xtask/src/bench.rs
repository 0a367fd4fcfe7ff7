//! Runs a benchmark against the release build. What it measures, and whether that is good enough, only it knows.

use crate::{
    checkout::{Checkout, Profile},
    database::Database,
    front, server, setup,
    setup::Need,
    shell,
};
use anyhow::{Context, Result, bail};
use std::{env, process::Command};

pub(crate) fn list(checkout: &Checkout) {
    shell::say("Benchmarks, each run by `cargo xtask bench NAME`:");
    for bench in &checkout.benches {
        eprintln!("    {}", bench.name);
    }
}

pub(crate) fn run(checkout: &Checkout, name: &str, arguments: &[String]) -> Result<()> {
    let Some(bench) = checkout.benches.iter().find(|bench| bench.name == name) else {
        bail!("There is no benchmark {name}; `cargo xtask bench` lists those there are");
    };
    let mut cargo = shell::cargo();
    cargo.current_dir(&checkout.root).args(["bench", "--package", &bench.package, "--bench", name]);
    // as long as it measures
    let _database = match (bench.package.as_str(), name) {
        ("pixelsync", "scan") => {
            prepare_program(checkout, &mut cargo)?;
            ensure_programs(&DISK_PEERS)?;
            None
        }
        ("pixelsync", "transfer") => {
            prepare_program(checkout, &mut cargo)?;
            setup::ensure(checkout, &[Need::TransferPeers, Need::Unzip, Need::Chromium, Need::Playwright])?;
            ensure_programs(&UNPACKERS)?;
            let database = Database::start(checkout)?;
            cargo.env("DATABASE_URL", &database.url).env("CHROMIUM", setup::browser()?);
            Some(database)
        }
        ("pixelsync", "grid") => {
            setup::ensure(checkout, &[Need::Lighthouse])?;
            Some(prepare_screens(checkout, &mut cargo)?)
        }
        ("pixelsync", _) => Some(prepare_screens(checkout, &mut cargo)?),
        _ => {
            setup::ensure(checkout, &[Need::Nasm, Need::Heif, Need::Sharp])?;
            None
        }
    };
    shell::say(format!("Measuring {name}, with what it makes in {}", env::temp_dir().display()));
    cargo.arg("--").args(arguments);
    shell::run(&mut cargo).with_context(|| format!("The benchmark {name} failed or missed a goal"))
}

/// Builds what is measured.
fn prepare_program(checkout: &Checkout, cargo: &mut Command) -> Result<()> {
    setup::ensure(checkout, Need::to_build(Profile::Release))?;
    setup::ensure(checkout, &[Need::Heif, Need::Postgres])?;
    front::build(checkout, Profile::Release)?;
    let binary = server::build(checkout, Profile::Release)?;
    cargo.args(["--features", "ssr"]).env("PIXELSYNC_BIN", binary);
    setup::name_postgres(checkout, cargo);
    Ok(())
}

/// And what shows it, and a database that is filled from outside.
fn prepare_screens(checkout: &Checkout, cargo: &mut Command) -> Result<Database> {
    prepare_program(checkout, cargo)?;
    setup::ensure(checkout, &[Need::Chromium, Need::Playwright])?;
    let database = Database::start(checkout)?;
    cargo.env("DATABASE_URL", &database.url);
    cargo.env("CHROMIUM", setup::browser()?).env("CHROMEDRIVER", setup::driver()?);
    Ok(database)
}

/// Programs with the packages that they are in: what scanning and hashing are measured against, where it is not on every system.
const DISK_PEERS: [(&str, &str); 2] = [("syncthing", "syncthing"), ("b3sum", "b3sum")];
/// What fetches and reads archives.
const UNPACKERS: [(&str, &str); 3] = [("curl", "curl"), ("7z", "p7zip-full"), ("python3", "python3")];

fn ensure_programs(programs: &[(&str, &str)]) -> Result<()> {
    let missing = programs.iter().filter(|(program, _)| shell::find(program).is_none());
    let packages: Vec<&str> = missing.map(|(_, package)| *package).collect();
    if packages.is_empty() {
        return Ok(());
    }
    shell::say(format!("Installing {}, which this is measured with", packages.join(" and ")));
    let is_root = nix::unistd::geteuid().is_root();
    let mut install = Command::new(if is_root { "env" } else { "sudo" });
    install.args(if is_root { &[][..] } else { &["-n", "env"] });
    install.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "--no-install-recommends"]);
    shell::run(install.args(&packages)).with_context(|| format!("Install {}, then try again", packages.join(" and ")))
}
