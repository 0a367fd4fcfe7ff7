//! Answers that are given once for each key. Says whose turn it is to give one; carries nothing out.

use std::sync::PoisonError;

use serde_json::Value;

use crate::server::{
    App, Error,
    db::answers::{self, Answer},
};

pub enum Claim {
    Mine(Turn),
    UnderWay,
    /// The key is of another request.
    OfAnother,
    /// Status and body.
    Given(u16, Value),
}

/// The request of a key is being carried out, until this is dropped. However that ends, the key is free again.
pub struct Turn {
    app: App,
    pub key: String,
}

impl Turn {
    fn take(app: &App, key: &str) -> Option<Turn> {
        let mut answering = app.uploads.answering.lock().unwrap_or_else(PoisonError::into_inner);
        answering.insert(key.to_owned()).then(|| Turn { app: app.clone(), key: key.to_owned() })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.app.uploads.answering.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// What was begun and not ended, by whatever run of the server, is begun anew: nothing of it happens twice.
pub async fn claim(app: &App, key: &str, request: &str) -> Result<Claim, Error> {
    let Some(turn) = Turn::take(app, key) else { return Ok(Claim::UnderWay) };
    let known = answers::claim(&app.pool, key, request, app.uploads.run).await?;
    Ok(match known {
        None => Claim::Mine(turn),
        Some(Answer { given: Some((status, body)), request: same }) if same == request => Claim::Given(status, body),
        Some(_) => Claim::OfAnother,
    })
}

pub async fn give(app: &App, key: &str, status: u16, body: &Value) -> Result<(), Error> {
    Ok(answers::give(&app.pool, key, status, body).await?)
}

/// It came to nothing, so it may be of another request.
pub async fn release(app: &App, key: &str) -> Result<(), Error> {
    Ok(answers::release(&app.pool, key).await?)
}
