//! Builds what the browser loads: WebAssembly, its JavaScript, the style sheet and the public files. Knows no server.

use crate::{
    checkout::{Checkout, Profile},
    css,
    prune::prune,
    shell,
    site::Site,
    split::{self, Parts},
};
use anyhow::{Context, Result, ensure};
use std::{
    ffi::OsString,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

/// What rustc emits and every browser of today runs. More would be refused by some: the page would stay dead there.
/// Inlining what has one caller makes the module larger once it is compressed, and so does an order by use: measured,
/// the two save 27 kB of 305.
const WASM_OPT: [&str; 9] = [
    "-Oz",
    "--one-caller-inline-max-function-size=0",
    "--reorder-functions-by-name",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

pub(crate) fn build(checkout: &Checkout, profile: Profile) -> Result<()> {
    shell::say("Building the browser's half");
    let wasm = compile(checkout, profile)?;
    let package = bind(checkout, profile, &wasm)?;
    let mut site = Site::default();
    site.add_folder(&checkout.root.join("public"), Path::new(""))?;
    site.add_folder(&package, Path::new("pkg"))?;
    site.add("pkg/pixelsync.css", css::bundle(&checkout.root.join("style"))?.into_bytes());
    site.write(&checkout.site(), profile == Profile::Release)
}

fn compile(checkout: &Checkout, profile: Profile) -> Result<PathBuf> {
    let (name, folder) = if profile == Profile::Release { ("wasm-release", "wasm-release") } else { ("dev", "debug") };
    let mut cargo = shell::cargo();
    cargo.current_dir(&checkout.root).args(["build", "--package", "pixelsync", "--lib", "--features", "hydrate"]);
    cargo.args(["--target", "wasm32-unknown-unknown", "--profile", name]);
    if profile == Profile::Tested && checkout.has_browser_tests() {
        cargo.args(["--test", "browser"]);
    }
    shell::run(&mut cargo).context("The browser's half does not compile")?;
    Ok(checkout.target.join("wasm32-unknown-unknown").join(folder).join("pixelsync.wasm"))
}

/// Takes the module apart, makes the JavaScript that loads its parts, and the parts as small as they get. Skipped while all
/// that goes in is the same, because wasm-opt takes longer than everything else in a build without changes.
fn bind(checkout: &Checkout, profile: Profile, wasm: &Path) -> Result<PathBuf> {
    let staged = checkout.target.join("front").join(profile.folder());
    let (package, mark) = (staged.join("pkg"), staged.join("made-from"));
    let made_from = fingerprint(checkout, wasm)?;
    if fs::read_to_string(&mark).is_ok_and(|old| old == made_from) {
        return Ok(package);
    }
    if staged.exists() {
        fs::remove_dir_all(&staged).with_context(|| format!("{} can't be removed", staged.display()))?;
    }
    let parts = split::split(wasm, &staged).context("The compiled module can't be taken apart")?;
    if profile == Profile::Release {
        prune_all(&parts)?;
    }
    make_javascript(profile, &parts.first, &package)?;
    // Leptos asks for the module under this name.
    let module = package.join("pixelsync.wasm");
    move_to(&package.join("pixelsync_bg.wasm"), &module)?;
    if profile == Profile::Release {
        shell::say("Shrinking its WebAssembly with wasm-opt");
        for part in parts.later.iter().chain([&module]) {
            shrink(checkout, part)?;
        }
    }
    add_later_parts(parts, &package)?;
    fs::write(&mark, made_from).with_context(|| format!("{} can't be written", mark.display()))?;
    Ok(package)
}

fn prune_all(parts: &Parts) -> Result<()> {
    let modules = parts.later.iter().chain([&parts.first]);
    let pruned: usize = modules.map(|module| prune(module)).sum::<Result<_>>()?;
    // A fifth of the program would come back in silence.
    ensure!(pruned > 0, "No function has the name of one that is never called. Are they named in another way now?");
    Ok(())
}

fn make_javascript(profile: Profile, module: &Path, package: &Path) -> Result<()> {
    shell::say("Making its JavaScript with wasm-bindgen");
    let mut arguments: Vec<OsString> =
        ["wasm-bindgen", "--target=web", "--no-typescript", "--out-name=pixelsync"].map(Into::into).into();
    // what the later parts take from this one, under the names by which they ask for it
    arguments.extend(["--keep-lld-exports", "--no-demangle"].map(Into::into));
    if profile == Profile::Release {
        arguments.push("--remove-producers-section".into());
    }
    arguments.extend(["--out-dir".into(), package.into(), module.into()]);
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments)
        .context("wasm-bindgen does not accept the compiled module")
}

/// Each under a name that says what it holds: of another build's, a server has nothing of that name.
fn add_later_parts(parts: Parts, package: &Path) -> Result<()> {
    let mut loader = parts.loader;
    for part in parts.later {
        let name = part.file_name().and_then(|name| name.to_str()).context("A part of the module has no name")?;
        let stem = name.trim_start_matches("split_").trim_end_matches(".wasm");
        let named = format!("{stem}-{}.wasm", hash_of(&[&part])?);
        ensure!(loader.contains(name), "The loader does not ask for {name}");
        loader = loader.replace(name, &named);
        move_to(&part, &package.join(named))?;
    }
    let program = package.join("pixelsync.js");
    let text = fs::read_to_string(&program).with_context(|| format!("{} can't be read", program.display()))?;
    fs::write(&program, split::join(&text, &loader)?).with_context(|| format!("{} can't be written", program.display()))
}

fn move_to(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).with_context(|| format!("{} can't be written", to.display()))
}

fn shrink(checkout: &Checkout, module: &Path) -> Result<()> {
    let program = checkout.root.join("xtask/node_modules/.bin/wasm-opt");
    shell::run(Command::new(program).args(WASM_OPT).arg(module).arg("-o").arg(module))
        .context("wasm-opt does not accept the compiled module")
}

/// What works on the module: our own part of it, and the locks, which name the versions of the rest.
const WORKED_ON_BY: [&str; 5] =
    ["Cargo.lock", "xtask/package-lock.json", "xtask/src/front.rs", "xtask/src/prune.rs", "xtask/src/split.rs"];

fn fingerprint(checkout: &Checkout, wasm: &Path) -> Result<String> {
    let files = WORKED_ON_BY.map(|file| checkout.root.join(file));
    let files: Vec<&Path> = std::iter::once(wasm).chain(files.iter().map(PathBuf::as_path)).collect();
    Ok(format!("{}\n", hash_of(&files)?))
}

fn hash_of(files: &[&Path]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for path in files {
        fs::read(path).with_context(|| format!("{} can't be read", path.display()))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}
