//! Where things are in this checkout, and the ways to build it. Builds nothing itself.

use crate::shell;
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::PathBuf;

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Profile {
    Dev,
    /// `Dev`, compiled together with the tests: their dependencies switch on features of shared crates, and the test
    /// command would otherwise compile those crates once for the tests and once for the program.
    Tested,
    Release,
}

impl Profile {
    pub(crate) fn from_dev(dev: bool) -> Profile {
        if dev { Profile::Dev } else { Profile::Release }
    }

    /// The folder which cargo names after the server's profile.
    pub(crate) fn folder(self) -> &'static str {
        if self == Profile::Release { "release" } else { "debug" }
    }
}

pub(crate) struct Checkout {
    pub(crate) root: PathBuf,
    /// Cargo's target folder, which `CARGO_TARGET_DIR` may have put outside the checkout.
    pub(crate) target: PathBuf,
    pub(crate) benches: Vec<String>,
}

impl Checkout {
    pub(crate) fn find() -> Result<Checkout> {
        let text = shell::output(shell::cargo().args(["metadata", "--no-deps", "--format-version", "1"]))
            .context("Run `cargo xtask` from inside the checkout")?;
        let metadata: Value = serde_json::from_str(&text).context("`cargo metadata` gave no valid JSON")?;
        let folder = |key: &str| {
            let found = metadata.get(key).and_then(Value::as_str).map(PathBuf::from);
            found.with_context(|| format!("`cargo metadata` names no {key}"))
        };
        Ok(Checkout {
            root: folder("workspace_root")?,
            target: folder("target_directory")?,
            benches: benches(&metadata),
        })
    }

    /// What the browser loads. Always below the checkout, because the server's source names it from there.
    pub(crate) fn site(&self) -> PathBuf {
        self.root.join("target/site")
    }

    pub(crate) fn has_browser_tests(&self) -> bool {
        self.root.join("tests/browser.rs").is_file()
    }
}

/// The names of all `[[bench]]` targets of the package `pixelsync`.
fn benches(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let targets =
        packages.filter(|package| package["name"] == "pixelsync").flat_map(|package| package["targets"].as_array());
    let benches = targets.flatten().filter(|target| target["kind"][0] == "bench");
    benches.filter_map(|target| target["name"].as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_root_packages_benches_are_named() {
        let metadata = serde_json::json!({ "packages": [
            { "name": "xtask", "targets": [{ "name": "other", "kind": ["bench"] }] },
            { "name": "pixelsync", "targets": [{ "name": "pixelsync", "kind": ["bin"] }, { "name": "spine", "kind": ["bench"] }] },
        ] });
        assert_eq!(benches(&metadata), ["spine"]);
    }
}
