//! Builds what the browser loads: WebAssembly, its JavaScript, the style sheet and the public files. Knows no server.

use crate::{
    checkout::{Checkout, Profile},
    css, shell,
    site::Site,
};
use anyhow::{Context, Result};
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

/// Makes the JavaScript that loads the module, and the module as small as it gets. Skipped while all that goes in is the
/// same, because wasm-opt takes longer than everything else in a build without changes.
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
    shell::say("Making its JavaScript with wasm-bindgen");
    let mut arguments: Vec<OsString> =
        ["wasm-bindgen", "--target=web", "--no-typescript", "--out-name=pixelsync"].map(Into::into).into();
    if profile == Profile::Release {
        arguments.push("--remove-producers-section".into());
    }
    arguments.extend(["--out-dir".into(), package.clone().into(), wasm.into()]);
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments)
        .context("wasm-bindgen does not accept the compiled module")?;

    // Leptos asks for the module under this name.
    let module = package.join("pixelsync.wasm");
    fs::rename(package.join("pixelsync_bg.wasm"), &module)
        .with_context(|| format!("{} can't be written", module.display()))?;
    if profile == Profile::Release {
        shrink(checkout, &module)?;
    }
    fs::write(&mark, made_from).with_context(|| format!("{} can't be written", mark.display()))?;
    Ok(package)
}

fn shrink(checkout: &Checkout, module: &Path) -> Result<()> {
    shell::say("Shrinking its WebAssembly with wasm-opt");
    let program = checkout.root.join("xtask/node_modules/.bin/wasm-opt");
    shell::run(Command::new(program).args(WASM_OPT).arg(module).arg("-o").arg(module))
        .context("wasm-opt does not accept the compiled module")
}

/// Our own version is wasm-bindgen's; the lock names wasm-opt's.
fn fingerprint(checkout: &Checkout, wasm: &Path) -> Result<String> {
    let lock = checkout.root.join("xtask/package-lock.json");
    let mut hasher = DefaultHasher::new();
    (env!("CARGO_PKG_VERSION"), WASM_OPT).hash(&mut hasher);
    for path in [wasm, &lock] {
        fs::read(path).with_context(|| format!("{} can't be read", path.display()))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}\n", hasher.finish()))
}
