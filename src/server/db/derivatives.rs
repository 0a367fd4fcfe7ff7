//! Derivatives: what was made of a content. The bytes lie in the store, this is what is known of them.

use sqlx::{PgConnection, PgPool};

use super::edge;
use crate::imaging::Encoded;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Thumbnail,
    Preview,
    /// Every pixel, of what browsers cannot show themselves.
    Full,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Thumbnail => "thumbnail",
            Kind::Preview => "preview",
            Kind::Full => "full",
        }
    }

    pub fn mime(self) -> &'static str {
        match self {
            Kind::Thumbnail => "image/webp",
            Kind::Preview | Kind::Full => "image/jpeg",
        }
    }
}

pub async fn put(tx: &mut PgConnection, hash: &[u8], kind: Kind, made: &Encoded) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into derivatives (hash, kind, mime, width, height, size) values ($1, $2, $3, $4, $5, $6)
         on conflict (hash, kind) do nothing",
        hash,
        kind.name(),
        made.mime,
        edge(made.width),
        edge(made.height),
        i64::try_from(made.bytes.len()).unwrap_or(i64::MAX),
    )
    .execute(tx)
    .await
    .map(|_| ())
}

/// Whether it was ever made.
pub async fn is_known(pool: &PgPool, hash: &[u8], kind: Kind) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from derivatives where hash = $1 and kind = $2) as "is_known!""#,
        hash,
        kind.name()
    )
    .fetch_one(pool)
    .await
}
