//! Sync operations: each run over a folder, with what it found.

use sqlx::PgPool;

use crate::model::{FolderId, SyncSummary};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Startup,
    Realtime,
    /// By the clock, whatever was heard.
    Reconciliation,
    Manual,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Startup => "startup",
            Kind::Realtime => "realtime",
            Kind::Reconciliation => "reconciliation",
            Kind::Manual => "manual",
        }
    }
}

pub async fn begin(pool: &PgPool, folder: FolderId, kind: Kind) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into sync_operations (folder_id, kind) values ($1, $2) returning id",
        folder.0,
        kind.name()
    )
    .fetch_one(pool)
    .await
}

pub async fn end(pool: &PgPool, operation: i64, found: &SyncSummary, error: Option<&str>) -> sqlx::Result<()> {
    let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    sqlx::query!(
        "update sync_operations set status = case when $2::text is null then 'completed' else 'failed' end, error = $2, ended_at = now(),
             scanned = $3, added = $4, updated = $5, moved = $6, missing = $7, healed = $8, corrupted = $9, unreadable = $10
         where id = $1",
        operation,
        error,
        count(found.scanned),
        count(found.added),
        count(found.updated),
        count(found.moved),
        count(found.missing),
        count(found.healed),
        count(found.corrupted),
        count(found.unreadable),
    )
    .execute(pool)
    .await
    .map(|_| ())
}

/// What a killed server left running is said to have failed.
pub async fn close_abandoned(pool: &PgPool, folder: FolderId) -> sqlx::Result<()> {
    sqlx::query!(
        "update sync_operations set status = 'failed', error = 'The server ended meanwhile.', ended_at = now()
         where folder_id = $1 and status = 'running'",
        folder.0
    )
    .execute(pool)
    .await
    .map(|_| ())
}
