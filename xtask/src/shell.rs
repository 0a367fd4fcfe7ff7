//! Runs other programs: says what it runs, passes their output on, turns a failure into a sentence. Decides nothing.

use anyhow::{Context, Error, Result, anyhow, bail};
use std::{
    env,
    fmt::Display,
    io::{self, Read, Write},
    path::PathBuf,
    process::{Command, ExitStatus, Stdio},
};

pub(crate) fn say(text: impl Display) {
    eprintln!("==> {text}");
}

/// The sentence that says what to do comes first, what it was caused by below it.
pub(crate) fn complain(error: &Error) {
    eprintln!("error: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("       {cause}");
    }
}

/// Cargo, without what the cargo that started us says about the package xtask: some build scripts watch these variables
/// and would run again whenever `cargo xtask` and a plain `cargo build` take turns.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|start| text.starts_with(start)) {
            cargo.env_remove(&name);
        }
    }
    if env::var_os("CI").is_some() {
        cargo.env("CARGO_TERM_COLOR", "never");
    }
    cargo
}

pub(crate) fn run(command: &mut Command) -> Result<()> {
    eprintln!("    {}", words(command));
    let status = command.status().map_err(|error| not_started(command, &error))?;
    succeeded(command, status)
}

/// Runs quietly and returns what was printed; for questions, not for work.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| not_started(command, &error))?;
    if !output.status.success() {
        bail!("`{}` failed ({}): {}", words(command), output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs with its output passed on as it comes, and shows each whole line of it to `read`.
pub(crate) fn run_read(command: &mut Command, read: impl FnMut(&str)) -> Result<()> {
    eprintln!("    {}", words(command));
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| not_started(command, &error))?;
    if let Some(output) = child.stdout.take() {
        pass_on(output, io::stdout(), read)
            .with_context(|| format!("The output of `{}` can't be passed on", words(command)))?;
    }
    let status = child.wait().with_context(|| format!("The end of `{}` can't be awaited", words(command)))?;
    succeeded(command, status)
}

fn pass_on(mut from: impl Read, mut to: impl Write, mut read: impl FnMut(&str)) -> io::Result<()> {
    let (mut chunk, mut line) = ([0; 8192], Vec::new());
    loop {
        let length = from.read(&mut chunk)?;
        if length == 0 {
            break;
        }
        to.write_all(&chunk[..length])?;
        to.flush()?;
        for &byte in &chunk[..length] {
            if byte == b'\n' {
                read(&String::from_utf8_lossy(&line));
                line.clear();
            } else {
                line.push(byte);
            }
        }
    }
    read(&String::from_utf8_lossy(&line));
    Ok(())
}

/// Where on PATH a program is.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file())
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() { Ok(()) } else { Err(anyhow!("`{}` failed ({status})", words(command))) }
}

fn not_started(command: &Command, error: &io::Error) -> Error {
    let program = command.get_program().to_string_lossy();
    if let Some(folder) = command.get_current_dir().filter(|folder| !folder.is_dir()) {
        return anyhow!("`{program}` can't be started in {}, which is no folder", folder.display());
    }
    match error.kind() {
        io::ErrorKind::NotFound => anyhow!("`{program}` isn't installed, or isn't on PATH"),
        _ => anyhow!("`{program}` can't be started: {error}"),
    }
}

fn words(command: &Command) -> String {
    let mut words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
    let program = command.get_program().to_string_lossy();
    words.insert(0, program.rsplit('/').next().unwrap_or(&program).into());
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_whole_and_all_is_passed_on() {
        let (mut passed_on, mut lines) = (Vec::new(), Vec::new());
        let text = b"one\n\ntwo";
        pass_on(&text[..], &mut passed_on, |line| lines.push(line.to_owned())).expect("memory");
        assert_eq!(lines, ["one", "", "two"]);
        assert_eq!(passed_on, text);
    }

    #[test]
    fn failures_are_sentences() {
        let missing = run(&mut Command::new("no-such-program-here")).expect_err("it is missing");
        assert_eq!(missing.to_string(), "`no-such-program-here` isn't installed, or isn't on PATH");
        let failed = run(Command::new("sh").args(["-c", "exit 3"])).expect_err("it fails");
        assert_eq!(failed.to_string(), "`sh -c exit 3` failed (exit status: 3)");
    }
}
