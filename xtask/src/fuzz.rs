//! Feeds what reads strangers' bytes with spoiled pictures, by libFuzzer. What may come of it, only the targets know.

use crate::{checkout::Checkout, setup, setup::Need, shell};
use anyhow::{Context, Result, anyhow, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

/// For each target, with every test.
const TEST_SECONDS: u32 = 10;
/// Of chance, which is the same in every test: what fails is the change's doing, not luck's.
const TEST_SEED: u32 = 1;
pub(crate) const NEEDS: &[Need] = &[Need::Nasm, Need::Cplusplus, Need::Heif];

/// One input may take so long, and the whole so much memory.
const INPUT_SECONDS_MAX: u32 = 20;
const MEMORY_MB_MAX: u32 = 2048;

/// As cargo-fuzz has them: libFuzzer sees which branches an input takes, and what it was compared with.
const INSTRUMENTED: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions --cfg fuzzing";

/// Fuzzes one target, or all in turn.
pub(crate) fn run(checkout: &Checkout, target: Option<&str>, seconds: u32) -> Result<()> {
    setup::ensure(checkout, NEEDS)?;
    let targets = targets(checkout)?;
    let wanted: Vec<&String> = targets.iter().filter(|name| target.is_none_or(|target| target == *name)).collect();
    if wanted.is_empty() {
        bail!("There is no such target; there are {}", targets.join(", "));
    }
    let programs = build(checkout)?;
    for target in wanted {
        shell::say(format!("Fuzzing {target} for {seconds} s"));
        fuzz(checkout, &programs, target, &work(checkout).join("corpus").join(target), seconds, None)?;
    }
    Ok(())
}

pub(crate) fn targets(checkout: &Checkout) -> Result<Vec<String>> {
    let mut cargo = shell::cargo();
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(folder(checkout));
    let metadata: serde_json::Value = serde_json::from_str(&shell::output(&mut cargo)?)?;
    let targets = metadata["packages"][0]["targets"].as_array().into_iter().flatten();
    let programs = targets.filter(|target| target["kind"][0] == "bin");
    Ok(programs.filter_map(|target| target["name"].as_str().map(str::to_owned)).collect())
}

/// Beside what else cargo builds, because these flags would have all of it built anew. The folder of the programs.
pub(crate) fn build(checkout: &Checkout) -> Result<PathBuf> {
    let host = host()?;
    let mut cargo = shell::cargo();
    // With the target named, what runs while building is built without the flags. A lock file that is missing or behind
    // would let each machine fuzz something else.
    cargo.args(["build", "--locked", "--release", "--target", &host]).current_dir(folder(checkout));
    cargo.env("CARGO_TARGET_DIR", work(checkout)).env("RUSTFLAGS", INSTRUMENTED).env_remove("CARGO_ENCODED_RUSTFLAGS");
    shell::run(&mut cargo).context("The fuzzer was not built")?;
    Ok(work(checkout).join(host).join("release"))
}

/// With every test, from the pictures on and with the same chance each time.
pub(crate) fn test(checkout: &Checkout, programs: &Path, target: &str) -> Result<()> {
    let corpus = work(checkout).join("tested").join(target);
    if corpus.exists() {
        fs::remove_dir_all(&corpus).with_context(|| format!("{} can't be removed", corpus.display()))?;
    }
    fuzz(checkout, programs, target, &corpus, TEST_SECONDS, Some(TEST_SEED))
}

/// New inputs that take a new way are kept in `corpus`; one that fails is kept apart, and tried first from then on.
fn fuzz(
    checkout: &Checkout,
    programs: &Path,
    target: &str,
    corpus: &Path,
    seconds: u32,
    seed: Option<u32>,
) -> Result<()> {
    let failed = work(checkout).join("failed").join(target);
    for folder in [corpus, &failed] {
        fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    }
    let log = work(checkout).join(format!("{target}.log"));
    let words = fs::File::create(&log).with_context(|| format!("{} can't be written", log.display()))?;
    let (started, program) = (SystemTime::now(), programs.join(target));
    let mut command = Command::new(&program);
    command.args([corpus, &failed, &checkout.root.join("imaging/tests/pictures")]);
    command.arg(format!("-artifact_prefix={}/", failed.display()));
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-timeout={INPUT_SECONDS_MAX}"));
    command.arg(format!("-rss_limit_mb={MEMORY_MB_MAX}"));
    command.args(seed.map(|seed| format!("-seed={seed}")));
    // Its own words stay, those of the libraries that it feeds with nonsense do not.
    command.args(["-print_final_stats=1", "-close_fd_mask=3"]).stderr(words);
    let done = shell::run(&mut command);
    match (done, newest(&failed, started)) {
        (Ok(()), _) => {
            eprintln!("    {} inputs were tried", tried(&fs::read_to_string(&log).unwrap_or_default()));
            Ok(())
        }
        (Err(_), Some(input)) => Err(anyhow!(
            "{target} failed on {}; its words are in {}\n       Once more: {} {}",
            input.display(),
            log.display(),
            program.display(),
            input.display()
        )),
        (Err(error), None) => Err(error.context(format!("{target} failed; its words are in {}", log.display()))),
    }
}

fn tried(log: &str) -> &str {
    let line = log.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    line.map_or("No", str::trim)
}

fn newest(folder: &Path, since: SystemTime) -> Option<PathBuf> {
    let files = fs::read_dir(folder).ok()?.filter_map(|entry| {
        let entry = entry.ok()?;
        Some((entry.metadata().ok()?.modified().ok()?, entry.path()))
    });
    files.filter(|(time, _)| *time >= since).max().map(|(_, path)| path)
}

fn folder(checkout: &Checkout) -> PathBuf {
    checkout.root.join("imaging/fuzz")
}

/// Where everything lies that fuzzing makes.
fn work(checkout: &Checkout) -> PathBuf {
    checkout.target.join("fuzz")
}

fn host() -> Result<String> {
    let version = shell::output(Command::new("rustc").arg("-vV")).context("Install Rust, then try again")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("`rustc -vV` names no host")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_tried_is_read_from_the_log() {
        let log = "#5\tDONE   cov: 7\nstat::number_of_executed_units: 63785\nstat::average_exec_per_sec:     5798\n";
        assert_eq!((tried(log), tried("")), ("63785", "No"));
    }
}
