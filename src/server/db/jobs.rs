//! Jobs: what is still to be done to a content, and who is at it. A job that is done is deleted.

use std::time::Duration;

use sqlx::{PgConnection, PgPool, postgres::types::PgInterval};
use uuid::Uuid;

use crate::model::{FolderId, ImageId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The verdict, the thumbnail and the preview.
    Develop,
    /// Every pixel as a JPEG.
    Full,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Develop => "develop",
            Kind::Full => "full",
        }
    }

    fn of(name: &str) -> Kind {
        if name == "full" { Kind::Full } else { Kind::Develop }
    }
}

/// What goes before what, where nobody is looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Found by a scan: it was there before, and nobody waits for it.
    Backlog = 0,
    Arrival = 1,
}

pub struct Job {
    pub id: i64,
    pub kind: Kind,
    /// Of the content.
    pub hash: Vec<u8>,
    /// With the one that begins now.
    pub attempts: i16,
    /// Whoever was at it last was never heard of again.
    pub fell_silent: bool,
}

/// Also for content that failed before: it came again. Locks the job, so whoever does it waits until what asks for it is
/// committed; taken before any lock on an image.
pub async fn queue(tx: &mut PgConnection, kind: Kind, hash: &[u8], priority: Priority) -> sqlx::Result<()> {
    queue_all(tx, kind, vec![hex::encode(hash)], priority).await
}

/// By their keys, hashes in hex, in whose order they are locked, so that two who queue the same do not wait for each other.
pub async fn queue_all(
    tx: &mut PgConnection,
    kind: Kind,
    mut keys: Vec<String>,
    priority: Priority,
) -> sqlx::Result<()> {
    keys.sort_unstable();
    keys.dedup();
    sqlx::query!(
        "insert into jobs (kind, key, priority) select $1, key, $3 from unnest($2::text[]) as key
         on conflict (kind, key) do update set
             priority = greatest(jobs.priority, excluded.priority),
             attempts = case when jobs.dead then 0 else jobs.attempts end,
             error = case when jobs.dead then null else jobs.error end,
             run_at = case when jobs.dead then now() else jobs.run_at end,
             dead = false",
        kind.name(),
        &keys,
        priority as i16,
    )
    .execute(tx)
    .await
    .map(|_| ())
}

/// Somebody waits for it.
pub async fn look_at(tx: &mut PgConnection, kind: Kind, hash: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("update jobs set looked_at = now() where kind = $1 and key = $2", kind.name(), hex::encode(hash))
        .execute(tx)
        .await
        .map(|_| ())
}

/// Somebody sees that these are not developed yet. Says whether any is.
pub async fn look_at_images(pool: &PgPool, ids: &[ImageId]) -> sqlx::Result<bool> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query!(
        "insert into jobs (kind, key)
         select distinct 'develop', encode(hash, 'hex') as key from images
         where id = any($1) and state = 'pending' and hash is not null and removed_at is null
         order by key
         on conflict (kind, key) do nothing",
        &ids
    )
    .execute(pool)
    .await?;
    let done = sqlx::query!(
        "update jobs set looked_at = now() where id in (
             select id from jobs
             where kind = 'develop' and not dead
               and key in (select encode(hash, 'hex') from images where id = any($1) and state = 'pending')
             -- another who looks, or is at it, has moved it already
             for update skip locked)",
        &ids
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes what is due, as many as can begin now, for as long as the lease lasts; what fell silent counts as due, but for what
/// the owner is at himself.
pub async fn claim(
    pool: &PgPool,
    owner: Uuid,
    under_way: &[i64],
    limit: usize,
    lease: Duration,
) -> sqlx::Result<Vec<Job>> {
    let rows = sqlx::query!(
        r#"with due as (
               select id, attempts > 0 and error is null as fell_silent from jobs
               where not dead and kind in ('develop', 'full') and run_at <= now()
                 and (leased_until is null or leased_until < now()) and id <> all($2)
               order by looked_at desc nulls last, priority desc, run_at
               limit $3
               for update skip locked
           )
           update jobs j set lease_owner = $1, leased_until = now() + $4, attempts = attempts + 1, error = null
           from due where j.id = due.id
           returning j.id, j.kind, j.key, j.attempts, due.fell_silent as "fell_silent!""#,
        owner,
        under_way,
        i64::try_from(limit).unwrap_or(i64::MAX),
        interval(lease),
    )
    .fetch_all(pool)
    .await?;
    let job = |id, kind: &str, key: &str, attempts, fell_silent| Job {
        id,
        kind: Kind::of(kind),
        hash: hex::decode(key).unwrap_or_default(),
        attempts,
        fell_silent,
    };
    Ok(rows.into_iter().map(|row| job(row.id, &row.kind, &row.key, row.attempts, row.fell_silent)).collect())
}

/// How many are due that somebody looks at or waits for; none are counted beyond `limit`. They are claimed before all others.
pub async fn count_wanted(pool: &PgPool, limit: usize) -> sqlx::Result<usize> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
               select from jobs where not dead and (looked_at is not null or priority > 0) and run_at <= now()
                 and (leased_until is null or leased_until < now())
               limit $1) as wanted"#,
        i64::try_from(limit).unwrap_or(i64::MAX)
    )
    .fetch_one(pool)
    .await?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Whoever is at a job says so now and then; else it is another's.
pub async fn heartbeat(pool: &PgPool, owner: Uuid, under_way: &[i64], lease: Duration) -> sqlx::Result<()> {
    sqlx::query!(
        "update jobs set leased_until = now() + $3 where id = any($2) and lease_owner = $1",
        owner,
        under_way,
        interval(lease)
    )
    .execute(pool)
    .await
    .map(|_| ())
}

/// False when it is another's by now, who will say what came of it.
pub async fn finish(tx: &mut PgConnection, job: i64, owner: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from jobs where id = $1 and lease_owner = $2", job, owner).execute(tx).await?;
    Ok(done.rows_affected() > 0)
}

/// The attempt does not count. `error` is what it was broken off for, without which nothing is known of it still. It goes back
/// in the line, whoever looks at it.
pub async fn give_back(pool: &PgPool, job: i64, owner: Uuid, error: Option<&str>, after: Duration) -> sqlx::Result<()> {
    sqlx::query!(
        "update jobs set lease_owner = null, leased_until = null, looked_at = null, attempts = attempts - 1, error = $3,
             run_at = now() + $4
         where id = $1 and lease_owner = $2",
        job,
        owner,
        error,
        interval(after),
    )
    .execute(pool)
    .await
    .map(|_| ())
}

/// Nobody waits for it: what it is of is queued again when it can be done. False where somebody does.
pub async fn let_go(pool: &PgPool, job: i64, owner: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from jobs where id = $1 and lease_owner = $2 and kind = 'develop' and priority = 0 and looked_at is null",
        job,
        owner
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The attempt counts.
pub async fn retry(pool: &PgPool, job: i64, owner: Uuid, error: &str, after: Duration) -> sqlx::Result<()> {
    sqlx::query!(
        "update jobs set lease_owner = null, leased_until = null, looked_at = null, error = $3, run_at = now() + $4
         where id = $1 and lease_owner = $2",
        job,
        owner,
        error,
        interval(after),
    )
    .execute(pool)
    .await
    .map(|_| ())
}

/// It is not tried again until somebody asks, and stays to say why. False when it is another's by now.
pub async fn bury(tx: &mut PgConnection, job: i64, owner: Uuid, error: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update jobs set dead = true, lease_owner = null, leased_until = null, looked_at = null, error = $3
         where id = $1 and lease_owner = $2",
        job,
        owner,
        error,
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What became of a job.
pub enum Fate {
    /// It waits for its turn, or somebody is at it.
    Waiting,
    Done,
    /// With the reason.
    GivenUp(String),
}

pub async fn fate(pool: &PgPool, kind: Kind, hash: &[u8]) -> sqlx::Result<Fate> {
    let row = sqlx::query!("select dead, error from jobs where kind = $1 and key = $2", kind.name(), hex::encode(hash))
        .fetch_optional(pool)
        .await?;
    Ok(match row {
        None => Fate::Done,
        Some(row) if row.dead => Fate::GivenUp(row.error.unwrap_or_default()),
        Some(_) => Fate::Waiting,
    })
}

/// What was given up is tried anew with each start, for the reason may have gone; but for what brought servers down, which
/// made more attempts than others may.
pub async fn revive(tx: &mut PgConnection, attempts_max: i16) -> sqlx::Result<()> {
    sqlx::query!(
        "with revived as (
             update jobs set dead = false, attempts = 0, error = null, run_at = now()
             where dead and kind = 'develop' and attempts <= $1 returning key)
         update images set state = 'pending', reason = null
         from revived where hash = decode(key, 'hex') and state = 'failed' and removed_at is null",
        attempts_max
    )
    .execute(&mut *tx)
    .await?;
    // whoever wants it asks again
    sqlx::query!("delete from jobs where dead and kind = 'full'").execute(tx).await.map(|_| ())
}

/// Queues pictures that wait without a job, the newest first, at most so many, and none of folders that are away. Says how many
/// it found.
pub async fn queue_waiting(pool: &PgPool, limit: i64, away: &[FolderId]) -> sqlx::Result<u64> {
    let away: Vec<Uuid> = away.iter().map(|folder| folder.0).collect();
    let done = sqlx::query!(
        "with waiting as (
             select id, encode(hash, 'hex') as key from images i
             where state = 'pending' and removed_at is null and hash is not null and folder_id <> all($2)
               and not exists (select from jobs where kind = 'develop' and key = encode(i.hash, 'hex') and not dead)
             order by id desc limit $1
         ), ranked as (
             select key, row_number() over (order by max(id::text) desc) as rank from waiting group by key
         )
         insert into jobs (kind, key, run_at)
         -- all are due; which are first is told by a little time
         select 'develop', key, now() - interval '1 s' + rank * interval '1 us' from ranked order by key
         on conflict (kind, key) do update set attempts = 0, error = null, run_at = now(), dead = false where jobs.dead",
        limit,
        &away
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

fn interval(duration: Duration) -> PgInterval {
    PgInterval { months: 0, days: 0, microseconds: i64::try_from(duration.as_micros()).unwrap_or(i64::MAX) }
}
