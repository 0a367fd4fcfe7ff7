//! Has every screen taken, at three sizes and in both themes. What is on them, and how they are opened, only the script knows.

use crate::{
    checkout::{Checkout, Profile},
    front, server, setup,
    setup::Need,
    shell,
};
use anyhow::{Context, Result};
use std::process::Command;

pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    setup::ensure(checkout, &[Need::WasmTarget, Need::Nasm, Need::Postgres, Need::Chromium, Need::Playwright])?;
    front::build(checkout, Profile::Tested)?;
    let binary = server::build(checkout, Profile::Tested)?;
    let end2end = checkout.root.join("end2end");
    let mut playwright = Command::new(end2end.join("node_modules/.bin/playwright"));
    playwright.args(["test", "--config", "screens.config.ts"]).current_dir(end2end.join("screens"));
    playwright.env("PIXELSYNC_BIN", binary).env("CHROMIUM", setup::browser()?).env_remove("DATABASE_URL");
    setup::name_postgres(checkout, &mut playwright);
    shell::run(&mut playwright).context("Not every screen could be taken")?;
    shell::say("They are in target/screenshots");
    Ok(())
}
