//! Sync operations: each run over a folder, with what it found.

use std::time::SystemTime;

use sqlx::PgPool;
use time::OffsetDateTime;

use crate::model::{FolderId, Operation, SyncKind, SyncStatus, SyncSummary};

struct Row {
    id: i64,
    folder: FolderId,
    kind: SyncKind,
    status: SyncStatus,
    expected: Option<i32>,
    scanned: i32,
    added: i32,
    updated: i32,
    moved: i32,
    missing: i32,
    healed: i32,
    corrupted: i32,
    unreadable: i32,
    error: Option<String>,
    started_ms: i64,
    ended_ms: Option<i64>,
}

impl From<Row> for Operation {
    fn from(row: Row) -> Operation {
        let count = |count: i32| u32::try_from(count).unwrap_or(0);
        let found = SyncSummary {
            scanned: count(row.scanned),
            added: count(row.added),
            updated: count(row.updated),
            moved: count(row.moved),
            missing: count(row.missing),
            healed: count(row.healed),
            corrupted: count(row.corrupted),
            unreadable: count(row.unreadable),
        };
        let Row { id, folder, kind, status, error, started_ms, ended_ms, expected, .. } = row;
        Operation { id, folder, kind, status, found, expected: expected.map(count), error, started_ms, ended_ms }
    }
}

/// One whose end could not be written is over as well: of a kind no two run at once.
pub async fn begin(pool: &PgPool, folder: FolderId, kind: SyncKind, expected: Option<u32>) -> sqlx::Result<Operation> {
    sqlx::query!(
        "update sync_operations set status = 'failed', error = 'The database was away when it ended.', ended_at = now()
         where folder_id = $1 and status = 'running' and (kind = 'verify') = $2",
        folder.0,
        kind == SyncKind::Verify
    )
    .execute(pool)
    .await?;
    let id = sqlx::query_scalar!(
        "insert into sync_operations (folder_id, kind, expected) values ($1, $2, $3) returning id",
        folder.0,
        kind as _,
        expected.map(signed)
    );
    let id = id.fetch_one(pool).await?;
    one(pool, id).await?.ok_or(sqlx::Error::RowNotFound)
}

fn signed(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// None when its folder was forgotten meanwhile.
pub async fn end(
    pool: &PgPool,
    operation: i64,
    status: SyncStatus,
    found: &SyncSummary,
    error: Option<&str>,
) -> sqlx::Result<Option<Operation>> {
    sqlx::query!(
        "update sync_operations set status = $2, error = $3, ended_at = now(),
             scanned = $4, added = $5, updated = $6, moved = $7, missing = $8, healed = $9, corrupted = $10, unreadable = $11
         where id = $1",
        operation,
        status as _,
        error,
        signed(found.scanned),
        signed(found.added),
        signed(found.updated),
        signed(found.moved),
        signed(found.missing),
        signed(found.healed),
        signed(found.corrupted),
        signed(found.unreadable),
    )
    .execute(pool)
    .await?;
    one(pool, operation).await
}

/// One that is told of only now that it has ended.
pub async fn record(
    pool: &PgPool,
    folder: FolderId,
    kind: SyncKind,
    started: SystemTime,
    found: &SyncSummary,
    error: Option<&str>,
) -> sqlx::Result<Option<Operation>> {
    let id = sqlx::query_scalar!(
        "insert into sync_operations (folder_id, kind, started_at) values ($1, $2, $3) returning id",
        folder.0,
        kind as _,
        OffsetDateTime::from(started),
    );
    let id = id.fetch_one(pool).await?;
    let status = if error.is_some() { SyncStatus::Failed } else { SyncStatus::Completed };
    end(pool, id, status, found, error).await
}

async fn one(pool: &PgPool, id: i64) -> sqlx::Result<Option<Operation>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id, folder_id as "folder: FolderId", kind as "kind: SyncKind", status as "status: SyncStatus", expected, scanned,
                  added, updated, moved, missing, healed, corrupted, unreadable, error,
                  (extract(epoch from started_at) * 1000)::bigint as "started_ms!",
                  (extract(epoch from ended_at) * 1000)::bigint as ended_ms
           from sync_operations where id = $1"#,
        id
    );
    Ok(row.fetch_optional(pool).await?.map(Operation::from))
}

/// What was left running is said to have ended so.
pub async fn close_abandoned(pool: &PgPool, folder: FolderId, status: SyncStatus, why: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update sync_operations set status = $2, error = $3, ended_at = now()
         where folder_id = $1 and status = 'running'",
        folder.0,
        status as _,
        why
    )
    .execute(pool)
    .await
    .map(|_| ())
}

/// The newest first, below an id.
pub async fn history(pool: &PgPool, folder: FolderId, before: i64, limit: i64) -> sqlx::Result<Vec<Operation>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, folder_id as "folder: FolderId", kind as "kind: SyncKind", status as "status: SyncStatus", expected, scanned,
                  added, updated, moved, missing, healed, corrupted, unreadable, error,
                  (extract(epoch from started_at) * 1000)::bigint as "started_ms!",
                  (extract(epoch from ended_at) * 1000)::bigint as ended_ms
           from sync_operations where folder_id = $1 and id < $2 order by id desc limit $3"#,
        folder.0,
        before,
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Operation::from).collect())
}

/// Only the newest of each folder stay in the history.
pub async fn prune(pool: &PgPool, folder: FolderId, keep: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from sync_operations where folder_id = $1 and status <> 'running'
         and id < (select id from sync_operations where folder_id = $1 order by id desc offset $2 limit 1)",
        folder.0,
        keep
    )
    .execute(pool)
    .await
    .map(|_| ())
}
