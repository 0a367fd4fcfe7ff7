//! Folders: directories on the server, in place.

use std::path::{Path, PathBuf};

use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    folder::scan::{path_bytes, path_from_bytes, shown_name},
    model::{FolderId, ProjectId, Records, Watching},
};

#[derive(Clone, Debug)]
pub struct FolderRow {
    pub id: FolderId,
    pub project: ProjectId,
    pub root: PathBuf,
    pub name: String,
    pub managed: bool,
    pub paused: bool,
    pub watching: Watching,
    pub types: Vec<String>,
    /// Of a root that could not be marked.
    pub identity: Option<String>,
    pub verified_at: Option<OffsetDateTime>,
}

struct Columns {
    id: FolderId,
    project_id: ProjectId,
    path: Vec<u8>,
    name: String,
    managed: bool,
    paused: bool,
    watching: Watching,
    types: Vec<String>,
    identity: Option<String>,
    verified_at: Option<OffsetDateTime>,
}

impl From<Columns> for FolderRow {
    fn from(row: Columns) -> FolderRow {
        FolderRow {
            id: row.id,
            project: row.project_id,
            root: path_from_bytes(&row.path),
            name: row.name,
            managed: row.managed,
            paused: row.paused,
            watching: row.watching,
            types: row.types,
            identity: row.identity,
            verified_at: row.verified_at,
        }
    }
}

/// The project's managed folder; it follows when the data folder was moved. `owner` is the id of a new record, where the
/// folder has one already.
pub async fn managed_folder(
    pool: &PgPool,
    project: ProjectId,
    root: &Path,
    owner: Option<FolderId>,
) -> sqlx::Result<FolderRow> {
    let row = sqlx::query_as!(
        Columns,
        r#"insert into folders (id, project_id, path, name, managed, verified_at) values ($1, $2, $3, $4, true, now())
           on conflict (project_id) where managed do update set path = excluded.path
           returning id as "id: FolderId", project_id as "project_id: ProjectId", path, name, managed, paused,
                     watching as "watching: Watching", types, identity, verified_at"#,
        owner.map_or_else(Uuid::now_v7, |id| id.0),
        project.0,
        path_bytes(root),
        shown_name(root),
    )
    .fetch_one(pool)
    .await?;
    Ok(row.into())
}

/// The managed one first.
pub async fn all(pool: &PgPool, project: ProjectId) -> sqlx::Result<Vec<FolderRow>> {
    let rows = sqlx::query_as!(
        Columns,
        r#"select id as "id: FolderId", project_id as "project_id: ProjectId", path, name, managed, paused,
                  watching as "watching: Watching", types, identity, verified_at
           from folders where project_id = $1 and removed_at is null order by managed desc, name, id"#,
        project.0
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(FolderRow::from).collect())
}

pub async fn one(pool: &PgPool, id: FolderId) -> sqlx::Result<Option<FolderRow>> {
    let row = sqlx::query_as!(
        Columns,
        r#"select id as "id: FolderId", project_id as "project_id: ProjectId", path, name, managed, paused,
                  watching as "watching: Watching", types, identity, verified_at
           from folders where id = $1 and removed_at is null"#,
        id.0
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(FolderRow::from))
}

/// Whether it was ever one of ours and is not forgotten.
pub async fn exists(pool: &PgPool, id: FolderId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from folders where id = $1) as "exists!""#, id.0).fetch_one(pool).await
}

pub async fn insert(tx: &mut PgConnection, folder: &FolderRow) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into folders (id, project_id, path, name, watching, types, identity, verified_at)
         values ($1, $2, $3, $4, $5, $6, $7, now())",
        folder.id.0,
        folder.project.0,
        path_bytes(&folder.root),
        folder.name,
        folder.watching as _,
        &folder.types,
        folder.identity,
    )
    .execute(tx)
    .await
    .map(|_| ())
}

/// What a person may change.
pub async fn update(pool: &PgPool, folder: &FolderRow) -> sqlx::Result<()> {
    sqlx::query!(
        "update folders set name = $2, paused = $3, watching = $4, types = $5 where id = $1",
        folder.id.0,
        folder.name,
        folder.paused,
        folder.watching as _,
        &folder.types,
    )
    .execute(pool)
    .await
    .map(|_| ())
}

pub async fn set_identity(tx: &mut PgConnection, id: FolderId, identity: Option<&str>) -> sqlx::Result<()> {
    sqlx::query!("update folders set identity = $2 where id = $1", id.0, identity).execute(tx).await.map(|_| ())
}

/// A folder that was removed and whose records were kept, by the mark that it carries or by where it was.
pub async fn kept(
    pool: &PgPool,
    project: ProjectId,
    mark: Option<FolderId>,
    root: &Path,
) -> sqlx::Result<Option<FolderId>> {
    sqlx::query_scalar!(
        r#"select id as "id: FolderId" from folders
           where project_id = $1 and removed_at is not null and records = 'keep' and (id = $2 or path = $3)
           order by id = $2 desc, removed_at desc limit 1"#,
        project.0,
        mark.map(|mark| mark.0),
        path_bytes(root)
    )
    .fetch_optional(pool)
    .await
}

/// Takes a folder up again that was removed.
pub async fn take_up(tx: &mut PgConnection, folder: &FolderRow) -> sqlx::Result<()> {
    sqlx::query!(
        "update folders set path = $2, name = $3, watching = $4, types = $5, identity = $6, paused = false, removed_at = null
         where id = $1",
        folder.id.0,
        path_bytes(&folder.root),
        folder.name,
        folder.watching as _,
        &folder.types,
        folder.identity,
    )
    .execute(tx)
    .await
    .map(|_| ())
}

/// It is not shown or looked at from now on. What becomes of its records is done afterwards, in pieces.
pub async fn remove(pool: &PgPool, id: FolderId, records: Records) -> sqlx::Result<()> {
    let records = match records {
        Records::Keep => "keep",
        Records::Forget => "forget",
    };
    sqlx::query!(
        "update folders set removed_at = now(), hidden_at = coalesce(hidden_at, now()), records = $2 where id = $1 and not managed",
        id.0,
        records
    )
    .execute(pool)
    .await
    .map(|_| ())
}

/// Folders whose records are not all where they belong: out of sight, gone, or back in sight.
pub struct Unsettled {
    pub id: FolderId,
    pub what: Settle,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settle {
    Hide,
    Forget,
    Show,
}

pub async fn unsettled(pool: &PgPool) -> sqlx::Result<Vec<Unsettled>> {
    let rows = sqlx::query!(
        r#"select id as "id: FolderId", removed_at is not null as "removed!", records from folders where records is not null"#
    )
    .fetch_all(pool)
    .await?;
    let what = |removed: bool, records: Option<String>| match (removed, records.as_deref()) {
        (false, _) => Settle::Show,
        (true, Some("forget")) => Settle::Forget,
        (true, _) => Settle::Hide,
    };
    Ok(rows.into_iter().map(|row| Unsettled { id: row.id, what: what(row.removed, row.records) }).collect())
}

/// At most `limit` of them; how many there were. None once somebody has taken the folder up again.
pub async fn hide_images(tx: &mut PgConnection, id: FolderId, limit: i64) -> sqlx::Result<u64> {
    sqlx::query!(
        "update images i set removed_at = f.hidden_at
         from (select hidden_at from folders where id = $1 and removed_at is not null for share) as f
         where i.id in (select id from images where folder_id = $1 and removed_at is null limit $2)",
        id.0,
        limit
    )
    .execute(tx)
    .await
    .map(|done| done.rows_affected())
}

/// Those that were hidden with their folder, and not those that a person removed before. None once it is removed again.
pub async fn show_images(tx: &mut PgConnection, id: FolderId, limit: i64) -> sqlx::Result<u64> {
    sqlx::query!(
        "update images i set removed_at = null
         from (select hidden_at from folders where id = $1 and removed_at is null for share) as f
         where i.id in (
             select id from images
             where folder_id = $1 and removed_at = (select hidden_at from folders where id = $1) limit $2)",
        id.0,
        limit
    )
    .execute(tx)
    .await
    .map(|done| done.rows_affected())
}

/// Of those that are out of sight.
pub async fn forget_images(tx: &mut PgConnection, id: FolderId, limit: i64) -> sqlx::Result<u64> {
    sqlx::query!(
        "delete from images i
         using (select id from folders where id = $1 and removed_at is not null and records = 'forget' for share) as f
         where i.id in (select id from images where folder_id = $1 and removed_at is not null limit $2)",
        id.0,
        limit
    )
    .execute(tx)
    .await
    .map(|done| done.rows_affected())
}

/// Every record is shown again.
pub async fn shown(pool: &PgPool, id: FolderId) -> sqlx::Result<()> {
    sqlx::query!("update folders set records = null, hidden_at = null where id = $1 and removed_at is null", id.0)
        .execute(pool)
        .await
        .map(|_| ())
}

/// With its operations.
pub async fn forget(pool: &PgPool, id: FolderId) -> sqlx::Result<()> {
    sqlx::query!("delete from folders where id = $1 and removed_at is not null and records = 'forget'", id.0)
        .execute(pool)
        .await
        .map(|_| ())
}

/// How many records a folder has: of files that are there, and of files that are missing.
pub struct Counts {
    pub folder: FolderId,
    pub present: i64,
    pub missing: i64,
}

pub async fn counts(pool: &PgPool, project: ProjectId) -> sqlx::Result<Vec<Counts>> {
    sqlx::query_as!(
        Counts,
        r#"select folder_id as "folder: FolderId", count(*) filter (where state <> 'missing') as "present!",
                  count(*) filter (where state = 'missing') as "missing!"
           from images where project_id = $1 and removed_at is null group by folder_id"#,
        project.0
    )
    .fetch_all(pool)
    .await
}

/// Below the folder, in order: other file systems that were seen mounted there.
pub async fn mounts(pool: &PgPool, id: FolderId) -> sqlx::Result<Vec<PathBuf>> {
    let mounts = sqlx::query_scalar!("select mounts from folders where id = $1", id.0).fetch_optional(pool).await?;
    Ok(mounts.unwrap_or_default().iter().map(|path| path_from_bytes(path)).collect())
}

pub async fn set_mounts(pool: &PgPool, id: FolderId, mounts: &[PathBuf]) -> sqlx::Result<()> {
    let mounts: Vec<Vec<u8>> = mounts.iter().map(|path| path_bytes(path).to_vec()).collect();
    sqlx::query!("update folders set mounts = $2 where id = $1", id.0, &mounts).execute(pool).await.map(|_| ())
}

/// How far the run has come that reads everything again. None where none is under way.
pub async fn verify_from(pool: &PgPool, id: FolderId) -> sqlx::Result<Option<Vec<u8>>> {
    let row = sqlx::query_scalar!("select verify_from from folders where id = $1", id.0).fetch_optional(pool).await?;
    Ok(row.flatten())
}

pub async fn set_verify_from(pool: &PgPool, id: FolderId, path: Option<&[u8]>) -> sqlx::Result<()> {
    sqlx::query!("update folders set verify_from = $2 where id = $1", id.0, path).execute(pool).await.map(|_| ())
}

pub async fn verified(pool: &PgPool, id: FolderId) -> sqlx::Result<()> {
    sqlx::query!("update folders set verified_at = now(), verify_from = null where id = $1", id.0)
        .execute(pool)
        .await
        .map(|_| ())
}
