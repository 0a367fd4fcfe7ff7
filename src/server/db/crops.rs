//! Crops: what a picture is a piece of, and what a file that is not taken in yet is going to be.

use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::model::ImageId;

/// Pieces of a picture that there are.
pub async fn count(pool: &PgPool, of: ImageId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from images where parent_id = $1 and removed_at is null"#, of.0)
        .fetch_one(pool)
        .await
}

/// A file of this content is about to be written.
pub async fn intend(pool: &PgPool, hash: &[u8; 32], of: ImageId, recipe: &Value) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into jobs (kind, key, payload) values ('crop', $1, jsonb_build_object('parent', $2::uuid, 'recipe', $3::jsonb))
         on conflict (kind, key) do update set payload = excluded.payload, created_at = now()",
        hex::encode(hash),
        of.0,
        recipe
    )
    .execute(pool)
    .await
    .map(|_| ())
}

/// Makes the links of files that were just taken in, as far as their contents were announced. Each is an image and the hash
/// of its content.
pub async fn fulfil(tx: &mut PgConnection, taken_in: &[(ImageId, [u8; 32])]) -> sqlx::Result<()> {
    let is_any = sqlx::query_scalar!(r#"select exists (select from jobs where kind = 'crop') as "is_any!""#);
    if !is_any.fetch_one(&mut *tx).await? {
        return Ok(());
    }
    let ids: Vec<Uuid> = taken_in.iter().map(|(id, _)| id.0).collect();
    let keys: Vec<String> = taken_in.iter().map(|(_, hash)| hex::encode(hash)).collect();
    sqlx::query!(
        "with announced as (delete from jobs where kind = 'crop' and key = any($2) returning key, payload)
         update images set recipe = payload -> 'recipe',
                -- it may have been removed meanwhile
                parent_id = (select p.id from images p where p.id = (payload ->> 'parent')::uuid)
         from announced join unnest($1::uuid[], $2::text[]) as taken (id, hash) on taken.hash = announced.key
         where images.id = taken.id",
        &ids,
        &keys
    )
    .execute(tx)
    .await
    .map(|_| ())
}

pub async fn forget(pool: &PgPool, hash: &[u8; 32]) -> sqlx::Result<()> {
    sqlx::query!("delete from jobs where kind = 'crop' and key = $1", hex::encode(hash)).execute(pool).await.map(|_| ())
}
