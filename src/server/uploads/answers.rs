//! Answers that are given once for each key. Says whose turn it is to give one; carries nothing out.

use serde_json::Value;

use crate::server::{
    App, Error,
    db::answers::{self, Answer},
};

pub enum Claim {
    Mine,
    UnderWay,
    /// The key is of another request.
    OfAnother,
    /// Status and body.
    Given(u16, Value),
}

pub async fn claim(app: &App, key: &str, request: &str) -> Result<Claim, Error> {
    let known = answers::claim(&app.pool, key, request, app.uploads.run).await?;
    Ok(match known {
        None => Claim::Mine,
        Some(Answer { request: other, .. }) if other != request => Claim::OfAnother,
        Some(Answer { given: Some((status, body)), .. }) => Claim::Given(status, body),
        Some(_) => Claim::UnderWay,
    })
}

pub async fn give(app: &App, key: &str, status: u16, body: &Value) -> Result<(), Error> {
    Ok(answers::give(&app.pool, key, status, body).await?)
}

/// It came to nothing, so it may be tried again.
pub async fn release(app: &App, key: &str) -> Result<(), Error> {
    Ok(answers::release(&app.pool, key).await?)
}
