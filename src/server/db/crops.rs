//! Crops: what a picture is a piece of, and what a file that is not taken in yet is going to be.

use serde_json::Value;
use sqlx::{PgConnection, PgPool};

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

/// Makes the link of a file that was just taken in, if its content was announced.
pub async fn fulfil(tx: &mut PgConnection, hash: &[u8; 32], id: ImageId) -> sqlx::Result<()> {
    sqlx::query!(
        "with announced as (delete from jobs where kind = 'crop' and key = $1 returning payload)
         update images set recipe = payload -> 'recipe',
                -- it may have been removed meanwhile
                parent_id = (select p.id from images p where p.id = (payload ->> 'parent')::uuid)
         from announced where images.id = $2",
        hex::encode(hash),
        id.0
    )
    .execute(tx)
    .await
    .map(|_| ())
}

pub async fn forget(pool: &PgPool, hash: &[u8; 32]) -> sqlx::Result<()> {
    sqlx::query!("delete from jobs where kind = 'crop' and key = $1", hex::encode(hash)).execute(pool).await.map(|_| ())
}
