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
    pub(crate) benches: Vec<Bench>,
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

/// A `[[bench]]` target, and the package it belongs to.
#[derive(Debug, PartialEq)]
pub(crate) struct Bench {
    pub(crate) package: String,
    pub(crate) name: String,
}

fn benches(metadata: &Value) -> Vec<Bench> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let targets = packages.flat_map(|package| {
        let targets = package["targets"].as_array().into_iter().flatten();
        targets.map(move |target| (package, target))
    });
    let benches = targets.filter(|(_, target)| target["kind"][0] == "bench");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    benches.map(|(package, target)| Bench { package: text(&package["name"]), name: text(&target["name"]) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn benches_are_found_in_every_package() {
        let metadata = serde_json::json!({ "packages": [
            { "name": "one", "targets": [{ "name": "other", "kind": ["bench"] }] },
            { "name": "two", "targets": [{ "name": "two", "kind": ["bin"] }, { "name": "spine", "kind": ["bench"] }] },
        ] });
        let bench = |package: &str, name: &str| Bench { package: package.into(), name: name.into() };
        assert_eq!(benches(&metadata), [bench("one", "other"), bench("two", "spine")]);
    }
}
