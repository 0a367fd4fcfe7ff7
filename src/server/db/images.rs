//! Images: the records of files. Every write here becomes a change in the feed, by trigger.

use sqlx::{PgConnection, PgPool, types::Json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    folder::{
        Seen,
        scan::{path_bytes, path_from_bytes},
    },
    imaging::{Facts, Format},
    model::{Card, FolderId, ImageId, ProjectId, State},
    server::{
        content::Content,
        db::{contents::Judgement, edge, folders::FolderRow, size},
        reconcile::Known,
    },
};

/// The highest id there can be: "from the newest on".
pub const NEWEST: ImageId = ImageId(Uuid::max());

/// The constraint that gives a path one record.
pub const PATH_TAKEN: &str = "images_path_key";

/// Writes what was read of a file: a new record, or the newest content of a known one. What people said of it stays.
/// Fails by [`PATH_TAKEN`] where the path has another record already.
pub async fn put(
    tx: &mut PgConnection,
    id: ImageId,
    folder: &FolderRow,
    seen: &Seen,
    content: &Content,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into images (id, project_id, folder_id, path, name, state, reason, size, mtime_ns, ctime_ns, inode, device,
                             hash, mime, width, height, orientation, thumbhash, taken_at, taken_offset_min, camera, lens, facts,
                             title, caption, rating, flag, label)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
                 $24, $25, $26, $27, $28)
         on conflict (id) do update set
             path = excluded.path, name = excluded.name, state = excluded.state, reason = excluded.reason, size = excluded.size,
             mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, inode = excluded.inode, device = excluded.device,
             hash = excluded.hash, mime = excluded.mime, width = excluded.width, height = excluded.height,
             orientation = excluded.orientation, thumbhash = excluded.thumbhash, taken_at = excluded.taken_at,
             taken_offset_min = excluded.taken_offset_min, camera = excluded.camera, lens = excluded.lens, facts = excluded.facts,
             -- what was said here outweighs what other programs wrote into the file
             title = case when images.field_rev ? 'title' then images.title else excluded.title end,
             caption = case when images.field_rev ? 'caption' then images.caption else excluded.caption end,
             rating = case when images.field_rev ? 'rating' then images.rating else excluded.rating end,
             flag = case when images.field_rev ? 'flag' then images.flag else excluded.flag end,
             label = case when images.field_rev ? 'label' then images.label else excluded.label end",
        id.0,
        folder.project.0,
        folder.id.0,
        path_bytes(&seen.path),
        seen.name(),
        content.state.name(),
        content.reason,
        seen.size,
        seen.mtime_ns,
        seen.ctime_ns,
        seen.inode,
        seen.device,
        content.hash.as_ref().map(|hash| &hash[..]),
        content.mime,
        content.size.map(|size| edge(size.0)),
        content.size.map(|size| edge(size.1)),
        content.orientation.map(i16::from),
        content.thumbhash,
        content.facts.taken.map(|taken| taken.at),
        content.facts.taken.and_then(|taken| taken.offset_min),
        content.facts.camera,
        content.facts.lens,
        Json(&content.facts) as _,
        content.said.title,
        content.said.caption,
        content.said.rating.map(i16::from),
        content.said.rejected.then_some("reject"),
        content.said.label,
    )
    .execute(&mut *tx)
    .await?;
    put_tags(tx, id, &content.said.keywords).await
}

/// What the file says its tags are, unless somebody has said so here.
async fn put_tags(tx: &mut PgConnection, id: ImageId, tags: &[String]) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from image_tags t using images i
         where t.image_id = $1 and i.id = t.image_id and not i.field_rev ? 'tags' and t.tag <> all($2)",
        id.0,
        tags
    )
    .execute(&mut *tx)
    .await?;
    if tags.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into image_tags (image_id, tag)
         select i.id, tag from images i, unnest($2::text[]) as tag where i.id = $1 and not i.field_rev ? 'tags'
         on conflict do nothing",
        id.0,
        tags
    )
    .execute(tx)
    .await
    .map(|_| ())
}

/// The same content under another path or with other times.
pub async fn relocate(tx: &mut PgConnection, id: ImageId, seen: &Seen) -> sqlx::Result<()> {
    sqlx::query!(
        "update images set path = $2, name = $3, size = $4, mtime_ns = $5, ctime_ns = $6, inode = $7, device = $8 where id = $1",
        id.0,
        path_bytes(&seen.path),
        seen.name(),
        seen.size,
        seen.mtime_ns,
        seen.ctime_ns,
        seen.inode,
        seen.device,
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

struct KnownRow {
    id: ImageId,
    path: Vec<u8>,
    size: i64,
    mtime_ns: i64,
    ctime_ns: i64,
    inode: i64,
    device: i64,
    state: State,
}

impl From<KnownRow> for Known {
    fn from(row: KnownRow) -> Known {
        let KnownRow { id, path, size, mtime_ns, ctime_ns, inode, device, state } = row;
        Known { id, seen: Seen { path: path_from_bytes(&path), size, mtime_ns, ctime_ns, inode, device }, state }
    }
}

pub async fn known_in(pool: &PgPool, folder: FolderId) -> sqlx::Result<Vec<Known>> {
    let rows = sqlx::query_as!(
        KnownRow,
        r#"select id as "id: ImageId", path, size, mtime_ns, ctime_ns, inode, device, state as "state: State"
           from images where folder_id = $1 and removed_at is null"#,
        folder.0
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Known::from).collect())
}

/// The rows at these paths, and those below them where a path is a folder's.
pub async fn known_at(pool: &PgPool, folder: FolderId, paths: &[Vec<u8>]) -> sqlx::Result<Vec<Known>> {
    let rows = sqlx::query_as!(
        KnownRow,
        r#"select id as "id!: ImageId", path as "path!", size as "size!", mtime_ns as "mtime_ns!", ctime_ns as "ctime_ns!",
                  inode as "inode!", device as "device!", state as "state!: State"
           from (
               select i.* from images i join unnest($2::bytea[]) as p on i.path = p
               where i.folder_id = $1 and i.removed_at is null
               union
               -- '0' is what follows '/'
               select i.* from images i join unnest($2::bytea[]) as p on i.path >= p || '/' and i.path < p || '0'
               where i.folder_id = $1 and i.removed_at is null
           ) as found"#,
        folder.0,
        paths
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Known::from).collect())
}

/// The rows of files that were these when they were seen last, wherever they were then.
pub async fn known_as(pool: &PgPool, folder: FolderId, files: &[&Seen]) -> sqlx::Result<Vec<Known>> {
    let inodes: Vec<i64> = files.iter().map(|seen| seen.inode).collect();
    let sizes: Vec<i64> = files.iter().map(|seen| seen.size).collect();
    let times: Vec<i64> = files.iter().map(|seen| seen.mtime_ns).collect();
    let rows = sqlx::query_as!(
        KnownRow,
        r#"select id as "id: ImageId", path, size, mtime_ns, ctime_ns, inode, device, state as "state: State"
           from images where folder_id = $1 and removed_at is null
             and (inode, size, mtime_ns) in (select * from unnest($2::bigint[], $3::bigint[], $4::bigint[]))"#,
        folder.0,
        &inodes,
        &sizes,
        &times
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Known::from).collect())
}

pub async fn id_at(pool: &PgPool, folder: FolderId, path: &[u8]) -> sqlx::Result<Option<ImageId>> {
    sqlx::query_scalar!(
        r#"select id as "id: ImageId" from images where folder_id = $1 and path = $2 and removed_at is null"#,
        folder.0,
        path
    )
    .fetch_optional(pool)
    .await
}

/// Whether the catalogue knows anything of a folder, be it missing.
pub async fn has_any(pool: &PgPool, folder: FolderId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from images where folder_id = $1 and removed_at is null) as "any!""#,
        folder.0
    )
    .fetch_one(pool)
    .await
}

/// How many a folder has that are not missing already.
pub async fn count_present(pool: &PgPool, folder: FolderId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from images where folder_id = $1 and removed_at is null and state <> 'missing'"#,
        folder.0
    )
    .fetch_one(pool)
    .await
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

pub struct Neighbours {
    pub newer: Option<ImageId>,
    pub older: Option<ImageId>,
    /// How many are newer.
    pub ahead: i64,
}

pub async fn neighbours(tx: &mut PgConnection, project: ProjectId, id: ImageId) -> sqlx::Result<Neighbours> {
    sqlx::query_as!(
        Neighbours,
        r#"select
             (select id from images where project_id = $1 and removed_at is null and id > $2 order by id limit 1) as "newer: ImageId",
             (select id from images where project_id = $1 and removed_at is null and id < $2 order by id desc limit 1) as "older: ImageId",
             (select count(*) from images where project_id = $1 and removed_at is null and id > $2) as "ahead!""#,
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
