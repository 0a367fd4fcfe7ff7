//! The feed as a browser sees it: streams, cursors, resets.

use crate::scene::{Scene, get, jpeg};
use axum::{body::Body, http::StatusCode};
use futures::StreamExt;
use pixelsync::{
    model::{Batch, State},
    server::db::Pool,
};

/// Reads a stream's events, one by one.
struct Events {
    body: axum::body::BodyDataStream,
    text: String,
}

#[derive(Debug, PartialEq)]
struct Event {
    name: String,
    id: String,
    data: String,
}

impl Events {
    async fn open(scene: &Scene, path: &str, last: Option<&str>) -> Events {
        let mut request = get(path);
        if let Some(last) = last {
            request.headers_mut().insert("last-event-id", last.parse().expect("a header"));
        }
        let response = scene.send(request).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Events { body: Body::into_data_stream(response.into_body()), text: String::new() }
    }

    async fn next(&mut self) -> Event {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned()
                };
                let event = Event { name: field("event:"), id: field("id:"), data: field("data:") };
                self.text = rest.to_owned();
                return event;
            }
            let chunk = self.body.next().await.expect("the stream goes on").expect("a chunk");
            self.text.push_str(&String::from_utf8_lossy(&chunk));
        }
    }

    async fn batch(&mut self) -> Batch {
        loop {
            let event = self.next().await;
            if event.name == "batch" {
                let batch: Batch = serde_json::from_str(&event.data).expect("a batch");
                assert_eq!(event.id, batch.to.to_string(), "a reader resumes where the batch ended");
                return batch;
            }
        }
    }
}

fn names(batch: &Batch) -> Vec<&str> {
    batch.changes.iter().filter_map(|change| change.card.as_ref()).map(|card| card.name.as_str()).collect()
}

#[sqlx::test]
async fn a_stream_tells_what_happens(pool: Pool) {
    let scene = Scene::open(pool).await;
    let mut events = Events::open(&scene, "/sync/events", None).await;
    assert_eq!(events.next().await.name, "hb", "a first sign of life comes at once");
    let mut at = scene.app.feed.head();
    for (number, name) in [(1, "a.jpg"), (2, "b.jpg")] {
        scene.upload(name, &jpeg(number)).await;
        let mut state = None;
        // it arrives, and is developed
        while at.seq < i64::from(2 * number) {
            let batch = events.batch().await;
            assert_eq!(batch.from, at, "nothing lies between two batches");
            assert_eq!(batch.total, number);
            assert!(names(&batch).iter().all(|told| *told == name), "{batch:?}");
            state = batch.changes.last().and_then(|change| Some(change.card.as_ref()?.state));
            at = batch.to;
        }
        assert_eq!(state, Some(State::Ok));
    }
}

#[sqlx::test]
async fn who_was_away_gets_the_newest_of_each_image(pool: Pool) {
    let scene = Scene::open(pool).await;
    let start = scene.app.feed.head();
    for number in 0..3 {
        scene.upload(&format!("{number}.jpg"), &jpeg(number)).await;
    }
    std::fs::remove_file(scene.pictures.join("1.jpg")).expect("remove");
    scene.images_when(|images| images.iter().any(|image| image["state"] == "missing")).await;
    crate::scene::until(|| async { scene.app.feed.changes(start).await.is_ok_and(|batch| batch.to.seq == 7) }).await;

    let missed: Batch =
        serde_json::from_value(scene.get(&format!("/sync/changes?since={start}")).await.json()).expect("a batch");
    assert_eq!(missed.changes.len(), 3);
    // each arrived and was developed, and one went
    assert_eq!((missed.from, missed.to.seq, missed.total), (start, 7, 3));
    let states: Vec<_> =
        missed.changes.iter().filter_map(|change| Some((change.seq, change.card.as_ref()?.state.name()))).collect();
    assert_eq!(states, [(2, "ok"), (6, "ok"), (7, "missing")]);

    // the header, which is newer, beats the address
    let mut events = Events::open(&scene, &format!("/sync/events?since={start}"), Some(&missed.to.to_string())).await;
    assert_eq!(events.next().await.name, "hb");
}

#[sqlx::test]
async fn a_cursor_of_another_life_is_reset(pool: Pool) {
    let scene = Scene::open(pool).await;
    scene.upload("a.jpg", &jpeg(1)).await;
    let head = scene.app.feed.head();
    let others = ["00000000-0000-4000-8000-000000000000:1".to_owned(), format!("{}:{}", head.epoch, 1_000_000)];
    for cursor in others {
        let mut events = Events::open(&scene, &format!("/sync/events?since={cursor}"), None).await;
        assert_eq!(events.next().await.name, "reset", "{cursor}");
        let answer = scene.get(&format!("/sync/changes?since={cursor}")).await;
        assert_eq!(answer.status, StatusCode::GONE, "{cursor}");
    }
    assert_eq!(scene.get("/sync/changes?since=nonsense").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(scene.get("/sync/changes").await.status, StatusCode::BAD_REQUEST);
}

#[sqlx::test]
async fn a_change_that_nobody_can_see_is_not_told(pool: Pool) {
    let scene = Scene::open(pool).await;
    scene.upload("a.jpg", &jpeg(1)).await;
    crate::scene::until(|| async { scene.app.feed.head().seq == 2 }).await;
    // the same bytes with another time
    let file = std::fs::File::open(scene.pictures.join("a.jpg")).expect("file");
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("touch");
    crate::scene::until(|| async {
        let noted = sqlx::query_scalar::<_, i64>("select mtime_ns from images").fetch_one(&scene.app.pool).await;
        noted.is_ok_and(|mtime_ns| mtime_ns == 0)
    })
    .await;
    scene.upload("b.jpg", &jpeg(2)).await;
    crate::scene::until(|| async { scene.app.feed.head().seq == 4 }).await;
}
