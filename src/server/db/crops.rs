//! Crops: what a picture is a piece of, and what a file that is not taken in yet is going to be.

use serde_json::Value;
use sqlx::{PgConnection, PgPool, types::Json};
use uuid::Uuid;

use crate::{
    model::{Card, ImageId, Origin, Region},
    server::reconcile::Hash,
};

/// Pieces of a picture that there are.
pub async fn count(pool: &PgPool, of: ImageId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from images where parent_id = $1 and removed_at is null"#, of.0)
        .fetch_one(pool)
        .await
}

/// The newest ones, and how many there are.
pub struct Pieces {
    pub cards: Vec<Card>,
    pub total: i64,
}

pub async fn pieces(tx: &mut PgConnection, of: ImageId, limit: i64) -> sqlx::Result<Pieces> {
    let rows = sqlx::query!(
        r#"select image_card(i) as "card!: Json<Card>", count(*) over () as "total!"
           from images i where parent_id = $1 and removed_at is null order by id desc limit $2"#,
        of.0,
        limit
    )
    .fetch_all(tx)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    Ok(Pieces { cards: rows.into_iter().map(|row| row.card.0).collect(), total })
}

pub async fn origin(tx: &mut PgConnection, of: ImageId) -> sqlx::Result<Option<Origin>> {
    let row = sqlx::query!(
        r#"select image_card(p) as "card!: Json<Card>", i.recipe -> 'crop' as "region: Json<Region>", i.parent_changed as "changed!"
           from images i join images p on p.id = i.parent_id
           where i.id = $1 and p.removed_at is null"#,
        of.0
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| Origin { card: row.card.0, region: row.region.map(|region| region.0), changed: row.changed }))
}

/// A file that holds a piece is about to be written.
pub struct Intention<'a> {
    /// The piece's own.
    pub hash: &'a Hash,
    pub of: ImageId,
    /// Of the picture that it was cut from.
    pub of_hash: &'a Hash,
    pub recipe: &'a Value,
}

pub async fn intend(pool: &PgPool, intention: Intention<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into jobs (kind, key, payload)
         values ('crop', $1, jsonb_build_object('parent', $2::uuid, 'parent_hash', $3::text, 'recipe', $4::jsonb))
         on conflict (kind, key) do update set payload = excluded.payload, created_at = now()",
        hex::encode(intention.hash),
        intention.of.0,
        hex::encode(intention.of_hash),
        intention.recipe
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
                parent_id = (select p.id from images p where p.id = (payload ->> 'parent')::uuid),
                -- who announced it before migration 7 noted none
                parent_hash = coalesce(decode(payload ->> 'parent_hash', 'hex'),
                                       (select p.hash from images p where p.id = (payload ->> 'parent')::uuid))
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
