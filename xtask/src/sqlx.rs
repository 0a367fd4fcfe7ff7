//! The facts about each query that lie in `.sqlx`, so that the project compiles without a database. Knows no query.

use crate::{checkout::Checkout, database::Database, setup, setup::Need, shell};
use anyhow::{Context, Result, bail};
use sqlx::{ConnectOptions, Connection, PgConnection, migrate::Migrator, postgres::PgConnectOptions};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    str::FromStr,
    time::SystemTime,
};

const DATABASE: &str = "prepared";

type Facts = BTreeMap<String, Vec<u8>>;

pub(crate) fn prepare(checkout: &Checkout) -> Result<()> {
    setup::ensure(checkout, &[Need::Postgres])?;
    let database = Database::start(checkout)?;
    let fresh = generate(checkout, &database)?;
    let folder = checkout.root.join(".sqlx");
    let committed = read(&folder)?;
    for name in different(&committed, &fresh) {
        let path = folder.join(&name);
        let done = match fresh.get(&name) {
            Some(bytes) => fs::create_dir_all(&folder).and_then(|()| fs::write(&path, bytes)),
            None => fs::remove_file(&path),
        };
        done.with_context(|| format!("{} can't be written", path.display()))?;
        shell::say(format!("Changed .sqlx/{name}"));
    }
    shell::say(format!(".sqlx is up to date with {} queries", fresh.len()));
    Ok(())
}

/// Fails where what is committed is not what the queries and migrations give now.
pub(crate) fn check(checkout: &Checkout, database: &Database) -> Result<()> {
    let fresh = generate(checkout, database)?;
    let different = different(&read(&checkout.root.join(".sqlx"))?, &fresh);
    if different.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = different.iter().map(|name| format!(".sqlx/{name}")).collect();
    bail!("Run `cargo xtask prepare` and commit what it changes: out of date are {}", names.join(", "))
}

/// Has sqlx's macros describe every query against a newly migrated database.
fn generate(checkout: &Checkout, database: &Database) -> Result<Facts> {
    shell::say("Asking PostgreSQL about every query");
    let url = migrated(checkout, &database.url)?;
    let folder = checkout.target.join("sqlx-facts");
    empty(&folder)?;
    let source = Touched::touch(&checkout.root.join("src/lib.rs"))?;
    let mut cargo = shell::cargo();
    // With the tests, as clippy has it, so that what both have in common is compiled once.
    cargo.current_dir(&checkout.root).args([
        "check",
        "--package",
        "pixelsync",
        "--lib",
        "--tests",
        "--features",
        "ssr",
    ]);
    cargo.env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", &folder).env("DATABASE_URL", url);
    let checked = shell::run(&mut cargo).context("A query does not fit the migrations, or the server does not compile");
    drop(source);
    checked?;
    read(&folder)
}

/// A database of its own, so that tests in the same server find nothing they did not put there.
fn migrated(checkout: &Checkout, server: &str) -> Result<String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("no asynchronous runtime")?;
    let options = PgConnectOptions::from_str(server).context("the temporary PostgreSQL has no valid address")?;
    let own = options.clone().database(DATABASE);
    let folder = checkout.root.join("migrations");
    runtime.block_on(async {
        let mut connection =
            PgConnection::connect_with(&options).await.context("the temporary PostgreSQL does not answer")?;
        sqlx::query("create database prepared").execute(&mut connection).await.context("no database can be created")?;
        connection.close().await.context("a connection can't be closed")?;
        let migrator = Migrator::new(folder.as_path())
            .await
            .with_context(|| format!("{} holds no valid migrations", folder.display()))?;
        let mut connection =
            PgConnection::connect_with(&own).await.context("the temporary PostgreSQL does not answer")?;
        migrator.run(&mut connection).await.context("A migration fails on an empty database")?;
        connection.close().await.context("a connection can't be closed")
    })?;
    Ok(own.to_url_lossy().to_string())
}

/// Puts a file's time forward, so that cargo compiles its crate again and the macros with it, and back when dropped, so
/// that nothing else is built anew because of it.
struct Touched {
    file: fs::File,
    modified: SystemTime,
}

impl Touched {
    fn touch(path: &Path) -> Result<Touched> {
        let touch = || -> std::io::Result<Touched> {
            let file = fs::File::options().append(true).open(path)?;
            let modified = file.metadata()?.modified()?;
            file.set_modified(SystemTime::now())?;
            Ok(Touched { file, modified })
        };
        touch().with_context(|| format!("{} can't be touched", path.display()))
    }
}

impl Drop for Touched {
    fn drop(&mut self) {
        if let Err(error) = self.file.set_modified(self.modified) {
            eprintln!("the next build compiles more than it needs to: a file's time can't be set ({error})");
        }
    }
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("{} can't be removed", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("{} can't be created", folder.display()))
}

fn read(folder: &Path) -> Result<Facts> {
    if !folder.is_dir() {
        return Ok(Facts::new());
    }
    let entries = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>, _>>());
    let paths = entries.with_context(|| format!("{} can't be listed", folder.display()))?;
    let named = paths.iter().filter_map(|path| Some((path.file_name()?.to_str()?.to_owned(), path)));
    named
        .map(|(name, path)| Ok((name, fs::read(path).with_context(|| format!("{} can't be read", path.display()))?)))
        .collect()
}

fn different(one: &Facts, other: &Facts) -> BTreeSet<String> {
    let names = one.keys().chain(other.keys());
    names.filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_gone_and_changed_files_differ() {
        let facts = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
        };
        let committed: Facts = facts(&[("same", "1"), ("gone", "2"), ("changed", "3")]);
        let fresh: Facts = facts(&[("same", "1"), ("changed", "4"), ("new", "5")]);
        assert_eq!(Vec::from_iter(different(&committed, &fresh)), ["changed", "gone", "new"]);
        assert!(different(&fresh, &fresh).is_empty());
    }
}
