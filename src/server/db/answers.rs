//! Answers that are given once for each key, and again to whoever asks again.

use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

pub struct Answer {
    pub request: String,
    /// Its status and body, once it was given.
    pub given: Option<(u16, Value)>,
}

/// None when it is this run's now to answer; otherwise what is known of it.
pub async fn claim(pool: &PgPool, key: &str, request: &str, run: Uuid) -> sqlx::Result<Option<Answer>> {
    let claimed = sqlx::query!(
        "insert into answers as a (key, request, run) values ($1, $2, $3)
         on conflict (key) do update set run = excluded.run, created_at = now()
         where a.request = excluded.request and a.status is null",
        key,
        request,
        run
    )
    .execute(pool)
    .await?;
    if claimed.rows_affected() > 0 {
        return Ok(None);
    }
    let row =
        sqlx::query!("select request, status, body from answers where key = $1", key).fetch_optional(pool).await?;
    Ok(row.map(|row| Answer {
        request: row.request,
        given: row.status.zip(row.body).map(|(status, body)| (status.unsigned_abs(), body)),
    }))
}

pub async fn give(pool: &PgPool, key: &str, status: u16, body: &Value) -> sqlx::Result<()> {
    let status = i16::try_from(status).unwrap_or(i16::MAX);
    sqlx::query!("update answers set status = $2, body = $3 where key = $1", key, status, body)
        .execute(pool)
        .await
        .map(|_| ())
}

/// It came to nothing, so it may be asked for again.
pub async fn release(pool: &PgPool, key: &str) -> sqlx::Result<()> {
    sqlx::query!("delete from answers where key = $1 and status is null", key).execute(pool).await.map(|_| ())
}

pub async fn forget_old(pool: &PgPool) -> sqlx::Result<()> {
    sqlx::query!("delete from answers where created_at < now() - interval '24 hours'").execute(pool).await.map(|_| ())
}
