//! Uploads under way, and those that ended lately.

use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    model::{ImageId, ProjectId},
    server::reconcile::Hash,
};

pub struct New<'a> {
    pub id: Uuid,
    pub project: ProjectId,
    pub path: &'a str,
    pub size: u64,
    pub metadata: &'a str,
    pub wanted_hash: Option<&'a Hash>,
    pub beside: Option<ImageId>,
    pub hasher: &'a [u8],
    pub expires_at: OffsetDateTime,
}

pub struct Row {
    pub id: Uuid,
    pub path: String,
    pub size: u64,
    pub metadata: String,
    pub wanted_hash: Option<Hash>,
    /// The picture that a sidecar is of.
    pub beside: Option<ImageId>,
    pub received: u64,
    pub hasher: Vec<u8>,
    pub finished: bool,
    pub image_id: Option<ImageId>,
    pub already_here: bool,
    pub expires_at: OffsetDateTime,
}

pub async fn insert(pool: &PgPool, new: New<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into uploads (id, project_id, path, size, metadata, wanted_hash, beside, hasher, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        new.id,
        new.project.0,
        new.path,
        bytes(new.size),
        new.metadata,
        new.wanted_hash.map(|hash| &hash[..]),
        new.beside.map(|image| image.0),
        new.hasher,
        new.expires_at,
    )
    .execute(pool)
    .await
    .map(|_| ())
}

pub async fn find(pool: &PgPool, project: ProjectId, id: Uuid) -> sqlx::Result<Option<Row>> {
    let row = sqlx::query!(
        r#"select path, size, metadata, wanted_hash, beside as "beside: ImageId", received, hasher, finished, image_id as "image_id: ImageId",
                  already_here, expires_at
           from uploads where id = $1 and project_id = $2 and expires_at > now()"#,
        id,
        project.0
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Row {
        id,
        path: row.path,
        size: row.size.unsigned_abs(),
        metadata: row.metadata,
        beside: row.beside,
        wanted_hash: row.wanted_hash.and_then(|hash| Hash::try_from(hash).ok()),
        received: row.received.unsigned_abs(),
        hasher: row.hasher,
        finished: row.finished,
        image_id: row.image_id,
        already_here: row.already_here,
        expires_at: row.expires_at,
    }))
}

pub async fn set_received(
    pool: &PgPool,
    id: Uuid,
    received: u64,
    hasher: &[u8],
    expires_at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update uploads set received = $2, hasher = $3, expires_at = $4 where id = $1",
        id,
        bytes(received),
        hasher,
        expires_at
    )
    .execute(pool)
    .await
    .map(|_| ())
}

pub async fn finish(
    pool: &PgPool,
    id: Uuid,
    image: Option<ImageId>,
    already_here: bool,
    expires_at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update uploads set finished = true, received = size, image_id = $2, already_here = $3, expires_at = $4 where id = $1",
        id,
        image.map(|image| image.0),
        already_here,
        expires_at
    )
    .execute(pool)
    .await
    .map(|_| ())
}

/// Whether there was one.
pub async fn delete(pool: &PgPool, id: Uuid) -> sqlx::Result<bool> {
    Ok(sqlx::query!("delete from uploads where id = $1", id).execute(pool).await?.rows_affected() > 0)
}

/// Whether it had expired.
pub async fn delete_expired(pool: &PgPool, id: Uuid) -> sqlx::Result<bool> {
    let deleted = sqlx::query!("delete from uploads where id = $1 and expires_at <= now()", id).execute(pool).await?;
    Ok(deleted.rows_affected() > 0)
}

/// Those of which more is to come.
pub async fn under_way(pool: &PgPool) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("select id from uploads where not finished and expires_at > now()").fetch_all(pool).await
}

pub async fn expired(pool: &PgPool) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("select id from uploads where expires_at <= now()").fetch_all(pool).await
}

/// In bytes, of all that is under way and expires after `after`.
pub async fn still_to_come(pool: &PgPool, after: OffsetDateTime) -> sqlx::Result<u64> {
    let sum = sqlx::query_scalar!(
        r#"select coalesce(sum(size - received), 0)::bigint as "sum!" from uploads where not finished and expires_at > $1"#,
        after
    );
    Ok(sum.fetch_one(pool).await?.unsigned_abs())
}

/// PostgreSQL's numbers have signs.
fn bytes(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
