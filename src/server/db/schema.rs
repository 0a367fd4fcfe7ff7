//! Brings the schema to this build's version. Never backwards.

use sqlx::{
    PgPool,
    migrate::{MigrateError, Migrator},
};

pub static MIGRATIONS: Migrator = sqlx::migrate!();

#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    #[error(
        "The catalogue was written by a newer PixelSync (its schema has version {0}, this build knows up to {known}). \
         Start that version or a newer one; nothing was changed.",
        known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
    )]
    Newer(i64),
    #[error(
        "The catalogue's schema could not be brought up to date. Nothing is lost; the log says what PostgreSQL answered."
    )]
    Failed(#[source] MigrateError),
}

/// Under an advisory lock: of several nodes that start at once one migrates and the others wait.
pub async fn migrate(pool: &PgPool) -> Result<(), SchemaError> {
    MIGRATIONS.run(pool).await.map_err(|error| match error {
        MigrateError::VersionMissing(version) => SchemaError::Newer(version),
        other => SchemaError::Failed(other),
    })
}
