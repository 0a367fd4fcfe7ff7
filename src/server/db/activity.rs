//! Activity: what happened, for people.

use sqlx::PgConnection;
use uuid::Uuid;

pub use crate::model::EventKind as Kind;
use crate::model::ImageId;

/// With the images' names and hashes of that moment: later ones would tell another story. The hash is of what the file
/// held then, which is not always what the record is of.
pub async fn record(tx: &mut PgConnection, kind: Kind, images: &[ImageId]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = images.iter().map(|id| id.0).collect();
    sqlx::query!(
        "insert into activity (project_id, kind, image_id, detail)
         select i.project_id, $1, i.id,
                jsonb_build_object('name', i.name, 'hash', encode(coalesce(i.found_hash, i.hash), 'hex'), 'reason', i.reason)
         from images i where i.id = any($2) order by i.id",
        kind.name(),
        &ids
    )
    .execute(tx)
    .await
    .map(|_| ())
}

/// One thing that happened to an image.
pub struct Row {
    pub at_ms: i64,
    pub kind: Kind,
    pub who: Option<String>,
    pub name: Option<String>,
    pub hash: Option<String>,
    pub reason: Option<String>,
}

/// The newest first. Of an image that was removed nothing is told.
pub async fn of_image(tx: &mut PgConnection, id: ImageId, limit: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select (extract(epoch from a.at) * 1000)::bigint as "at_ms!", a.kind as "kind: Kind", a.who,
                  a.detail ->> 'name' as name, a.detail ->> 'hash' as hash, a.detail ->> 'reason' as reason
           from activity a join images i on i.id = a.image_id
           where a.image_id = $1 and i.removed_at is null
           order by a.id desc limit $2"#,
        id.0,
        limit
    )
    .fetch_all(tx)
    .await
}
