//! Pictures that are looked for: which, in which order, how many. The only queries that are put together at run time.
//! Each is planned for what it asks, never for what another one asked.

mod sides;

pub use sides::Side;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, types::Json};
use uuid::Uuid;

use super::{
    images::{Neighbours, RestRow},
    spans::{Span, Time, first_id},
};
use crate::model::{By, Card, Flag, ImageId, ProjectId, Query, Shape, Sort, Zone, query::Named, zone::QUARTERS_OF_DAY};

/// A query whose words are known to be written as they are kept.
pub struct Search {
    pub project: ProjectId,
    pub query: Query,
    /// Whose days are counted.
    pub zone: Zone,
    /// As PostgreSQL writes it; empty where no words are looked for.
    pub words: String,
}

/// Where to begin to read, so that a place far down is not walked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    pub edge: Edge,
    /// So many of what follows are passed over.
    pub over: i64,
    pub reach: Reach,
}

impl Start {
    pub const TOP: Start = Start { edge: Edge::Top, over: 0, reach: Reach::All };
}

/// How to come to what is found. PostgreSQL knows how many there are of a word, not where: it walks along the order until it has met
/// enough, which may be past almost all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    All,
    /// They are few, so all of them are found before they are put in order.
    Few,
    /// Only so many of the order's first rows are looked at.
    First(i64),
}

/// What lies before it in the order is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edge {
    Top,
    /// A day of the order's time.
    Span(i64),
    Row(Place),
}

/// What the order compares, and how a text of it is read back.
fn key(by: By) -> (&'static str, &'static str) {
    match by {
        // an id is drawn when its picture is added
        By::Added => ("image_id", "uuid"),
        By::Taken => ("clock", "timestamp"),
        By::Name => ("name_key", "text"),
        By::Size => ("size", "bigint"),
        By::Rating => ("rating", "smallint"),
    }
}

/// The time that an order follows.
pub fn time(by: By) -> Option<Time> {
    match by {
        By::Added => Some(Time::Added),
        By::Taken => Some(Time::Taken),
        By::Name | By::Size | By::Rating => None,
    }
}

fn direction(sort: Sort) -> &'static str {
    if sort.ascends() { "asc" } else { "desc" }
}

/// What stands further down: `(key, image_id) < ` or `>`.
fn after(sort: Sort) -> &'static str {
    if sort.ascends() { ">" } else { "<" }
}

impl Search {
    /// The day that a row is in.
    fn span(&self, by: Time) -> String {
        match by {
            Time::Added => format!("((quarter + {}) / {QUARTERS_OF_DAY})::bigint", self.zone.ahead()),
            Time::Taken => "(clock::date - date '1970-01-01')::bigint".to_owned(),
        }
    }

    /// `leaving_out` a side tells what there would be if nothing were said about it.
    fn push_where(&self, sql: &mut QueryBuilder<Postgres>, leaving_out: Option<Side>) {
        sql.push(" from finds where project_id = ").push_bind(self.project.0);
        self.push_asked(sql, leaving_out);
    }

    fn push_asked(&self, sql: &mut QueryBuilder<Postgres>, leaving_out: Option<Side>) {
        let query = &self.query;
        let asks = |side: Side| self.asks_of(side) && leaving_out != Some(side);
        if !self.words.is_empty() {
            sql.push(" and words @@ ").push_bind(self.words.clone()).push("::tsquery");
        }
        if asks(Side::Type) {
            sql.push(" and type = any(").push_bind(query.types.clone()).push(")");
        }
        if asks(Side::State) {
            let states: Vec<&str> = query.states.iter().map(|state| state.name()).collect();
            sql.push(" and state = any(").push_bind(states).push(")");
        }
        if let Some(stars) = query.rating.filter(|_| asks(Side::Rating)) {
            sql.push(" and rating >= ").push_bind(i16::from(stars));
        }
        if asks(Side::Flag) {
            let flags: Vec<&str> = query.flags.iter().map(|flag| Flag::name(*flag)).collect();
            sql.push(" and coalesce(flag, 'none') = any(").push_bind(flags).push(")");
        }
        if asks(Side::Label) {
            sql.push(" and label = any(").push_bind(query.labels.clone()).push(")");
        }
        if !query.tags.is_empty() {
            sql.push(" and tags @> ").push_bind(query.tags.clone());
        }
        if asks(Side::Camera) {
            sql.push(" and camera = any(").push_bind(query.cameras.clone()).push(")");
        }
        if asks(Side::Lens) {
            sql.push(" and lens = any(").push_bind(query.lenses.clone()).push(")");
        }
        if asks(Side::Shape) {
            let shapes: Vec<&str> = query.shapes.iter().map(|shape| Shape::name(*shape)).collect();
            sql.push(" and shape = any(").push_bind(shapes).push(")");
        }
        if asks(Side::Folder) {
            let folders: Vec<Uuid> = query.folders.iter().map(|id| id.0).collect();
            sql.push(" and folder_id = any(").push_bind(folders).push(")");
        }
        if let Some(parent) = query.crops_of {
            sql.push(" and parent_id = ").push_bind(parent.0);
        }
        if let Some(day) = query.from {
            sql.push(" and clock >= ").push_bind(day.to_string()).push("::date");
        }
        if let Some(day) = query.to {
            sql.push(" and clock < ").push_bind(day.to_string()).push("::date + 1");
        }
    }

    fn push_order(&self, sql: &mut QueryBuilder<Postgres>) {
        push_order(sql, self.query.sort);
    }

    pub async fn count(&self, tx: &mut PgConnection) -> sqlx::Result<u32> {
        let mut sql = QueryBuilder::new("select count(*)");
        self.push_where(&mut sql, None);
        let count: i64 = sql.build_query_scalar().persistent(false).fetch_one(tx).await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Only what the order has from that span on.
    fn push_from(&self, sql: &mut QueryBuilder<Postgres>, span: i64) {
        let sort = self.query.sort;
        let edge = if sort.ascends() { span } else { span + 1 };
        match time(sort.by) {
            Some(Time::Added) => {
                sql.push(if sort.ascends() { " and image_id >= " } else { " and image_id < " });
                sql.push_bind(first_id(self.zone.begin_ms(edge)).0);
            }
            Some(Time::Taken) => {
                sql.push(if sort.ascends() { " and clock >= " } else { " and clock < " });
                sql.push("date '1970-01-01' + ").push_bind(edge).push("::int");
            }
            None => {}
        }
    }

    /// How many there are of each day, earliest first.
    pub async fn spans(&self, tx: &mut PgConnection, by: Time) -> sqlx::Result<Vec<Span>> {
        let mut sql = QueryBuilder::new(format!(
            "select span, total, ratio, total as known from (select {} as span, count(*) as total, sum(ratio) as ratio",
            self.span(by)
        ));
        self.push_where(&mut sql, None);
        sql.push(" group by 1) as found order by span");
        sql.build_query_as().persistent(false).fetch_all(tx).await
    }

    /// The same of so many that stand there.
    pub async fn spans_of_stretch(
        &self,
        tx: &mut PgConnection,
        by: Time,
        start: Start,
        count: i64,
    ) -> sqlx::Result<Vec<Span>> {
        let mut sql = QueryBuilder::new(format!(
            "select span, count(*) as total, sum(ratio) as ratio, count(*) as known from (select {} as span, ratio",
            self.span(by)
        ));
        self.push_stretch(&mut sql, start, count);
        sql.push(") as first group by span order by span");
        sql.build_query_as().persistent(false).fetch_all(tx).await
    }

    /// What stands at every so manieth place, from the first on.
    pub async fn landmarks(&self, tx: &mut PgConnection, every: i64) -> sqlx::Result<Vec<Place>> {
        let mut sql = QueryBuilder::new(format!(
            "select image_id as id, key::text as key from (select image_id, {} as key, row_number() over (",
            key(self.query.sort.by).0
        ));
        self.push_order(&mut sql);
        sql.push(") as place");
        self.push_where(&mut sql, None);
        sql.push(") as placed where place % ").push_bind(every).push(" = 1 order by place");
        sql.build_query_as().persistent(false).fetch_all(tx).await
    }

    /// The ids are found in the narrow rows alone; only the images that are shown are read.
    pub async fn window(&self, tx: &mut PgConnection, start: Start, count: i64) -> sqlx::Result<Vec<Card>> {
        let mut sql = QueryBuilder::new("select image_card(i) from (select image_id, row_number() over (");
        self.push_order(&mut sql);
        sql.push(") as place");
        self.push_stretch(&mut sql, start, count);
        sql.push(
            ") as wanted join images i on i.id = wanted.image_id where i.removed_at is null order by wanted.place",
        );
        let cards: Vec<Json<Card>> = sql.build_query_scalar().persistent(false).fetch_all(tx).await?;
        Ok(cards.into_iter().map(|Json(card)| card).collect())
    }

    pub async fn ids(&self, tx: &mut PgConnection, start: Start, count: i64) -> sqlx::Result<Vec<ImageId>> {
        let mut sql = QueryBuilder::new("select image_id");
        self.push_stretch(&mut sql, start, count);
        sql.build_query_scalar().persistent(false).fetch_all(tx).await
    }

    fn push_stretch(&self, sql: &mut QueryBuilder<Postgres>, start: Start, count: i64) {
        match start.reach {
            Reach::All => {
                self.push_where(sql, None);
                self.push_edge(sql, start.edge);
            }
            Reach::Few => {
                sql.push(" from (select *");
                self.push_where(sql, None);
                self.push_edge(sql, start.edge);
                // nothing is planned across this
                sql.push(" offset 0) as finds");
            }
            Reach::First(rows) => {
                sql.push(" from (select * from finds where project_id = ").push_bind(self.project.0);
                self.push_edge(sql, start.edge);
                self.push_order(sql);
                sql.push(" limit ").push_bind(rows).push(") as finds where true");
                self.push_asked(sql, None);
            }
        }
        self.push_order(sql);
        sql.push(" offset ").push_bind(start.over).push(" limit ").push_bind(count);
    }

    fn push_edge(&self, sql: &mut QueryBuilder<Postgres>, edge: Edge) {
        match edge {
            Edge::Top => {}
            Edge::Span(span) => self.push_from(sql, span),
            Edge::Row(row) => {
                let (key, kind) = key(self.query.sort.by);
                sql.push(format!(" and ({key}, image_id) {}= (", after(self.query.sort)));
                sql.push_bind(row.key).push(format!("::{kind}, ")).push_bind(row.id.0).push(")");
            }
        }
    }

    /// Those beside a picture in this order. None when it is not among them.
    pub async fn neighbours(&self, tx: &mut PgConnection, id: ImageId) -> sqlx::Result<Option<Neighbours>> {
        let mut among = QueryBuilder::new("select count(*)");
        self.push_where(&mut among, None);
        among.push(" and image_id = ").push_bind(id.0);
        if among.build_query_scalar::<i64>().persistent(false).fetch_one(&mut *tx).await? == 0 {
            return Ok(None);
        }
        let sort = self.query.sort;
        let newer = self.next_to(tx, id, sort.turned()).await?;
        let older = self.next_to(tx, id, sort).await?;
        Ok(Some(Neighbours { newer, older }))
    }

    /// How many stand before a picture, from an edge on that is before it too.
    pub async fn ahead(&self, tx: &mut PgConnection, edge: Edge, id: ImageId) -> sqlx::Result<i64> {
        let mut sql = QueryBuilder::new("select count(*)");
        self.push_where(&mut sql, None);
        self.push_edge(&mut sql, edge);
        push_beyond(&mut sql, self.query.sort.turned(), id);
        sql.build_query_scalar().persistent(false).fetch_one(tx).await
    }

    /// Which of these rows of the order is the last that does not stand after a picture.
    pub async fn last_before(&self, tx: &mut PgConnection, rows: &[Place], id: ImageId) -> sqlx::Result<Option<i64>> {
        let (key, kind) = key(self.query.sort.by);
        let (ids, keys): (Vec<Uuid>, Vec<String>) = rows.iter().map(|row| (row.id.0, row.key.clone())).unzip();
        let mut sql = QueryBuilder::new("select max(number) - 1 from unnest(");
        sql.push_bind(ids).push(", ").push_bind(keys).push(format!(
            "::text[]) with ordinality as row (id, key, number), finds where (finds.{key}, finds.image_id) {}= (row.key::{kind}, row.id) and image_id = ",
            after(self.query.sort)
        ));
        sql.push_bind(id.0);
        sql.build_query_scalar().persistent(false).fetch_one(tx).await
    }

    /// The day of the order's time that a picture is in.
    pub async fn span_of(&self, tx: &mut PgConnection, by: Time, id: ImageId) -> sqlx::Result<Option<i64>> {
        let mut sql = QueryBuilder::new(format!("select {} from finds where image_id = ", self.span(by)));
        sql.push_bind(id.0);
        sql.build_query_scalar().persistent(false).fetch_optional(tx).await
    }

    async fn next_to(&self, tx: &mut PgConnection, id: ImageId, sort: Sort) -> sqlx::Result<Option<ImageId>> {
        let mut sql = QueryBuilder::new("select image_id");
        self.push_where(&mut sql, None);
        push_beyond(&mut sql, sort, id);
        push_order(&mut sql, sort);
        sql.push(" limit 1");
        sql.build_query_scalar().persistent(false).fetch_optional(tx).await
    }

    /// A page for programs, each row with its place in the order.
    pub async fn rest_rows(
        &self,
        tx: &mut PgConnection,
        below: Option<&Place>,
        limit: i64,
    ) -> sqlx::Result<Vec<(FoundRow, Place)>> {
        let sort = self.query.sort;
        let (key, kind) = key(sort.by);
        let mut sql = QueryBuilder::new(format!(
            "select i.*, wanted.key from (select image_id, {key}::text as key, row_number() over ("
        ));
        self.push_order(&mut sql);
        sql.push(") as place");
        self.push_where(&mut sql, None);
        if let Some(place) = below {
            sql.push(format!(" and ({key}, image_id) {} (", after(sort)));
            sql.push_bind(place.key.clone()).push(format!("::{kind}, ")).push_bind(place.id.0).push(")");
        }
        self.push_order(&mut sql);
        sql.push(" limit ").push_bind(limit);
        sql.push(
            ") as wanted join lateral (
                 select id, path, name, mime, size, width, height, hash, state, reason, created_at, updated_at,
                        title, caption, rating, flag, label, taken_at, camera, lens, parent_id, folder_id,
                        array(select tag from image_tags where image_id = id order by tag) as tags
                 from images where id = wanted.image_id and removed_at is null) as i on true
             order by wanted.place",
        );
        let rows: Vec<Keyed> = sql.build_query_as().persistent(false).fetch_all(tx).await?;
        Ok(rows.into_iter().map(|row| (row.found, Place { id: row.id, key: row.key })).collect())
    }
}

fn push_order(sql: &mut QueryBuilder<Postgres>, sort: Sort) {
    let (key, direction) = (key(sort.by).0, direction(sort));
    if key == "image_id" {
        sql.push(format!(" order by image_id {direction}"));
    } else {
        sql.push(format!(" order by {key} {direction}, image_id {direction}"));
    }
}

/// What comes after a picture in the order.
fn push_beyond(sql: &mut QueryBuilder<Postgres>, sort: Sort, id: ImageId) {
    let key = key(sort.by).0;
    sql.push(format!(" and ({key}, image_id) {} (select {key}, image_id from finds where image_id = ", after(sort)));
    sql.push_bind(id.0).push(")");
}

/// A place in an order that stays one when the picture there goes.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Place {
    pub id: ImageId,
    /// What the order compares, as text.
    pub key: String,
}

/// A found image as programs are told of it.
#[derive(FromRow)]
pub struct FoundRow {
    #[sqlx(flatten)]
    pub image: RestRow,
    pub title: Option<String>,
    pub caption: Option<String>,
    pub rating: Option<i16>,
    pub flag: Option<String>,
    pub label: Option<String>,
    pub tags: Vec<String>,
    pub taken_at: Option<time::OffsetDateTime>,
    pub camera: Option<String>,
    pub lens: Option<String>,
    pub parent_id: Option<ImageId>,
    pub folder_id: crate::model::FolderId,
}

#[derive(FromRow)]
struct Keyed {
    #[sqlx(flatten)]
    found: FoundRow,
    id: ImageId,
    key: String,
}

/// Whether anything begins with the word.
pub async fn is_known(tx: &mut PgConnection, word: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from finds_words where word ^@ $1) as "is_known!""#, word)
        .fetch_one(tx)
        .await
}

/// Alternatives beyond these are hardly what was meant.
const LIKE_MAX: i64 = 6;

/// Words that are much like it; none where PostgreSQL cannot tell.
pub async fn like(tx: &mut PgConnection, word: &str) -> sqlx::Result<Vec<String>> {
    let can_tell =
        sqlx::query_scalar!(r#"select exists (select from pg_extension where extname = 'pg_trgm') as "can_tell!""#);
    if !can_tell.fetch_one(&mut *tx).await? {
        return Ok(Vec::new());
    }
    // its operators are not there for every PostgreSQL that this is checked against
    sqlx::query_scalar("select word from finds_words where word % $1 order by similarity(word, $1) desc, word limit $2")
        .bind(word)
        .bind(LIKE_MAX)
        .fetch_all(tx)
        .await
}
