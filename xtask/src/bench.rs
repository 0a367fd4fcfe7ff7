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
    let _database = match bench.package.as_str() {
        "pixelsync" => Some(prepare_server(checkout, &mut cargo)?),
        _ => {
            setup::ensure(checkout, &[Need::Nasm, Need::Heif, Need::Sharp])?;
            None
        }
    };
    shell::say(format!("Measuring {name}, with what it makes in {}", env::temp_dir().display()));
    cargo.arg("--").args(arguments);
    shell::run(&mut cargo).with_context(|| format!("The benchmark {name} failed or missed a goal"))
}

/// Builds what is measured and starts what it needs.
fn prepare_server(checkout: &Checkout, cargo: &mut Command) -> Result<Database> {
    setup::ensure(checkout, Need::to_build(Profile::Release))?;
    setup::ensure(checkout, &[Need::Heif, Need::Postgres, Need::Chromium, Need::Playwright])?;
    front::build(checkout, Profile::Release)?;
    let binary = server::build(checkout, Profile::Release)?;
    let database = Database::start(checkout)?;
    cargo.args(["--features", "ssr"]);
    cargo.env("PIXELSYNC_BIN", binary).env("DATABASE_URL", &database.url);
    cargo.env("CHROMIUM", setup::browser()?).env("CHROMEDRIVER", setup::driver()?);
    setup::name_postgres(checkout, cargo);
    Ok(database)
}
