//! Projects: what a user opens.

use sqlx::PgPool;
use uuid::Uuid;

use crate::model::ProjectId;

/// The oldest project; made when there is none.
pub async fn default_project(pool: &PgPool) -> sqlx::Result<ProjectId> {
    let mut tx = super::begin(pool).await?;
    // two nodes that start on an empty catalogue must not make two
    sqlx::query!("lock table projects in share row exclusive mode").execute(&mut *tx).await?;
    let found = sqlx::query_scalar!(r#"select id as "id: ProjectId" from projects order by created_at, id limit 1"#)
        .fetch_optional(&mut *tx)
        .await?;
    let id = match found {
        Some(id) => id,
        None => {
            let id = ProjectId(Uuid::now_v7());
            sqlx::query!("insert into projects (id, name) values ($1, $2)", id.0, "Pictures").execute(&mut *tx).await?;
            id
        }
    };
    tx.commit().await?;
    Ok(id)
}
