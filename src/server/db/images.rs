//! Images: the records of files. Every write here becomes a change in the feed, by trigger.

use serde::Serialize;
use sqlx::{PgConnection, PgPool, types::Json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    folder::{Seen, scan::path_bytes},
    imaging::{Facts, Flag, Format},
    model::{Card, FolderId, ImageId, ProjectId, State},
    server::{
        content::Content,
        db::{contents::Judgement, edge, folders::FolderRow, size},
        reconcile::Hash,
    },
};

/// The highest id there can be: "from the newest on".
pub const NEWEST: ImageId = ImageId(Uuid::max());

/// The constraint that gives a path one record.
pub const PATH_TAKEN: &str = "images_path_key";

/// What is written of a file that was read: a new record, or the newest content of a known one.
pub struct Entry<'a> {
    pub id: ImageId,
    pub is_new: bool,
    pub seen: &'a Seen,
    pub racy: bool,
    pub content: &'a Content,
}

/// In one statement, however many they are, all in one folder: its arrays are columns, which PostgreSQL takes in faster than
/// objects. What people said of an image stays. Fails by [`PATH_TAKEN`] where a path has another record already.
pub async fn put(tx: &mut PgConnection, folder: &FolderRow, entries: &[Entry<'_>]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into images (project_id, folder_id, id, path, name, size, mtime_ns, ctime_ns, inode, device, racy, hash, mime,
                             state, reason, width, height, thumbhash, orientation, taken_at, taken_offset_min, camera, lens,
                             facts, title, caption, rating, flag, label, sidecar_ns)
         select $1, $2, entry.*
         from unnest($3::uuid[], $4::bytea[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[],
                     $11::bool[], $12::bytea[], $13::text[], $14::text[], $15::text[], $16::int[], $17::int[], $18::bytea[],
                     $19::smallint[], $20::timestamptz[], $21::smallint[], $22::text[], $23::text[], $24::jsonb[],
                     $25::text[], $26::text[], $27::smallint[], $28::text[], $29::text[], $30::bigint[]) as entry
         on conflict (id) do update set
             folder_id = excluded.folder_id,
             path = excluded.path, name = excluded.name, state = excluded.state, reason = excluded.reason, size = excluded.size,
             mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, inode = excluded.inode, device = excluded.device,
             sidecar_ns = excluded.sidecar_ns, racy = excluded.racy, found_hash = null,
             hash = excluded.hash, mime = excluded.mime, width = excluded.width, height = excluded.height,
             orientation = excluded.orientation, thumbhash = excluded.thumbhash, taken_at = excluded.taken_at,
             taken_offset_min = excluded.taken_offset_min, camera = excluded.camera, lens = excluded.lens, facts = excluded.facts,
             -- what was said here outweighs what other programs wrote into the file
             title = case when images.field_rev ? 'title' then images.title else excluded.title end,
             caption = case when images.field_rev ? 'caption' then images.caption else excluded.caption end,
             rating = case when images.field_rev ? 'rating' then images.rating else excluded.rating end,
             flag = case when images.field_rev ? 'flag' then images.flag else excluded.flag end,
             label = case when images.field_rev ? 'label' then images.label else excluded.label end",
        folder.project.0,
        folder.id.0,
        &column(entries, |_, entry| entry.id.0),
        &column(entries, |seen, _| path_bytes(&seen.path)) as _,
        &column(entries, |seen, _| seen.name()),
        &column(entries, |seen, _| seen.size),
        &column(entries, |seen, _| seen.mtime_ns),
        &column(entries, |seen, _| seen.ctime_ns),
        &column(entries, |seen, _| seen.inode),
        &column(entries, |seen, _| seen.device),
        &column(entries, |_, entry| entry.racy),
        &of_contents(entries, |content| content.hash.as_ref().map(|hash| &hash[..])) as _,
        &of_contents(entries, |content| content.mime) as _,
        &of_contents(entries, |content| content.state.name()) as _,
        &of_contents(entries, |content| content.reason.as_deref()) as _,
        &of_contents(entries, |content| content.size.map(|size| edge(size.0))) as _,
        &of_contents(entries, |content| content.size.map(|size| edge(size.1))) as _,
        &of_contents(entries, |content| content.thumbhash.as_deref()) as _,
        &of_contents(entries, |content| content.orientation.map(i16::from)) as _,
        &of_contents(entries, |content| content.facts.taken.map(|taken| taken.at)) as _,
        &of_contents(entries, |content| content.facts.taken.and_then(|taken| taken.offset_min)) as _,
        &of_contents(entries, |content| content.facts.camera.as_deref()) as _,
        &of_contents(entries, |content| content.facts.lens.as_deref()) as _,
        &of_contents(entries, |content| Json(&content.facts)) as _,
        &of_contents(entries, |content| content.said.title.as_deref()) as _,
        &of_contents(entries, |content| content.said.caption.as_deref()) as _,
        &of_contents(entries, |content| content.said.rating.map(i16::from)) as _,
        &of_contents(entries, |content| flag_name(content.said.flag())) as _,
        &of_contents(entries, |content| content.said.label.as_deref()) as _,
        &column(entries, |seen, _| seen.sidecar_ns) as _,
    )
    .execute(&mut *tx)
    .await?;
    put_tags(tx, entries).await
}

fn column<'a, T>(entries: &'a [Entry<'a>], value: impl Fn(&'a Seen, &'a Entry<'a>) -> T) -> Vec<T> {
    entries.iter().map(|entry| value(entry.seen, entry)).collect()
}

fn of_contents<'a, T>(entries: &'a [Entry<'a>], value: impl Fn(&'a Content) -> T) -> Vec<T> {
    entries.iter().map(|entry| value(entry.content)).collect()
}

fn flag_name(flag: Flag) -> Option<&'static str> {
    match flag {
        Flag::Pick => Some("pick"),
        Flag::Reject => Some("reject"),
        Flag::None => None,
    }
}

#[derive(Serialize)]
struct TagRow<'a> {
    image_id: ImageId,
    tag: &'a str,
}

/// What the files say that their tags are, unless somebody has said so here.
async fn put_tags(tx: &mut PgConnection, entries: &[Entry<'_>]) -> sqlx::Result<()> {
    let tags: Vec<TagRow> = entries
        .iter()
        .flat_map(|entry| entry.content.said.keywords.iter().map(|tag| TagRow { image_id: entry.id, tag }))
        .collect();
    let known: Vec<Uuid> = entries.iter().filter(|entry| !entry.is_new).map(|entry| entry.id.0).collect();
    if !known.is_empty() {
        sqlx::query!(
            "delete from image_tags t using images i
             where t.image_id = any($1) and i.id = t.image_id and not i.field_rev ? 'tags'
               and (t.image_id, t.tag) not in (select image_id, tag from jsonb_populate_recordset(null::image_tags, $2))",
            &known,
            Json(&tags) as _
        )
        .execute(&mut *tx)
        .await?;
    }
    if tags.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into image_tags (image_id, tag)
         select i.id, t.tag from images i join jsonb_populate_recordset(null::image_tags, $1) as t on t.image_id = i.id
         where not i.field_rev ? 'tags'
         on conflict do nothing",
        Json(&tags) as _
    )
    .execute(tx)
    .await
    .map(|_| ())
}

/// Tells PostgreSQL how much there is: it plans its queries once for each connection, and those that it planned for an empty
/// table read all of a full one.
pub async fn analyze(pool: &PgPool) -> sqlx::Result<()> {
    // of what they are found by; more takes longer
    sqlx::query(
        "analyze images (id, project_id, folder_id, path, hash, inode, state, removed_at), contents (hash), jobs",
    )
    .execute(pool)
    .await
    .map(|_| ())
}

/// The same content, or what is not known to be another, under this path and with these times.
pub async fn relocate(
    tx: &mut PgConnection,
    id: ImageId,
    folder: FolderId,
    seen: &Seen,
    racy: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update images set folder_id = $2, path = $3, name = $4, size = $5, mtime_ns = $6, ctime_ns = $7, inode = $8, device = $9,
             racy = $10, sidecar_ns = $11
         where id = $1",
        id.0,
        folder.0,
        path_bytes(&seen.path),
        seen.name(),
        seen.size,
        seen.mtime_ns,
        seen.ctime_ns,
        seen.inode,
        seen.device,
        racy,
        seen.sidecar_ns,
    )
    .execute(tx)
    .await
    .map(|_| ())
}

pub async fn set_state(tx: &mut PgConnection, id: ImageId, state: State, reason: Option<&str>) -> sqlx::Result<()> {
    sqlx::query!("update images set state = $2, reason = $3 where id = $1", id.0, state.name(), reason)
        .execute(tx)
        .await
        .map(|_| ())
}

/// The file holds something else than the record is of, and nobody wrote it.
pub async fn call_rotten(tx: &mut PgConnection, id: ImageId, found: &Hash, reason: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update images set state = 'corrupted', reason = $3, found_hash = $2 where id = $1",
        id.0,
        &found[..],
        reason
    )
    .execute(tx)
    .await
    .map(|_| ())
}

/// What its file holds now is taken for meant: the next look reads it as one that somebody wrote. Where that is; None where
/// nothing is to be accepted.
pub async fn accept(tx: &mut PgConnection, id: ImageId) -> sqlx::Result<Option<(FolderId, Vec<u8>)>> {
    let row = sqlx::query!(
        // should the disk read well again by then, it is judged as any picture is that waits
        r#"update images set found_hash = null, racy = true, state = 'pending', reason = null
           where id = $1 and found_hash is not null and removed_at is null
           returning folder_id as "folder: FolderId", path"#,
        id.0
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| (row.folder, row.path)))
}

/// What came of developing a content, for everyone that waits for it.
pub async fn settle(tx: &mut PgConnection, hash: &[u8], judgement: &Judgement) -> sqlx::Result<()> {
    sqlx::query!(
        "update images set state = $2, reason = $3, width = coalesce($4, width), height = coalesce($5, height), thumbhash = $6
         where hash = $1 and state in ('pending', 'failed') and removed_at is null",
        hash,
        judgement.state.name(),
        judgement.reason,
        judgement.size.map(|size| edge(size.0)),
        judgement.size.map(|size| edge(size.1)),
        judgement.thumbhash,
    )
    .execute(tx)
    .await
    .map(|_| ())
}

/// Who waited for it waits no more.
pub async fn give_up(tx: &mut PgConnection, hash: &[u8], reason: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update images set state = 'failed', reason = $2 where hash = $1 and state = 'pending' and removed_at is null",
        hash,
        reason
    )
    .execute(tx)
    .await
    .map(|_| ())
}

/// Waits again for what failed or could not be decoded.
pub async fn await_again(tx: &mut PgConnection, hash: &[u8]) -> sqlx::Result<()> {
    sqlx::query!(
        "update images set state = 'pending', reason = null
         where hash = $1 and state in ('failed', 'unsupported') and removed_at is null",
        hash
    )
    .execute(tx)
    .await
    .map(|_| ())
}

pub async fn is_awaited(tx: &mut PgConnection, hash: &[u8]) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from images where hash = $1 and state = 'pending' and removed_at is null) as "is_awaited!""#,
        hash
    )
    .fetch_one(tx)
    .await
}

/// Unless it is known to be something else by now.
pub async fn call_unreadable(pool: &PgPool, id: ImageId, hash: &[u8], reason: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update images set state = 'unreadable', reason = $3 where id = $1 and hash = $2 and state = 'pending'",
        id.0,
        hash,
        reason
    )
    .execute(pool)
    .await
    .map(|_| ())
}

pub async fn state_of(pool: &PgPool, id: ImageId) -> sqlx::Result<Option<State>> {
    sqlx::query_scalar!(r#"select state as "state: State" from images where id = $1 and removed_at is null"#, id.0)
        .fetch_optional(pool)
        .await
}

/// A file that has a content.
#[derive(Clone)]
pub struct Source {
    pub id: ImageId,
    pub root: Vec<u8>,
    pub path: Vec<u8>,
    pub bytes: i64,
    pub mime: Option<String>,
    pub size: Option<(u32, u32)>,
}

impl Source {
    pub fn format(&self) -> Option<Format> {
        self.mime.as_deref().and_then(Format::of_mime)
    }
}

/// More are not asked when the first ones turn out to be something else.
const SOURCES_MAX: i64 = 8;

pub async fn sources(pool: &PgPool, hash: &[u8]) -> sqlx::Result<Vec<Source>> {
    let rows = sqlx::query!(
        r#"select i.id as "id: ImageId", f.path as root, i.path, i.size, i.mime, i.width, i.height
           from images i join folders f on f.id = i.folder_id
           where i.hash = $1 and i.removed_at is null and i.state not in ('missing', 'unreadable')
           order by i.state = 'pending' desc limit $2"#,
        hash,
        SOURCES_MAX
    )
    .fetch_all(pool)
    .await?;
    let source = rows.into_iter().map(|row| Source {
        id: row.id,
        root: row.root,
        path: row.path,
        bytes: row.size,
        mime: row.mime,
        size: size(row.width, row.height),
    });
    Ok(source.collect())
}

pub async fn hash_of(pool: &PgPool, id: ImageId) -> sqlx::Result<Option<Vec<u8>>> {
    let row = sqlx::query_scalar!("select hash from images where id = $1 and removed_at is null", id.0)
        .fetch_optional(pool)
        .await?;
    Ok(row.flatten())
}

pub async fn card(tx: &mut PgConnection, id: ImageId) -> sqlx::Result<Option<Card>> {
    let card = sqlx::query_scalar!(
        r#"select image_card(i) as "card!: Json<Card>" from images i where id = $1 and removed_at is null"#,
        id.0
    )
    .fetch_optional(tx)
    .await?;
    Ok(card.map(|Json(card)| card))
}

/// Newest first. The ids are found in the index alone; only the rows that are shown are read.
pub async fn window(
    tx: &mut PgConnection,
    project: ProjectId,
    anchor: ImageId,
    start: i64,
    count: i64,
) -> sqlx::Result<Vec<Card>> {
    let cards = sqlx::query_scalar!(
        r#"select image_card(i) as "card!: Json<Card>"
           from (select id from images where project_id = $1 and removed_at is null and id <= $2
                 order by id desc offset $3 limit $4) as wanted
           join images i using (id)
           order by i.id desc"#,
        project.0,
        anchor.0,
        start,
        count
    )
    .fetch_all(tx)
    .await?;
    Ok(cards.into_iter().map(|Json(card)| card).collect())
}

/// The ids of the same.
pub async fn ids(
    tx: &mut PgConnection,
    project: ProjectId,
    anchor: ImageId,
    start: i64,
    count: i64,
) -> sqlx::Result<Vec<ImageId>> {
    sqlx::query_scalar!(
        r#"select id as "id: ImageId" from images where project_id = $1 and removed_at is null and id <= $2
           order by id desc offset $3 limit $4"#,
        project.0,
        anchor.0,
        start,
        count
    )
    .fetch_all(tx)
    .await
}

/// What only the page of one picture shows.
pub struct PictureRow {
    pub path: Vec<u8>,
    pub folder: String,
    pub hash: Option<Vec<u8>>,
    pub taken_at: Option<OffsetDateTime>,
    pub taken_offset_min: Option<i16>,
    pub camera: Option<String>,
    pub lens: Option<String>,
    pub facts: Json<Facts>,
}

pub async fn picture(tx: &mut PgConnection, id: ImageId) -> sqlx::Result<Option<PictureRow>> {
    sqlx::query_as!(
        PictureRow,
        r#"select i.path, f.name as folder, i.hash, i.taken_at, i.taken_offset_min, i.camera, i.lens, i.facts as "facts: Json<Facts>"
           from images i join folders f on f.id = i.folder_id where i.id = $1 and i.removed_at is null"#,
        id.0
    )
    .fetch_optional(tx)
    .await
}

/// Those before and after an image in an order.
pub struct Neighbours {
    pub newer: Option<ImageId>,
    pub older: Option<ImageId>,
}

impl Neighbours {
    /// The same, for whoever goes the other way.
    pub fn turned(self) -> Neighbours {
        Neighbours { newer: self.older, older: self.newer }
    }
}

pub async fn neighbours(tx: &mut PgConnection, project: ProjectId, id: ImageId) -> sqlx::Result<Neighbours> {
    sqlx::query_as!(
        Neighbours,
        r#"select
             (select id from images where project_id = $1 and removed_at is null and id > $2 order by id limit 1) as "newer: ImageId",
             (select id from images where project_id = $1 and removed_at is null and id < $2 order by id desc limit 1) as "older: ImageId""#,
        project.0,
        id.0
    )
    .fetch_one(tx)
    .await
}

/// An image's file, and what is known of it.
pub struct Original {
    pub source: Source,
    pub hash: Option<Vec<u8>>,
    pub state: State,
}

pub async fn original(pool: &PgPool, id: ImageId) -> sqlx::Result<Option<Original>> {
    let row = sqlx::query!(
        r#"select f.path as root, i.path, i.size, i.mime, i.width, i.height, i.hash, i.state as "state: State"
           from images i join folders f on f.id = i.folder_id where i.id = $1 and i.removed_at is null"#,
        id.0
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Original {
        source: Source {
            id,
            root: row.root,
            path: row.path,
            bytes: row.size,
            mime: row.mime,
            size: size(row.width, row.height),
        },
        hash: row.hash,
        state: row.state,
    }))
}

/// An image as the REST interface tells of it.
#[derive(sqlx::FromRow)]
pub struct RestRow {
    pub id: ImageId,
    pub path: Vec<u8>,
    pub name: String,
    pub mime: Option<String>,
    pub size: i64,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub hash: Option<Vec<u8>>,
    pub state: State,
    pub reason: Option<String>,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
}

/// Newest first, below `before`.
pub async fn rest_rows(
    pool: &PgPool,
    project: ProjectId,
    before: Option<ImageId>,
    limit: i64,
) -> sqlx::Result<Vec<RestRow>> {
    sqlx::query_as!(
        RestRow,
        r#"select id as "id: ImageId", path, name, mime, size, width, height, hash, state as "state: State", reason, created_at, updated_at
           from images where project_id = $1 and removed_at is null and ($2::uuid is null or id < $2)
           order by id desc limit $3"#,
        project.0,
        before.map(|id| id.0),
        limit
    )
    .fetch_all(pool)
    .await
}

pub async fn rest_row(pool: &PgPool, id: ImageId) -> sqlx::Result<Option<RestRow>> {
    sqlx::query_as!(
        RestRow,
        r#"select id as "id: ImageId", path, name, mime, size, width, height, hash, state as "state: State", reason, created_at, updated_at
           from images where id = $1 and removed_at is null"#,
        id.0
    )
    .fetch_optional(pool)
    .await
}
