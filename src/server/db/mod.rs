//! The only SQL: a file a noun, a function a query. The caller owns the transaction.

pub mod activity;
pub mod answers;
pub mod contents;
pub mod crops;
pub mod derivatives;
pub mod details;
pub mod exports;
pub mod feed;
pub mod files;
pub mod find;
pub mod finds;
pub mod folders;
pub mod images;
pub mod jobs;
pub mod operations;
pub mod projects;
pub mod schema;
pub mod spans;
pub mod uploads;
pub mod views;

use std::{str::FromStr, time::Duration};

pub use sqlx::{Error as DbError, PgPool as Pool};
use sqlx::{
    Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};

pub type Tx<'a> = Transaction<'a, Postgres>;

/// Enough for every worker and a burst of requests; the embedded cluster allows 60.
const CONNECTIONS_MAX: u32 = 20;
/// Stand ready, so that whoever comes first does not wait for them.
const CONNECTIONS_MIN: u32 = 4;
/// A request that waits longer is better answered with "the database is away".
const ACQUIRE_MAX: Duration = Duration::from_secs(3);

/// Connects when it is first needed, so a database that is away for the moment is no reason to fail.
pub fn pool(url: &str) -> Result<Pool, DbError> {
    let options = PgConnectOptions::from_str(url)?.application_name("pixelsync");
    let settings = PgPoolOptions::new().min_connections(CONNECTIONS_MIN).max_connections(CONNECTIONS_MAX);
    Ok(settings.acquire_timeout(ACQUIRE_MAX).connect_lazy_with(options))
}

/// All that is read in it is of one moment.
pub async fn snapshot(pool: &Pool) -> Result<Tx<'static>, DbError> {
    start(pool, "begin isolation level repeatable read read only").await
}

pub async fn begin(pool: &Pool) -> Result<Tx<'static>, DbError> {
    start(pool, "begin").await
}

/// The end of this transaction does not wait for the disk: a crash may lose it, whole, and none that was waited for after it.
pub async fn commit_lazily(tx: &mut Tx<'_>) -> Result<(), DbError> {
    sqlx::query("set local synchronous_commit = off").execute(&mut **tx).await.map(|_| ())
}

/// In a task of its own, which waits for the answer although whoever asked may have gone: a browser breaks off requests as
/// it likes. sqlx knows of no transaction before the answer is there, and would give the connection to the next one inside it.
async fn start(pool: &Pool, how: &'static str) -> Result<Tx<'static>, DbError> {
    let pool = pool.clone();
    tokio::spawn(async move { pool.begin_with(how).await }).await.map_err(|_| DbError::WorkerCrashed)?
}

/// What was committed before, by whomever, is on the disk when this answers.
pub async fn flush(pool: &Pool) -> Result<(), DbError> {
    // what has a number is waited for
    sqlx::query("select txid_current()").execute(pool).await.map(|_| ())
}

pub async fn ping(pool: &Pool) -> Result<(), DbError> {
    sqlx::query!("select 1 as one").fetch_one(pool).await.map(|_| ())
}

/// Whether the database did not answer, as against answering no: the same may succeed later.
pub fn is_away(error: &DbError) -> bool {
    match error {
        DbError::Io(_) | DbError::Tls(_) | DbError::PoolTimedOut | DbError::PoolClosed => true,
        // a server that ends in the middle of a message
        DbError::Protocol(_) | DbError::WorkerCrashed => true,
        // connection trouble, shutting down, crashed, starting up, too many connections, given up for another transaction
        DbError::Database(answer) => answer.code().is_some_and(|code| {
            code.starts_with("08") || matches!(&*code, "57P01" | "57P02" | "57P03" | "53300" | "40P01" | "40001")
        }),
        _ => false,
    }
}

/// Whether PostgreSQL has no room on its disk.
pub fn is_full(error: &DbError) -> bool {
    matches!(error, DbError::Database(answer) if answer.code().is_some_and(|code| code == "53100"))
}

/// Whether a value that was sent as text is none of its kind.
pub fn is_not_understood(error: &DbError) -> bool {
    matches!(error, DbError::Database(answer) if answer.code().is_some_and(|code| code.starts_with("22")))
}

/// Whether a unique constraint says that somebody else was faster.
pub fn is_taken(error: &DbError, constraint: &str) -> bool {
    matches!(error, DbError::Database(answer) if answer.constraint() == Some(constraint))
}

/// PostgreSQL's numbers have signs.
fn edge(pixels: u32) -> i32 {
    i32::try_from(pixels).unwrap_or(i32::MAX)
}

fn size(width: Option<i32>, height: Option<i32>) -> Option<(u32, u32)> {
    Some((u32::try_from(width?).ok()?, u32::try_from(height?).ok()?))
}
