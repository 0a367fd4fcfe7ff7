//! Runs a benchmark against the release build. What it measures, and whether that is good enough, only it knows.

use crate::{
    checkout::{Checkout, Profile},
    database::Database,
    front, server, setup,
    setup::Need,
    shell,
};
use anyhow::{Context, Result, bail};
use std::env;

pub(crate) fn list(checkout: &Checkout) {
    shell::say("Benchmarks, each run by `cargo xtask bench NAME`:");
    for name in &checkout.benches {
        eprintln!("    {name}");
    }
}

pub(crate) fn run(checkout: &Checkout, name: &str, arguments: &[String]) -> Result<()> {
    if !checkout.benches.iter().any(|bench| bench == name) {
        bail!("There is no benchmark {name}; `cargo xtask bench` lists those there are");
    }
    setup::ensure(checkout, &[Need::WasmTarget, Need::WasmOpt, Need::Postgres, Need::Chromium, Need::Playwright])?;
    front::build(checkout, Profile::Release)?;
    let binary = server::build(checkout, Profile::Release)?;
    let database = Database::start(checkout)?;

    shell::say(format!("Measuring {name}, with its database in {}", env::temp_dir().display()));
    let mut cargo = shell::cargo();
    cargo.current_dir(&checkout.root).args(["bench", "--package", "pixelsync", "--features", "ssr", "--bench", name]);
    cargo.arg("--").args(arguments);
    cargo.env("PIXELSYNC_BIN", binary).env("DATABASE_URL", &database.url);
    cargo.env("CHROMIUM", setup::browser()?).env("CHROMEDRIVER", setup::driver()?);
    setup::name_postgres(checkout, &mut cargo);
    shell::run(&mut cargo).with_context(|| format!("The benchmark {name} failed or missed a goal"))
}
