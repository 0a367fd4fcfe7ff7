//! The feed's tables. Order and density are the work of `feed_seal` (migration 2); here it is called and read.

use sqlx::{PgConnection, PgPool, postgres::PgListener, types::Json};
use uuid::Uuid;

use crate::model::{Card, Change, Cursor, ImageId, Op, ProjectId};

/// Makes a new epoch when the numbers belong to another cluster, database or table: it was restored or replaced, and no old
/// cursor means anything in it.
pub async fn open_epoch(pool: &PgPool) -> sqlx::Result<()> {
    sqlx::query!(
        "update feed_meta set epoch = gen_random_uuid(), fingerprint = now_is.fingerprint
         from (select concat_ws('/', s.system_identifier, c.timeline_id, d.oid, 'feed_meta'::regclass::oid) as fingerprint
               from pg_control_system() s, pg_control_checkpoint() c, pg_database d where d.datname = current_database()) as now_is
         where feed_meta.fingerprint is distinct from now_is.fingerprint"
    )
    .execute(pool)
    .await
    .map(|_| ())
}

/// Numbers what has been committed, if there is anything.
pub async fn seal(pool: &PgPool) -> sqlx::Result<()> {
    let waiting =
        sqlx::query_scalar!(r#"select exists (select from feed_outbox) as "waiting!""#).fetch_one(pool).await?;
    if waiting {
        sqlx::query!("select feed_seal() as head").fetch_one(pool).await?;
    }
    Ok(())
}

/// Frees the place of what has been sealed. Every seal reads the whole outbox, and autovacuum comes once a minute at most.
pub async fn sweep(pool: &PgPool) -> sqlx::Result<()> {
    // to give the end of the table back it would lock out everybody who writes
    sqlx::query("vacuum (skip_locked, truncate false) feed_outbox").execute(pool).await.map(|_| ())
}

/// Drops what is older than 30 days. Who stands before it starts anew.
pub async fn prune(pool: &PgPool) -> sqlx::Result<()> {
    sqlx::query!("select feed_prune(interval '30 days') as floor").fetch_one(pool).await.map(|_| ())
}

/// Rings when some node has sealed. It may miss a stroke when its connection breaks, so nobody relies on it alone.
pub struct Bell(PgListener);

impl Bell {
    pub async fn listen(pool: &PgPool) -> sqlx::Result<Bell> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen("feed").await?;
        Ok(Bell(listener))
    }

    pub async fn rung(&mut self) -> sqlx::Result<()> {
        self.0.recv().await.map(|_| ())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub at: Cursor,
    pub floor: i64,
}

pub async fn head(tx: &mut PgConnection) -> sqlx::Result<Head> {
    let row = sqlx::query!("select epoch, head, floor from feed_meta").fetch_one(tx).await?;
    Ok(Head { at: Cursor { epoch: row.epoch, seq: row.head }, floor: row.floor })
}

pub async fn total(tx: &mut PgConnection, project: ProjectId) -> sqlx::Result<u32> {
    let total = sqlx::query_scalar!("select total from feed_totals where scope = $1 and kind = 'image'", project.0)
        .fetch_optional(tx)
        .await?;
    Ok(u32::try_from(total.unwrap_or(0)).unwrap_or(0))
}

/// What a stretch of the feed tells.
#[derive(Default)]
pub struct Told {
    pub changes: Vec<Change>,
    /// Whether anything happened to a saved view.
    pub of_views: bool,
}

struct Row {
    seq: i64,
    kind: String,
    entity: Uuid,
    rev: i64,
    op: String,
    card: Option<Json<Card>>,
}

impl From<Row> for Change {
    fn from(row: Row) -> Change {
        let op = match row.op.as_str() {
            "insert" => Op::Insert,
            "delete" => Op::Delete,
            _ => Op::Update,
        };
        let card = row.card.map(|Json(card)| card).filter(|_| op != Op::Delete);
        // the row may have gone on since; what is told is what is there
        let rev = card.as_ref().map_or(row.rev, |card| card.rev.max(row.rev));
        Change { seq: row.seq, id: ImageId(row.entity), rev, op, card }
    }
}

impl From<Vec<Row>> for Told {
    fn from(rows: Vec<Row>) -> Told {
        let of_views = rows.iter().any(|row| row.kind == "view");
        Told { changes: rows.into_iter().filter(|row| row.kind == "image").map(Change::from).collect(), of_views }
    }
}

/// Every change after `after`, up to and with `upto`.
pub async fn between(tx: &mut PgConnection, project: ProjectId, after: i64, upto: i64) -> sqlx::Result<Told> {
    let rows = sqlx::query_as!(
        Row,
        r#"select f.seq, f.kind, f.entity, f.rev, f.op, case when i.id is not null then image_card(i) end as "card: Json<Card>"
           from feed f left join images i on i.id = f.entity and i.removed_at is null
           where f.seq > $2 and f.seq <= $3 and f.scope = $1 order by f.seq"#,
        project.0,
        after,
        upto
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into())
}

/// The newest change of each image after `after`, up to and with `upto`, of `limit` images at most.
pub async fn newest_between(
    tx: &mut PgConnection,
    project: ProjectId,
    after: i64,
    upto: i64,
    limit: i64,
) -> sqlx::Result<Told> {
    let rows = sqlx::query_as!(
        Row,
        r#"select f.seq as "seq!", f.kind as "kind!", f.entity as "entity!", f.rev as "rev!", f.op as "op!",
                  case when i.id is not null then image_card(i) end as "card: Json<Card>"
           from (select distinct on (entity) seq, kind, entity, rev, op from feed
                 where seq > $2 and seq <= $3 and scope = $1 and kind = 'image'
                 order by entity, seq desc limit $4) as f
           left join images i on i.id = f.entity and i.removed_at is null
           order by f.seq"#,
        project.0,
        after,
        upto,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    let of_views = sqlx::query_scalar!(
        r#"select exists (select from feed where seq > $2 and seq <= $3 and scope = $1 and kind = 'view') as "of_views!""#,
        project.0,
        after,
        upto
    );
    Ok(Told { of_views: of_views.fetch_one(tx).await?, ..Told::from(rows) })
}
