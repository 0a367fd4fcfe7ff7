//! Files as the catalogue knows them: what is compared with the disk, and what an absence leads to. Knows no card.

use std::collections::{HashMap, HashSet};

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    folder::{
        Seen,
        scan::{path_bytes, path_from_bytes},
    },
    model::{FolderId, ImageId, ProjectId, State},
    server::reconcile::{Hash, Known, Record},
};

struct KnownRow {
    id: ImageId,
    folder: FolderId,
    path: Vec<u8>,
    size: i64,
    mtime_ns: i64,
    ctime_ns: i64,
    inode: i64,
    device: i64,
    sidecar_ns: Option<i64>,
    state: State,
    racy: bool,
}

impl From<KnownRow> for Known {
    fn from(row: KnownRow) -> Known {
        let KnownRow { id, folder, path, size, mtime_ns, ctime_ns, inode, device, sidecar_ns, state, racy } = row;
        let seen = Seen { path: path_from_bytes(&path), size, mtime_ns, ctime_ns, inode, device, sidecar_ns };
        Known { id, folder, seen, state, racy }
    }
}

/// The rows from one path on and before another, in the order of bytes; to the end without one.
pub async fn known_between(
    pool: &PgPool,
    folder: FolderId,
    from: &[u8],
    to: Option<&[u8]>,
) -> sqlx::Result<Vec<Known>> {
    let rows = sqlx::query_as!(
        KnownRow,
        r#"select id as "id: ImageId", folder_id as "folder: FolderId", path, size, mtime_ns, ctime_ns, inode, device,
                  sidecar_ns, state as "state: State", racy
           from images where folder_id = $1 and removed_at is null and path >= $2 and ($3::bytea is null or path < $3)"#,
        folder.0,
        from,
        to
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Known::from).collect())
}

/// The next rows after a path, in the order of bytes.
pub async fn known_after(pool: &PgPool, folder: FolderId, after: &[u8], limit: i64) -> sqlx::Result<Vec<Known>> {
    let rows = sqlx::query_as!(
        KnownRow,
        r#"select id as "id: ImageId", folder_id as "folder: FolderId", path, size, mtime_ns, ctime_ns, inode, device,
                  sidecar_ns, state as "state: State", racy
           from images where folder_id = $1 and removed_at is null and path > $2 order by path limit $3"#,
        folder.0,
        after,
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Known::from).collect())
}

/// The rows at these paths, and those below them where a path is a folder's.
pub async fn known_at(pool: &PgPool, folder: FolderId, paths: &[Vec<u8>]) -> sqlx::Result<Vec<Known>> {
    let rows = sqlx::query_as!(
        KnownRow,
        r#"select id as "id!: ImageId", folder_id as "folder!: FolderId", path as "path!", size as "size!",
                  mtime_ns as "mtime_ns!", ctime_ns as "ctime_ns!", inode as "inode!", device as "device!", sidecar_ns,
                  state as "state!: State", racy as "racy!"
           from (
               select id, folder_id, path, size, mtime_ns, ctime_ns, inode, device, sidecar_ns, state, racy
               from images i join unnest($2::bytea[]) as p on i.path = p
               where i.folder_id = $1 and i.removed_at is null
               union
               -- '0' is what follows '/'
               select id, folder_id, path, size, mtime_ns, ctime_ns, inode, device, sidecar_ns, state, racy
               from images i join unnest($2::bytea[]) as p on i.path >= p || '/' and i.path < p || '0'
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
pub async fn known_as(pool: &PgPool, project: ProjectId, files: &[&Seen]) -> sqlx::Result<Vec<Known>> {
    let inodes: Vec<i64> = files.iter().map(|seen| seen.inode).collect();
    let sizes: Vec<i64> = files.iter().map(|seen| seen.size).collect();
    let times: Vec<i64> = files.iter().map(|seen| seen.mtime_ns).collect();
    let rows = sqlx::query_as!(
        KnownRow,
        r#"select i.id as "id: ImageId", i.folder_id as "folder: FolderId", i.path, i.size, i.mtime_ns, i.ctime_ns, i.inode,
                  i.device, i.sidecar_ns, i.state as "state: State", i.racy
           from folders f
           cross join unnest($2::bigint[], $3::bigint[], $4::bigint[]) as wanted (inode, size, mtime_ns)
           -- the offset keeps it by the index: reading all there is looks cheaper where much is wanted, until there is much
           cross join lateral (select * from images where folder_id = f.id and inode = wanted.inode and removed_at is null
                               offset 0) as i
           where f.project_id = $1 and f.removed_at is null and i.size = wanted.size and i.mtime_ns = wanted.mtime_ns"#,
        project.0,
        &inodes,
        &sizes,
        &times
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Known::from).collect())
}

/// Those that still are where they were found absent.
pub async fn still_at(pool: &PgPool, absent: &[Known]) -> sqlx::Result<HashSet<ImageId>> {
    let ids: Vec<Uuid> = absent.iter().map(|row| row.id.0).collect();
    let folders: Vec<Uuid> = absent.iter().map(|row| row.folder.0).collect();
    let paths: Vec<Vec<u8>> = absent.iter().map(|row| path_bytes(&row.seen.path).to_vec()).collect();
    let ids = sqlx::query_scalar!(
        r#"select i.id as "id: ImageId" from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as absent (id, folder_id, path)
           join images i on i.id = absent.id and i.folder_id = absent.folder_id and i.path = absent.path
           where i.removed_at is null"#,
        &ids,
        &folders,
        &paths
    )
    .fetch_all(pool)
    .await?;
    Ok(ids.into_iter().collect())
}

/// A file as the catalogue has it.
pub struct FileRecord {
    pub image: ImageId,
    pub path: Vec<u8>,
    pub size: i64,
    pub mtime_ns: i64,
    pub hash: Option<Vec<u8>>,
    pub state: State,
}

/// The next ones after a path, in the order of bytes.
pub async fn list(pool: &PgPool, folder: FolderId, after: &[u8], limit: i64) -> sqlx::Result<Vec<FileRecord>> {
    sqlx::query_as!(
        FileRecord,
        r#"select id as "image: ImageId", path, size, mtime_ns, hash, state as "state: State"
           from images where folder_id = $1 and removed_at is null and path > $2 order by path limit $3"#,
        folder.0,
        after,
        limit
    )
    .fetch_all(pool)
    .await
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

/// Only those that still are where they were when they were found absent.
pub async fn call_missing(tx: &mut PgConnection, absent: &[&Known], reason: &str) -> sqlx::Result<Vec<ImageId>> {
    let ids: Vec<Uuid> = absent.iter().map(|row| row.id.0).collect();
    let paths: Vec<Vec<u8>> = absent.iter().map(|row| path_bytes(&row.seen.path).to_vec()).collect();
    let folders: Vec<Uuid> = absent.iter().map(|row| row.folder.0).collect();
    sqlx::query_scalar!(
        r#"update images i set state = 'missing', reason = $3
           from unnest($1::uuid[], $2::bytea[], $4::uuid[]) as gone (id, path, folder_id)
           where i.id = gone.id and i.path = gone.path and i.folder_id = gone.folder_id and i.state <> 'missing' and i.removed_at is null
           returning i.id as "id: ImageId""#,
        &ids,
        &paths,
        reason,
        &folders
    )
    .fetch_all(tx)
    .await
}

/// What is known of records whose files were read again.
pub async fn records(tx: &mut PgConnection, ids: &[ImageId]) -> sqlx::Result<HashMap<ImageId, Record>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select id as "id: ImageId", folder_id as "folder: FolderId", path, state as "state: State", hash, found_hash
           from images where id = any($1) and removed_at is null"#,
        &ids
    )
    .fetch_all(tx)
    .await?;
    let hash = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| Hash::try_from(bytes).ok());
    let records = rows.into_iter().map(|row| {
        let path = path_from_bytes(&row.path);
        let (hash, found_hash) = (hash(row.hash), hash(row.found_hash));
        (row.id, Record { id: row.id, folder: row.folder, path, state: row.state, hash, found_hash })
    });
    Ok(records.collect())
}

/// Records of these contents, wherever their files were seen last.
pub async fn known_of(pool: &PgPool, project: ProjectId, hashes: &[Vec<u8>]) -> sqlx::Result<Vec<(Known, Hash)>> {
    let rows = sqlx::query!(
        r#"select id as "id: ImageId", folder_id as "folder: FolderId", path, size, mtime_ns, ctime_ns, inode, device,
                  sidecar_ns, state as "state: State", racy, hash as "hash!"
           from images where hash = any($2) and project_id = $1 and removed_at is null"#,
        project.0,
        hashes
    )
    .fetch_all(pool)
    .await?;
    let known = rows.into_iter().filter_map(|row| {
        let seen = Seen {
            path: path_from_bytes(&row.path),
            size: row.size,
            mtime_ns: row.mtime_ns,
            ctime_ns: row.ctime_ns,
            inode: row.inode,
            device: row.device,
            sidecar_ns: row.sidecar_ns,
        };
        let known = Known { id: row.id, folder: row.folder, seen, state: row.state, racy: row.racy };
        Some((known, Hash::try_from(row.hash).ok()?))
    });
    Ok(known.collect())
}

/// Records of these contents whose files hold them, as far as is known.
pub async fn whole_of(pool: &PgPool, project: ProjectId, hashes: &[Vec<u8>]) -> sqlx::Result<Vec<(Known, Hash)>> {
    let mut known = known_of(pool, project, hashes).await?;
    let ids: Vec<Uuid> = known.iter().map(|(row, _)| row.id.0).collect();
    let decayed = sqlx::query_scalar!(
        r#"select id as "id: ImageId" from images where id = any($1) and found_hash is not null"#,
        &ids
    );
    let decayed: HashSet<ImageId> = decayed.fetch_all(pool).await?.into_iter().collect();
    known.retain(|(row, _)| !row.racy && !row.is_away() && !decayed.contains(&row.id));
    Ok(known)
}

/// Younger records of the same content as absent ones, of the last day, that nobody has said anything of: what was copied
/// first and taken away afterwards was moved. Where several could be meant, that of the same name.
pub async fn heirs(tx: &mut PgConnection, absent: &[ImageId]) -> sqlx::Result<Vec<(ImageId, ImageId)>> {
    let ids: Vec<Uuid> = absent.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select old as "old!: ImageId", young as "young!: ImageId" from (
               select o.id as old, y.id as young, y.name = o.name as is_namesake,
                      count(*) over (partition by o.id) as all_of_old,
                      count(*) filter (where y.name = o.name) over (partition by o.id) as namesakes_of_old,
                      count(*) over (partition by y.id) as all_of_young
               from images o join images y on y.hash = o.hash and y.project_id = o.project_id and y.id > o.id
               where o.id = any($1) and o.removed_at is null and y.removed_at is null and y.id <> all($1)
                 and y.state not in ('missing', 'unreadable') and y.found_hash is null
                 and y.created_at > now() - interval '1 day'
                 and y.field_rev = '{}' and y.parent_id is null
                 and not exists (select from images c where c.parent_id = y.id)) as pairs
           where all_of_young = 1 and (all_of_old = 1 or (is_namesake and namesakes_of_old = 1))"#,
        &ids
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.old, row.young)).collect())
}

/// The older record goes on where the younger one lies, which is not shown any more. What a sidecar says there is read with
/// the next look.
pub async fn inherit(tx: &mut PgConnection, pairs: &[(ImageId, ImageId)]) -> sqlx::Result<()> {
    let (old, young): (Vec<Uuid>, Vec<Uuid>) = pairs.iter().map(|(old, young)| (old.0, young.0)).unzip();
    sqlx::query!("update images set removed_at = now() where id = any($1)", &young).execute(&mut *tx).await?;
    sqlx::query!(
        "update images o set folder_id = y.folder_id, path = y.path, name = y.name, state = y.state, reason = y.reason,
             size = y.size, mtime_ns = y.mtime_ns, ctime_ns = y.ctime_ns, inode = y.inode, device = y.device, racy = y.racy,
             mime = y.mime, width = y.width, height = y.height, thumbhash = y.thumbhash, found_hash = null
         from unnest($1::uuid[], $2::uuid[]) as pair (old, young) join images y on y.id = pair.young
         where o.id = pair.old",
        &old,
        &young
    )
    .execute(tx)
    .await
    .map(|_| ())
}
