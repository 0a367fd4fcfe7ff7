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

pub async fn begin(pool: &PgPool, folder: FolderId, kind: SyncKind, expected: Option<u32>) -> sqlx::Result<Operation> {
    let row = sqlx::query_as!(
        Row,
        r#"insert into sync_operations (folder_id, kind, expected) values ($1, $2, $3)
           returning id, folder_id as "folder: FolderId", kind as "kind: SyncKind", status as "status: SyncStatus", expected, scanned,
                     added, updated, moved, missing, healed, corrupted, unreadable, error,
                     (extract(epoch from started_at) * 1000)::bigint as "started_ms!",
                     (extract(epoch from ended_at) * 1000)::bigint as ended_ms"#,
        folder.0,
        kind as _,
        expected.map(signed)
    )
    .fetch_one(pool)
    .await?;
    Ok(row.into())
}

fn signed(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

pub async fn end(
    pool: &PgPool,
    operation: i64,
    status: SyncStatus,
    found: &SyncSummary,
    error: Option<&str>,
) -> sqlx::Result<Option<Operation>> {
    let row = sqlx::query_as!(
        Row,
        r#"update sync_operations set status = $2, error = $3, ended_at = now(),
               scanned = $4, added = $5, updated = $6, moved = $7, missing = $8, healed = $9, corrupted = $10, unreadable = $11
           where id = $1
           returning id, folder_id as "folder: FolderId", kind as "kind: SyncKind", status as "status: SyncStatus", expected, scanned,
                     added, updated, moved, missing, healed, corrupted, unreadable, error,
                     (extract(epoch from started_at) * 1000)::bigint as "started_ms!",
                     (extract(epoch from ended_at) * 1000)::bigint as ended_ms"#,
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
    .fetch_optional(pool)
    .await?;
    Ok(row.map(Operation::from))
}

/// One that is told of only now that it has ended.
pub async fn record(
    pool: &PgPool,
    folder: FolderId,
    kind: SyncKind,
    started: SystemTime,
    found: &SyncSummary,
    error: Option<&str>,
) -> sqlx::Result<Operation> {
    let row = sqlx::query_as!(
        Row,
        r#"insert into sync_operations (folder_id, kind, status, error, started_at, ended_at, scanned, added, updated, moved,
                                        missing, healed, corrupted, unreadable)
           values ($1, $2, case when $3::text is null then 'completed' else 'failed' end, $3, $4, now(), $5, $6, $7, $8, $9, $10,
                   $11, $12)
           returning id, folder_id as "folder: FolderId", kind as "kind: SyncKind", status as "status: SyncStatus", expected, scanned,
                     added, updated, moved, missing, healed, corrupted, unreadable, error,
                     (extract(epoch from started_at) * 1000)::bigint as "started_ms!",
                     (extract(epoch from ended_at) * 1000)::bigint as ended_ms"#,
        folder.0,
        kind as _,
        error,
        OffsetDateTime::from(started),
        signed(found.scanned),
        signed(found.added),
        signed(found.updated),
        signed(found.moved),
        signed(found.missing),
        signed(found.healed),
        signed(found.corrupted),
        signed(found.unreadable),
    )
    .fetch_one(pool)
    .await?;
    Ok(row.into())
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
