//! Finds a PostgreSQL server on this machine. Downloads and installs nothing.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;
use crate::account::Account;

/// The oldest version a new cluster is made with; older ones lack settings we start it with.
const MAJOR_MIN: u32 = 14;

/// Where distributions keep one folder per version: `<first>/*/<second>`.
const PLACES: [(&str, &str); 6] = [
    ("/usr/lib/postgresql", "bin"),                          // Debian
    ("/usr", "bin"),                                         // PostgreSQL's own rpm packages
    ("/usr/libexec", ""),                                    // Alpine
    ("/opt/homebrew/opt", "bin"),                            // Homebrew
    ("/usr/local/opt", "bin"),                               // Homebrew on Intel
    ("/Applications/Postgres.app/Contents/Versions", "bin"), // Postgres.app
];

#[derive(Debug, PartialEq)]
pub(crate) struct Binaries {
    pub(crate) folder: PathBuf,
    pub(crate) major: u32,
}

impl Binaries {
    /// `wanted` is the version an existing cluster was made by; no other can open it.
    pub(crate) fn find(
        chosen: Option<&Path>,
        wanted: Option<u32>,
        cluster: &Path,
        account: Account,
    ) -> Result<Binaries, Error> {
        let found = match chosen {
            Some(folder) => vec![chosen_binaries(folder, account)?],
            None => installed(account),
        };
        best(found, wanted).ok_or_else(|| match wanted {
            Some(major) => Error::MajorMissing { major, cluster: cluster.to_owned() },
            None => Error::NoBinaries,
        })
    }

    pub(crate) fn command(&self, program: &str, account: Account) -> Command {
        let mut command = Command::new(self.folder.join(program));
        // What the caller's shell says about another server or language must not reach ours.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("PG") || text.starts_with("LC_") || text == "LANG" {
                command.env_remove(&name);
            }
        }
        command.env("LC_ALL", "C.UTF-8").current_dir("/");
        account.run(&mut command);
        command
    }
}

fn chosen_binaries(chosen: &Path, account: Account) -> Result<Binaries, Error> {
    let not_binaries = || Error::NotBinaries { folder: chosen.to_owned() };
    let folder = resolved(chosen).ok_or_else(not_binaries)?;
    account.check_reach(&folder).map_err(|e| match e {
        Error::CannotEnter { uid, folder } => Error::CannotRun { uid, folder },
        other => other,
    })?;
    binaries_in(folder).ok_or_else(not_binaries)
}

/// Whether a new cluster could be made with what this machine has.
pub(crate) fn is_installed() -> bool {
    best(usual_folders().into_iter().filter_map(binaries_in).collect(), None).is_some()
}

fn installed(account: Account) -> Vec<Binaries> {
    usual_folders().into_iter().filter(|folder| account.check_reach(folder).is_ok()).filter_map(binaries_in).collect()
}

fn usual_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    if let Ok(said) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(String::from_utf8_lossy(&said.stdout).trim().into());
    }
    for (place, inner) in PLACES {
        let versions = fs::read_dir(place).into_iter().flatten().flatten();
        folders.extend(versions.map(|version| version.path().join(inner)));
    }
    let mut real: Vec<PathBuf> = Vec::new();
    for folder in folders.iter().filter_map(|folder| resolved(folder)) {
        // The same one is often on PATH and in its usual place.
        if !real.contains(&folder) {
            real.push(folder);
        }
    }
    real
}

/// Where the programs really are: `folder` may be relative, which means nothing to a process in
/// `/`, and may hold links into one that the server's user can't enter.
fn resolved(folder: &Path) -> Option<PathBuf> {
    let postgres = folder.join("postgres").canonicalize().ok()?;
    postgres.parent().map(Path::to_owned)
}

fn binaries_in(folder: PathBuf) -> Option<Binaries> {
    if !folder.join("initdb").is_file() {
        return None;
    }
    let said = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    let major = major_in(&String::from_utf8_lossy(&said.stdout))?;
    Some(Binaries { folder, major })
}

/// From `postgres (PostgreSQL) 15.14 (Debian 15.14-1)`.
fn major_in(said: &str) -> Option<u32> {
    let version = said.split_whitespace().nth(2)?;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// The version wanted, or the newest; of equals the one found first.
fn best(found: Vec<Binaries>, wanted: Option<u32>) -> Option<Binaries> {
    let fits = |binaries: &Binaries| match wanted {
        Some(major) => binaries.major == major,
        None => binaries.major >= MAJOR_MIN,
    };
    found.into_iter().filter(fits).reduce(|best, next| if next.major > best.major { next } else { best })
}

#[cfg(test)]
mod tests {
    use super::{Binaries, best, major_in};

    #[test]
    fn the_major_is_read_from_what_postgres_says() {
        assert_eq!(major_in("postgres (PostgreSQL) 15.14 (Debian 15.14-0)"), Some(15));
        assert_eq!(major_in("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(major_in("postgres (PostgreSQL)"), None);
        assert_eq!(major_in(""), None);
    }

    #[track_caller]
    fn check(found: &[(&str, u32)], wanted: Option<u32>, expect: Option<&str>) {
        let found = found.iter().map(|(folder, major)| Binaries { folder: folder.into(), major: *major });
        let chosen = best(found.collect(), wanted);
        assert_eq!(chosen.map(|b| b.folder), expect.map(Into::into));
    }

    #[test]
    fn a_new_cluster_gets_the_newest_and_an_old_one_its_own() {
        check(&[("/a", 15), ("/b", 17), ("/c", 17)], None, Some("/b"));
        check(&[("/a", 15), ("/b", 17)], Some(15), Some("/a"));
        check(&[("/a", 15)], Some(16), None);
        check(&[("/a", 13)], None, None);
        check(&[], None, None);
    }
}
