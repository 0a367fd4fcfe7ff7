//! The narrow rows that pictures are found by, as they are written. They follow the feed; one node writes them at a time.

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::model::{Cursor, FolderId, ImageId};

/// How far the rows have followed the feed.
pub struct Position {
    pub epoch: Option<Uuid>,
    pub seq: i64,
    /// While they are made anew: the last image that has its row.
    pub after: Option<Uuid>,
}

impl Position {
    pub fn has_come_to(&self, head: Cursor) -> bool {
        self.after.is_none() && self.epoch == Some(head.epoch) && self.seq >= head.seq
    }
}

/// For as long as the transaction lasts, nobody else writes. None while another node does.
pub async fn take(tx: &mut PgConnection) -> sqlx::Result<Option<Position>> {
    sqlx::query_as!(Position, "select epoch, seq, after from finds_at for update skip locked").fetch_optional(tx).await
}

pub async fn position(tx: &mut PgConnection) -> sqlx::Result<Position> {
    sqlx::query_as!(Position, "select epoch, seq, after from finds_at").fetch_one(tx).await
}

pub async fn set_position(tx: &mut PgConnection, to: &Position) -> sqlx::Result<()> {
    sqlx::query!("update finds_at set epoch = $1, seq = $2, after = $3", to.epoch, to.seq, to.after)
        .execute(tx)
        .await
        .map(|_| ())
}

/// All rows go. What is found meanwhile is what has been written again.
pub async fn clear(tx: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("delete from finds").execute(&mut *tx).await?;
    sqlx::query!("delete from finds_spans").execute(&mut *tx).await?;
    sqlx::query!("delete from finds_words").execute(tx).await.map(|_| ())
}

/// What a picture is found by.
pub struct Texts {
    pub id: ImageId,
    pub name: String,
    pub title: Option<String>,
    pub caption: Option<String>,
    pub camera: Option<String>,
    pub lens: Option<String>,
    pub folder: String,
    pub tags: Vec<String>,
}

/// The images that changed after `after`, up to and with `upto`, whether they are still there or not.
pub async fn changed(tx: &mut PgConnection, after: i64, upto: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("select distinct entity from feed where seq > $1 and seq <= $2 and kind = 'image'", after, upto)
        .fetch_all(tx)
        .await
}

pub async fn next(tx: &mut PgConnection, after: Uuid, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("select id from images where id > $1 order by id limit $2", after, limit).fetch_all(tx).await
}

/// A folder that got another name, and the last of its images that was written anew since.
pub struct Renamed {
    pub folder: FolderId,
    pub after: Uuid,
}

/// One that is being renamed once more just now begins anew afterwards.
pub async fn renamed(tx: &mut PgConnection) -> sqlx::Result<Option<Renamed>> {
    sqlx::query_as!(
        Renamed,
        r#"select folder_id as "folder: FolderId", after from finds_renamed limit 1 for update skip locked"#
    )
    .fetch_optional(tx)
    .await
}

pub async fn next_of(tx: &mut PgConnection, renamed: &Renamed, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select image_id from finds where folder_id = $1 and image_id > $2 order by image_id limit $3",
        renamed.folder.0,
        renamed.after,
        limit
    )
    .fetch_all(tx)
    .await
}

/// None: all of them are.
pub async fn set_renamed(tx: &mut PgConnection, folder: FolderId, after: Option<Uuid>) -> sqlx::Result<()> {
    let done = match after {
        Some(after) => {
            sqlx::query!("update finds_renamed set after = $2 where folder_id = $1", folder.0, after).execute(tx).await
        }
        None => sqlx::query!("delete from finds_renamed where folder_id = $1", folder.0).execute(tx).await,
    };
    done.map(|_| ())
}

pub async fn texts(tx: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<Texts>> {
    sqlx::query_as!(
        Texts,
        r#"select i.id as "id: ImageId", i.name, i.title, i.caption, i.camera, i.lens, f.name as folder,
                  array(select tag from image_tags t where t.image_id = i.id order by tag) as "tags!"
           from images i join folders f on f.id = i.folder_id where i.id = any($1) and i.removed_at is null"#,
        ids
    )
    .fetch_all(tx)
    .await
}

/// The part of a row that is not in the image's own.
pub struct Row {
    pub id: ImageId,
    pub name_key: String,
    /// With spaces between them.
    pub words: String,
}

pub async fn put(tx: &mut PgConnection, rows: &[Row]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id.0).collect();
    let keys: Vec<&str> = rows.iter().map(|row| row.name_key.as_str()).collect();
    let words: Vec<&str> = rows.iter().map(|row| row.words.as_str()).collect();
    sqlx::query!(
        "insert into finds (image_id, project_id, folder_id, clock, name_key, size, rating, state, type, flag, label, shape,
                            camera, lens, parent_id, tags, ratio, words)
         select i.id, i.project_id, i.folder_id,
                coalesce(i.taken_at at time zone 'UTC' + make_interval(mins => coalesce(i.taken_offset_min, 0)),
                         to_timestamp(i.mtime_ns / 1e9) at time zone 'UTC'),
                row.key, i.size, coalesce(i.rating, 0), i.state,
                case when i.mime like 'image/x-%' then 'raw' else split_part(i.mime, '/', 2) end,
                i.flag, i.label,
                case when abs(i.width - i.height) * 50 <= greatest(i.width, i.height) then 'square'
                     when i.width > i.height then 'landscape' when i.width < i.height then 'portrait' end,
                i.camera, i.lens, i.parent_id,
                array(select tag from image_tags t where t.image_id = i.id order by tag),
                coalesce(least(greatest(round(100.0 * i.width / nullif(i.height, 0)), 40), 300), 100),
                array_to_tsvector(string_to_array(row.words, ' '))
         from unnest($1::uuid[], $2::text[], $3::text[]) as row (id, key, words) join images i on i.id = row.id
         where i.removed_at is null
         on conflict (image_id) do update set
             folder_id = excluded.folder_id, clock = excluded.clock, name_key = excluded.name_key, size = excluded.size,
             rating = excluded.rating, state = excluded.state, type = excluded.type, flag = excluded.flag,
             label = excluded.label, shape = excluded.shape, camera = excluded.camera, lens = excluded.lens,
             parent_id = excluded.parent_id, tags = excluded.tags, ratio = excluded.ratio,
             words = excluded.words",
        &ids,
        &keys as _,
        &words as _
    )
    .execute(tx)
    .await
    .map(|_| ())
}

/// How these rows weigh among all of their moments: taken away before they are written anew, given back afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    TakenAway = -1,
    GivenBack = 1,
}

pub async fn weigh(tx: &mut PgConnection, ids: &[Uuid], weight: Weight) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into finds_spans (project_id, by, span, total, ratio)
         select project_id, by, span, $2 * count(*), $2 * sum(ratio)
         from finds,
              lateral (values ('added', uuid_ms(image_id) / 86400000), ('taken', clock::date - date '1970-01-01')) as moment (by, span)
         where image_id = any($1)
         group by project_id, by, span
         on conflict (project_id, by, span) do update
             set total = finds_spans.total + excluded.total, ratio = finds_spans.ratio + excluded.ratio",
        ids,
        weight as i64
    )
    .execute(tx)
    .await
    .map(|_| ())
}

/// Of the images that are not there any more.
pub async fn remove_gone(tx: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from finds where image_id = any($1)
         and not exists (select from images i where i.id = finds.image_id and i.removed_at is null)",
        ids
    )
    .execute(tx)
    .await
    .map(|_| ())
}

pub async fn learn(tx: &mut PgConnection, words: &[String]) -> sqlx::Result<()> {
    sqlx::query!("insert into finds_words select unnest($1::text[]) on conflict do nothing", words)
        .execute(tx)
        .await
        .map(|_| ())
}

/// Tells PostgreSQL how much there is.
pub async fn analyze(pool: &PgPool) -> sqlx::Result<()> {
    sqlx::query("analyze finds, finds_words").execute(pool).await.map(|_| ())
}
