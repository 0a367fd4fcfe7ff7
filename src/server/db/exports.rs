//! Exports: archives that were asked for, and what is in them.

use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    model::{ImageId, ProjectId, export::ExportState},
    server::reconcile::Hash,
};

pub struct New<'a> {
    pub id: Uuid,
    pub project: ProjectId,
    pub name: &'a str,
    pub what: &'static str,
    pub edge: u32,
    pub quality: u8,
    pub expires_at: OffsetDateTime,
}

pub struct Row {
    pub id: Uuid,
    pub name: String,
    pub what: String,
    pub edge: u32,
    pub quality: u8,
    pub state: ExportState,
    pub error: Option<String>,
    pub files: u32,
    pub prepared: u32,
    pub bytes: Option<u64>,
    pub left_out: u32,
    /// How many were others when they were to be sent.
    pub broken: u32,
    pub created_at: OffsetDateTime,
}

/// A picture that is to be exported, as the catalogue knows it.
pub struct Picture {
    pub id: ImageId,
    pub name: String,
    pub title: Option<String>,
    pub caption: Option<String>,
    pub rating: Option<i16>,
    pub label: Option<String>,
    pub tags: Vec<String>,
}

/// A place in the archive.
pub struct NewFile {
    pub image: ImageId,
    pub name: String,
    pub body: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum FileState {
    Whole,
    /// Not there, so it is not in the archive.
    Absent,
    /// Another when it was to be sent: zeros stand in its place.
    Broken,
}

impl FileState {
    fn name(self) -> &'static str {
        match self {
            FileState::Whole => "whole",
            FileState::Absent => "absent",
            FileState::Broken => "broken",
        }
    }
}

pub struct File {
    pub position: i32,
    pub image: ImageId,
    pub name: String,
    pub body: Option<String>,
    pub ready: Ready,
}

/// What came of looking at a file.
#[derive(Default)]
pub struct Ready {
    pub source: Option<Vec<u8>>,
    pub size: u64,
    pub mtime_ns: i64,
    pub crc32: u32,
    pub hash: Option<Hash>,
    /// None until it was looked at.
    pub state: Option<FileState>,
}

/// Where a picture's own file lies, as far as it is known.
pub struct Source {
    pub id: ImageId,
    pub root: Vec<u8>,
    pub path: Vec<u8>,
    pub size: i64,
    pub mtime_ns: i64,
    pub hash: Option<Vec<u8>>,
    pub crc32: Option<i32>,
}

pub async fn insert(pool: &PgPool, new: &New<'_>, files: &[NewFile]) -> sqlx::Result<()> {
    let mut tx = super::begin(pool).await?;
    sqlx::query!(
        "insert into exports (id, project_id, name, what, edge, quality, files, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.id,
        new.project.0,
        new.name,
        new.what,
        i32::try_from(new.edge).unwrap_or(i32::MAX),
        i16::from(new.quality),
        i32::try_from(files.len()).unwrap_or(i32::MAX),
        new.expires_at,
    )
    .execute(&mut *tx)
    .await?;
    let mut position = 0;
    for part in files.chunks(5_000) {
        let images: Vec<Uuid> = part.iter().map(|file| file.image.0).collect();
        let names: Vec<String> = part.iter().map(|file| file.name.clone()).collect();
        let bodies: Vec<Option<String>> = part.iter().map(|file| file.body.clone()).collect();
        sqlx::query!(
            "insert into export_files (export_id, position, image_id, name, body)
             select $1, $2 + row_number() over () - 1, file.* from unnest($3::uuid[], $4::text[], $5::text[]) as file",
            new.id,
            i64::from(position),
            &images,
            &names,
            &bodies as &[Option<String>],
        )
        .execute(&mut *tx)
        .await?;
        position += i32::try_from(part.len()).unwrap_or(i32::MAX);
    }
    tx.commit().await
}

pub async fn find(pool: &PgPool, project: ProjectId, id: Uuid) -> sqlx::Result<Option<Row>> {
    let row = sqlx::query!(
        r#"select name, what, edge, quality, state as "state: ExportState", error, files, prepared, bytes, created_at,
                  (select count(*) from export_files where export_id = $1 and state = 'absent') as "left_out!",
                  (select count(*) from export_files where export_id = $1 and state = 'broken') as "broken!"
           from exports where id = $1 and project_id = $2 and expires_at > now()"#,
        id,
        project.0
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Row {
        id,
        name: row.name,
        what: row.what,
        edge: row.edge.unwrap_or_default().unsigned_abs(),
        quality: u8::try_from(row.quality.unwrap_or_default()).unwrap_or_default(),
        state: row.state,
        error: row.error,
        files: row.files.unsigned_abs(),
        prepared: row.prepared.unsigned_abs(),
        bytes: row.bytes.map(i64::unsigned_abs),
        left_out: u32::try_from(row.left_out).unwrap_or(u32::MAX),
        broken: u32::try_from(row.broken).unwrap_or(u32::MAX),
        created_at: row.created_at,
    }))
}

/// In the order of `ids`; those that were removed are left out.
pub async fn pictures(pool: &PgPool, project: ProjectId, ids: &[Uuid]) -> sqlx::Result<Vec<Picture>> {
    sqlx::query_as!(
        Picture,
        r#"select i.id as "id: ImageId", i.name, i.title, i.caption, i.rating, i.label,
                  array(select tag from image_tags where image_id = i.id order by lower(tag), tag) as "tags!"
           from unnest($2::uuid[]) with ordinality as wanted (id, place) join images i on i.id = wanted.id
           where i.project_id = $1 and i.removed_at is null order by place"#,
        project.0,
        ids
    )
    .fetch_all(pool)
    .await
}

pub async fn sources(pool: &PgPool, ids: &[Uuid]) -> sqlx::Result<Vec<Source>> {
    sqlx::query_as!(
        Source,
        r#"select i.id as "id: ImageId", f.path as root, i.path, i.size, i.mtime_ns,
                  case when i.found_hash is null then i.hash end as hash, c.crc32 as "crc32?"
           from images i join folders f on f.id = i.folder_id left join contents c on c.hash = i.hash
           where i.id = any($1) and i.removed_at is null"#,
        ids
    )
    .fetch_all(pool)
    .await
}

/// The next ones, from a position on.
pub async fn files(pool: &PgPool, id: Uuid, from: i32, limit: i64) -> sqlx::Result<Vec<File>> {
    let rows = sqlx::query!(
        r#"select position, image_id as "image: ImageId", name, body, source, size, mtime_ns, crc32, hash,
                  state as "state: FileState"
           from export_files where export_id = $1 and position >= $2 order by position limit $3"#,
        id,
        from,
        limit
    )
    .fetch_all(pool)
    .await?;
    let file = rows.into_iter().map(|row| File {
        position: row.position,
        image: row.image,
        name: row.name,
        body: row.body,
        ready: Ready {
            source: row.source,
            size: row.size.unwrap_or_default().unsigned_abs(),
            mtime_ns: row.mtime_ns.unwrap_or_default(),
            crc32: row.crc32.unwrap_or_default().cast_unsigned(),
            hash: row.hash.and_then(|hash| Hash::try_from(hash).ok()),
            state: row.state,
        },
    });
    Ok(file.collect())
}

/// Where to go on with preparing.
pub async fn first_unprepared(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<i32>> {
    let first =
        sqlx::query_scalar!("select min(position) from export_files where export_id = $1 and state is null", id);
    first.fetch_one(pool).await
}

pub async fn set_ready(pool: &PgPool, id: Uuid, files: &[(i32, Ready)]) -> sqlx::Result<()> {
    let mut tx = super::begin(pool).await?;
    let positions: Vec<i32> = files.iter().map(|(position, _)| *position).collect();
    let sources: Vec<Option<Vec<u8>>> = files.iter().map(|(_, ready)| ready.source.clone()).collect();
    let sizes: Vec<i64> = files.iter().map(|(_, ready)| i64::try_from(ready.size).unwrap_or(i64::MAX)).collect();
    let times: Vec<i64> = files.iter().map(|(_, ready)| ready.mtime_ns).collect();
    let sums: Vec<i32> = files.iter().map(|(_, ready)| ready.crc32.cast_signed()).collect();
    let hashes: Vec<Option<Vec<u8>>> = files.iter().map(|(_, ready)| ready.hash.map(|hash| hash.to_vec())).collect();
    let states: Vec<String> =
        files.iter().map(|(_, ready)| ready.state.unwrap_or(FileState::Absent).name().to_owned()).collect();
    sqlx::query!(
        "update export_files as f set source = r.source, size = r.size, mtime_ns = r.mtime_ns, crc32 = r.crc32, hash = r.hash,
                                      state = r.state
         from unnest($2::int[], $3::bytea[], $4::bigint[], $5::bigint[], $6::int[], $7::bytea[], $8::text[])
              as r (position, source, size, mtime_ns, crc32, hash, state)
         where f.export_id = $1 and f.position = r.position",
        id,
        &positions,
        &sources as &[Option<Vec<u8>>],
        &sizes,
        &times,
        &sums,
        &hashes as &[Option<Vec<u8>>],
        &states,
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update exports set prepared = prepared + $2 where id = $1",
        id,
        i32::try_from(files.len()).unwrap_or(i32::MAX)
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

pub async fn set_broken(pool: &PgPool, id: Uuid, position: i32) -> sqlx::Result<()> {
    sqlx::query!("update export_files set state = 'broken' where export_id = $1 and position = $2", id, position)
        .execute(pool)
        .await
        .map(|_| ())
}

pub async fn finish(pool: &PgPool, id: Uuid, bytes: u64) -> sqlx::Result<()> {
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    sqlx::query!("update exports set state = 'ready', bytes = $2 where id = $1", id, bytes)
        .execute(pool)
        .await
        .map(|_| ())
}

pub async fn fail(pool: &PgPool, id: Uuid, why: &str) -> sqlx::Result<()> {
    sqlx::query!("update exports set state = 'failed', error = $2 where id = $1", id, why)
        .execute(pool)
        .await
        .map(|_| ())
}

/// Whether there was one.
pub async fn delete(pool: &PgPool, project: ProjectId, id: Uuid) -> sqlx::Result<bool> {
    let deleted =
        sqlx::query!("delete from exports where id = $1 and project_id = $2", id, project.0).execute(pool).await?;
    Ok(deleted.rows_affected() > 0)
}

pub async fn expired(pool: &PgPool) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("select id from exports where expires_at <= now()").fetch_all(pool).await
}

/// Whoever fetches it still needs it.
pub async fn prolong(pool: &PgPool, id: Uuid, expires_at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update exports set expires_at = greatest(expires_at, $2) where id = $1", id, expires_at)
        .execute(pool)
        .await
        .map(|_| ())
}

/// Those that a former run of the server did not end.
pub async fn preparing(pool: &PgPool) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("select id from exports where state = 'preparing' and expires_at > now()").fetch_all(pool).await
}

pub async fn all(pool: &PgPool) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("select id from exports").fetch_all(pool).await
}

/// The positions of those that were others when they were to be sent.
pub async fn broken(pool: &PgPool, id: Uuid) -> sqlx::Result<Vec<i32>> {
    sqlx::query_scalar!("select position from export_files where export_id = $1 and state = 'broken'", id)
        .fetch_all(pool)
        .await
}
