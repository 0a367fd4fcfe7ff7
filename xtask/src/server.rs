//! Builds the server's half and becomes it. Does not build what the browser loads, though a release server embeds it.

use crate::{
    checkout::{Checkout, Profile},
    setup, shell,
};
use anyhow::{Context, Error, Result};
use std::{
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::Command,
};

pub(crate) fn build(checkout: &Checkout, profile: Profile) -> Result<PathBuf> {
    shell::say("Building the server");
    let mut cargo = shell::cargo();
    cargo.current_dir(&checkout.root).args([
        "build",
        "--package",
        "pixelsync",
        "--bin",
        "pixelsync",
        "--features",
        "ssr",
    ]);
    match profile {
        Profile::Dev => {}
        Profile::Tested => drop(cargo.arg("--tests")),
        Profile::Release => drop(cargo.arg("--release")),
    }
    shell::run(&mut cargo)
        .context("The server does not compile; where a query has no cached data, run `cargo xtask prepare`")?;
    Ok(checkout.target.join(profile.folder()).join("pixelsync"))
}

/// The command that serves, where the caller is: a relative `--data` means what it says.
pub(crate) fn command(checkout: &Checkout, binary: &Path, arguments: &[String]) -> Command {
    let mut command = Command::new(binary);
    command.arg("serve").args(arguments);
    setup::name_postgres(checkout, &mut command);
    command
}

/// Replaces this process, so that signals and the exit code are the server's own. Returns only if that fails.
pub(crate) fn become_server(checkout: &Checkout, binary: &Path, arguments: &[String]) -> Error {
    let error = command(checkout, binary, arguments).exec();
    Error::new(error).context(format!("{} can't be started", binary.display()))
}
