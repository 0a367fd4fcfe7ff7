//! Saved views. Their changes are told by a trigger.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::model::{ProjectId, Query, View, ViewId};

/// No two views of a project have the same name but for upper and lower case.
pub const NAME_TAKEN: &str = "saved_views_name_key";

/// In the order in which they stand.
pub async fn all(tx: &mut PgConnection, project: ProjectId) -> sqlx::Result<Vec<View>> {
    let rows = sqlx::query!(
        r#"select id as "id: ViewId", name, query from saved_views where project_id = $1 order by position, id"#,
        project.0
    )
    .fetch_all(tx)
    .await?;
    let view = |(id, name, search): (ViewId, String, String)| View { id, name, query: Query::read(&search).0 };
    Ok(rows.into_iter().map(|row| view((row.id, row.name, row.query))).collect())
}

/// Until the transaction ends nobody else changes a view of the project: how many there are, and in which order, stays.
pub async fn lock(tx: &mut PgConnection, project: ProjectId) -> sqlx::Result<()> {
    sqlx::query!("select id from projects where id = $1 for no key update", project.0).fetch_one(tx).await.map(|_| ())
}

pub async fn insert(tx: &mut PgConnection, project: ProjectId, view: &View, position: i32) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into saved_views (id, project_id, name, name_key, query, position) values ($1, $2, $3, $4, $5, $6)",
        view.id.0,
        project.0,
        view.name,
        view.name.to_lowercase(),
        view.query.search(),
        position
    )
    .execute(tx)
    .await
    .map(|_| ())
}

pub async fn update(tx: &mut PgConnection, view: &View) -> sqlx::Result<()> {
    sqlx::query!(
        "update saved_views set name = $2, name_key = $3, query = $4 where id = $1",
        view.id.0,
        view.name,
        view.name.to_lowercase(),
        view.query.search()
    )
    .execute(tx)
    .await
    .map(|_| ())
}

/// In the order of these. Who stands where it stood is not touched.
pub async fn set_order(tx: &mut PgConnection, ids: &[ViewId]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query!(
        "update saved_views v set position = wanted.place
         from unnest($1::uuid[]) with ordinality as wanted (id, place)
         where v.id = wanted.id and v.position is distinct from wanted.place",
        &ids
    )
    .execute(tx)
    .await
    .map(|_| ())
}

/// False when it is gone already.
pub async fn delete(tx: &mut PgConnection, project: ProjectId, id: ViewId) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from saved_views where id = $1 and project_id = $2", id.0, project.0);
    done.execute(tx).await.map(|done| done.rows_affected() > 0)
}
