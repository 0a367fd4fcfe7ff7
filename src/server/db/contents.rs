//! Contents: what came of developing them, whoever has them.

use std::collections::HashMap;

use sqlx::{PgConnection, PgPool};

use super::{edge, size};
use crate::model::State;

#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    pub state: State,
    pub reason: Option<String>,
    /// As a person sees it.
    pub size: Option<(u32, u32)>,
    /// There exactly when there are derivatives.
    pub thumbhash: Option<Vec<u8>>,
    /// This machine could not, which says nothing of the content.
    pub beyond_machine: bool,
}

/// What is found stays as it is until the transaction ends, so that nobody puts an outdated judgement on an image.
pub async fn find(tx: &mut PgConnection, hash: &[u8]) -> sqlx::Result<Option<Judgement>> {
    Ok(find_all(tx, &[hash.to_vec()]).await?.into_values().next())
}

pub async fn find_all(tx: &mut PgConnection, hashes: &[Vec<u8>]) -> sqlx::Result<HashMap<Vec<u8>, Judgement>> {
    let rows = sqlx::query!(
        r#"select hash, state as "state: State", reason, width, height, thumbhash, beyond_machine
           from contents where hash = any($1) order by hash for share"#,
        hashes
    )
    .fetch_all(tx)
    .await?;
    let judged = rows.into_iter().map(|row| {
        let judgement = Judgement {
            state: row.state,
            reason: row.reason,
            size: size(row.width, row.height),
            thumbhash: row.thumbhash,
            beyond_machine: row.beyond_machine,
        };
        (row.hash, judgement)
    });
    Ok(judged.collect())
}

/// The newest judgement is the one that holds.
pub async fn put(
    tx: &mut PgConnection,
    hash: &[u8],
    mime: &str,
    judgement: &Judgement,
    crc32: Option<u32>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into contents (hash, mime, state, reason, width, height, thumbhash, beyond_machine, crc32)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (hash) do update set
             mime = excluded.mime, state = excluded.state, reason = excluded.reason, width = excluded.width,
             height = excluded.height, thumbhash = excluded.thumbhash, beyond_machine = excluded.beyond_machine,
             crc32 = coalesce(excluded.crc32, contents.crc32)",
        hash,
        mime,
        judgement.state.name(),
        judgement.reason,
        judgement.size.map(|size| edge(size.0)),
        judgement.size.map(|size| edge(size.1)),
        judgement.thumbhash,
        judgement.beyond_machine,
        crc32.map(u32::cast_signed),
    )
    .execute(tx)
    .await
    .map(|_| ())
}

/// What a machine could not develop, as far as that depends on the machine.
pub struct Beyond {
    pub hash: Vec<u8>,
    pub mime: String,
    /// Of the file.
    pub bytes: i64,
    pub size: Option<(u32, u32)>,
}

pub async fn beyond_machine(pool: &PgPool) -> sqlx::Result<Vec<Beyond>> {
    let rows = sqlx::query!(
        r#"select c.hash, c.mime, c.width, c.height, i.size as bytes
           from contents c join lateral (select size from images where hash = c.hash and removed_at is null limit 1) as i on true
           where c.beyond_machine"#
    )
    .fetch_all(pool)
    .await?;
    let beyond = rows.into_iter().map(|row| Beyond {
        hash: row.hash,
        mime: row.mime,
        bytes: row.bytes,
        size: size(row.width, row.height),
    });
    Ok(beyond.collect())
}

/// It is asked anew what comes of developing it, unless something could be seen of it.
pub async fn forget_undecoded(tx: &mut PgConnection, hash: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("delete from contents where hash = $1 and state = 'unsupported'", hash).execute(tx).await.map(|_| ())
}

/// For archives.
pub async fn set_crc32(pool: &PgPool, hash: &[u8], crc32: u32) -> sqlx::Result<()> {
    sqlx::query!("update contents set crc32 = $2 where hash = $1 and crc32 is null", hash, crc32.cast_signed())
        .execute(pool)
        .await
        .map(|_| ())
}
