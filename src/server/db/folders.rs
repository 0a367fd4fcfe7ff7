//! Folders: directories on the server, in place.

use std::path::{Path, PathBuf};

use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    folder::scan::{path_bytes, path_from_bytes, shown_name},
    model::{FolderId, ProjectId},
};

#[derive(Clone, Debug)]
pub struct FolderRow {
    pub id: FolderId,
    pub project: ProjectId,
    pub root: PathBuf,
    pub name: String,
    pub managed: bool,
}

/// The project's managed folder; it follows when the data folder was moved. `owner` is the id of a new record, where the
/// folder has one already.
pub async fn managed_folder(
    pool: &PgPool,
    project: ProjectId,
    root: &Path,
    owner: Option<FolderId>,
) -> sqlx::Result<FolderRow> {
    let row = sqlx::query!(
        r#"insert into folders (id, project_id, path, name, managed) values ($1, $2, $3, $4, true)
           on conflict (project_id) where managed do update set path = excluded.path
           returning id as "id: FolderId", name"#,
        owner.map_or_else(Uuid::now_v7, |id| id.0),
        project.0,
        path_bytes(root),
        shown_name(root),
    )
    .fetch_one(pool)
    .await?;
    Ok(FolderRow { id: row.id, project, root: root.to_path_buf(), name: row.name, managed: true })
}

pub async fn all(tx: &mut sqlx::PgConnection, project: ProjectId) -> sqlx::Result<Vec<FolderRow>> {
    let rows = sqlx::query!(
        r#"select id as "id: FolderId", path, name, managed from folders where project_id = $1 order by managed desc, name"#,
        project.0
    )
    .fetch_all(tx)
    .await?;
    let folder =
        |id, path: Vec<u8>, name, managed| FolderRow { id, project, root: path_from_bytes(&path), name, managed };
    Ok(rows.into_iter().map(|row| folder(row.id, row.path, row.name, row.managed)).collect())
}
