//! A database of its own for what is measured, in the server that `cargo xtask bench` tells of.

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Its address. What was there before by that name is gone.
pub(crate) async fn fresh_database(name: &str) -> Result<String> {
    let url = std::env::var("DATABASE_URL").context("run this by `cargo xtask bench`")?;
    let mut admin = PgConnection::connect(&url).await?;
    sqlx::query(AssertSqlSafe(format!("drop database if exists {name} with (force)"))).execute(&mut admin).await?;
    sqlx::query(AssertSqlSafe(format!("create database {name}"))).execute(&mut admin).await?;
    let (server, rest) = url.rsplit_once('/').context("the address names no database")?;
    let options = rest.split_once('?').map_or(String::new(), |(_, options)| format!("?{options}"));
    Ok(format!("{server}/{name}{options}"))
}
