//! The feed as server-sent events, with what goes on in the folders beside it, and as one answer for who fell behind.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
    routing::get,
};
use futures::{Stream, stream};
use serde::{Deserialize, Serialize};
use tokio::{sync::watch, time::Instant};

use super::extract::Query;
use crate::{
    model::{Cursor, Folder},
    server::{
        App, Error,
        db::{self, feed::Head},
        feed::Next,
    },
};

/// A page takes a stream for dead after 40 s without a sign.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// An operation counts faster than anybody reads.
const FOLDERS_PAUSE: Duration = Duration::from_millis(350);

pub(super) fn router() -> Router<App> {
    Router::new().route("/sync/events", get(events)).route("/sync/changes", get(changes))
}

#[derive(Deserialize)]
struct Since {
    since: Option<String>,
}

impl Since {
    fn cursor(&self) -> Result<Option<Cursor>, Error> {
        let Some(text) = &self.since else { return Ok(None) };
        text.parse().map(Some).map_err(|error: crate::model::feed::BadCursor| {
            Error::Refused(format!("`since` is not understood: {error}."))
        })
    }
}

async fn changes(State(app): State<App>, Query(since): Query<Since>) -> Result<Response, Error> {
    let since = since.cursor()?.ok_or_else(|| Error::Refused("Say since when: ?since=EPOCH:NUMBER.".into()))?;
    let batch = app.feed.changes(since).await?;
    Ok(Json(&*batch).into_response())
}

/// `Last-Event-ID`, which a browser sends when it reconnects by itself, beats the address, which is older.
async fn events(State(app): State<App>, Query(query): Query<Since>, headers: HeaderMap) -> Result<Response, Error> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let since = match last {
        Some(cursor) => cursor,
        None => query.cursor()?.unwrap_or_else(|| app.feed.head()),
    };
    // a stream that could not tell anything is not opened: the page then says that it is offline
    db::ping(&app.pool).await?;
    app.feed.check(since).await?;
    let mut response = Sse::new(follow(app, since)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

struct Reader {
    app: App,
    cursor: Cursor,
    head: watch::Receiver<Head>,
    heartbeat: Instant,
    _follows: Arc<()>,
    folders: watch::Receiver<u64>,
    /// Folders are not told before.
    folders_from: Instant,
}

#[derive(Serialize)]
struct At {
    head: Cursor,
}

#[derive(Serialize)]
struct Now {
    folders: Vec<Folder>,
}

fn follow(app: App, since: Cursor) -> impl Stream<Item = Result<Event, Infallible>> {
    // the first sign comes at once: a page knows that it is live before anything happens
    let now = Instant::now();
    let (head, mut folders) = (app.feed.watch(), app.folders.watch());
    // how things stand is told to everybody, and only then what is new
    folders.mark_changed();
    let reader = Reader {
        _follows: app.feed.follow(),
        app,
        cursor: since,
        head,
        heartbeat: now,
        folders,
        folders_from: now + FOLDERS_PAUSE,
    };
    stream::unfold(reader, |mut reader| async move {
        let event = reader.next().await?;
        Some((Ok(event), reader))
    })
}

impl Reader {
    /// None ends the stream: the server stops, or cannot tell what happened. The page then asks again from its cursor.
    async fn next(&mut self) -> Option<Event> {
        loop {
            // asked here too: while batch comes upon batch, nothing is waited for below
            if Instant::now() >= self.folders_from && self.folders.has_changed().unwrap_or(false) {
                return self.tell_folders();
            }
            // seen before asking, so that a change in between is not slept through
            self.head.borrow_and_update();
            match self.app.feed.after(self.cursor).await {
                Ok(Some(Next::Batch(batch))) => {
                    self.cursor = batch.to;
                    return Event::default().event("batch").id(self.cursor.to_string()).json_data(&*batch).ok();
                }
                Ok(Some(Next::Reset(head))) => {
                    self.cursor = head;
                    return self.sign("reset");
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "a live stream ends");
                    return None;
                }
            }
            tokio::select! {
                () = self.app.stop.cancelled() => return None,
                () = self.app.feed.fell_silent() => return None,
                changed = self.head.changed() => changed.ok()?,
                () = folders_changed(&mut self.folders, self.folders_from) => return self.tell_folders(),
                () = tokio::time::sleep_until(self.heartbeat) => {
                    self.heartbeat = Instant::now() + HEARTBEAT;
                    return self.sign("hb");
                }
            }
        }
    }

    /// Without an id: it is no place in the feed.
    fn tell_folders(&mut self) -> Option<Event> {
        // seen before asking, as above
        self.folders.borrow_and_update();
        self.folders_from = Instant::now() + FOLDERS_PAUSE;
        Event::default().event("folders").json_data(Now { folders: self.app.folders.list().folders }).ok()
    }

    fn sign(&self, name: &str) -> Option<Event> {
        let at = At { head: self.cursor };
        Event::default().event(name).id(self.cursor.to_string()).json_data(at).ok()
    }
}

/// Loses no change when it is broken off. Never, where nobody is left who could change something.
async fn folders_changed(folders: &mut watch::Receiver<u64>, from: Instant) {
    tokio::time::sleep_until(from).await;
    if folders.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
