//! Taken in first, developed afterwards: nothing waits in vain, nothing is made twice, and what cannot be made says so.

use std::{fs, time::Duration};

use crate::scene::{Scene, jpeg, until};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use pixelsync::{
    model::ImageId,
    server::{
        App,
        config::Looking,
        db::{
            self, Pool, activity,
            jobs::{Job, Kind, Priority, claim, finish, look_at_images, queue, queue_waiting},
        },
        develop,
        ingest::{self, Door},
        run,
        uploads::Limits,
    },
};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::types::time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const LEASE: Duration = Duration::from_secs(60);
const TIFF: &[u8] = include_bytes!("../../imaging/tests/pictures/lzw.tif");
const PNG: &[u8] = include_bytes!("../../imaging/tests/pictures/rgb16.png");

/// A server in which nothing works by itself.
struct Still {
    app: App,
    _data: tempfile::TempDir,
}

impl Still {
    async fn open(pool: &Pool) -> Still {
        let data = tempfile::tempdir().expect("temporary folder");
        let app = run::open(pool.clone(), data.path(), Looking::default(), Limits::default(), CancellationToken::new())
            .await
            .expect("the app opens");
        Still { app, _data: data }
    }

    async fn take_in(&self, name: &str, bytes: &[u8], priority: Priority) -> ImageId {
        let (app, folder) = (&self.app, &self.app.managed);
        fs::write(folder.root.join(name), bytes).expect("a file");
        let meta = folder.root.join(name).symlink_metadata().expect("its facts");
        let seen = pixelsync::folder::Seen::new(name.into(), &meta);
        let door = Door { folder, priority, how: activity::Kind::Arrived };
        ingest::add(app, door, seen, None).await.expect("an answer").expect("a record")
    }

    async fn claim(&self, limit: usize) -> Vec<Job> {
        let claim = || claim(&self.app.pool, self.app.jobs.owner(), &[], limit, LEASE);
        match claim().await.expect("jobs") {
            none if none.is_empty() => {
                queue_waiting(&self.app.pool, 10, &[]).await.expect("jobs");
                claim().await.expect("jobs")
            }
            some => some,
        }
    }

    async fn state_of(&self, id: ImageId) -> String {
        let state = sqlx::query_scalar("select state from images where id = $1").bind(id.0);
        state.fetch_one(&self.app.pool).await.expect("a state")
    }
}

fn hash(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

async fn contents(pool: &Pool) -> i64 {
    sqlx::query_scalar("select count(*) from contents").fetch_one(pool).await.expect("a count")
}

#[sqlx::test]
async fn what_is_looked_at_goes_first_then_what_arrives_then_what_was_there(pool: Pool) {
    let still = Still::open(&pool).await;
    let mut ids = Vec::new();
    for (number, priority) in [(1, Priority::Backlog), (2, Priority::Backlog), (3, Priority::Arrival)] {
        ids.push(still.take_in(&format!("{number}.jpg"), &jpeg(number), priority).await);
    }
    assert!(look_at_images(&pool, &ids[1..2]).await.expect("a look"));
    let mut order = Vec::new();
    for _ in 0..3 {
        order.extend(still.claim(1).await.into_iter().map(|job| job.hash));
    }
    assert_eq!(order, [hash(&jpeg(2)), hash(&jpeg(3)), hash(&jpeg(1))]);
    assert!(still.claim(9).await.is_empty(), "none is given out twice");
}

#[sqlx::test]
async fn what_was_there_is_queued_newest_first_and_once_for_each_content(pool: Pool) {
    let still = Still::open(&pool).await;
    for (name, content) in [("1.jpg", 1), ("2.jpg", 2), ("2 again.jpg", 2), ("3.jpg", 3)] {
        still.take_in(name, &jpeg(content), Priority::Backlog).await;
    }
    assert_eq!(queue_waiting(&pool, 9, &[still.app.managed.id]).await.expect("none"), 0, "the folder is away");
    assert_eq!(queue_waiting(&pool, 2, &[]).await.expect("jobs"), 2, "no more than were asked for");
    assert_eq!(queue_waiting(&pool, 9, &[]).await.expect("jobs"), 1, "the rest");
    assert_eq!(queue_waiting(&pool, 9, &[]).await.expect("none"), 0);
    let jobs = still.claim(9).await;
    let mut first: Vec<Vec<u8>> = jobs.iter().take(2).map(|job| job.hash.clone()).collect();
    first.sort();
    let mut expect = [hash(&jpeg(2)), hash(&jpeg(3))];
    expect.sort();
    assert_eq!((jobs.len(), first), (3, expect.to_vec()));
}

#[sqlx::test]
async fn what_was_judged_while_it_was_taken_in_is_settled_afterwards(pool: Pool) {
    let still = Still::open(&pool).await;
    still.take_in("a.jpg", &jpeg(1), Priority::Arrival).await;
    let job = still.claim(1).await.remove(0);
    develop::perform(&still.app, &job).await.expect("developed");
    let late = still.take_in("b.jpg", &jpeg(1), Priority::Backlog).await;
    // as when the worker ended after the copy was read and before it was written
    sqlx::query("update images set state = 'pending' where id = $1")
        .bind(late.0)
        .execute(&pool)
        .await
        .expect("a state");
    let job = still.claim(1).await.remove(0);
    develop::perform(&still.app, &job).await.expect("settled");
    assert_eq!((still.state_of(late).await.as_str(), contents(&pool).await), ("ok", 1));
}

#[sqlx::test]
async fn whoever_lost_a_job_writes_nothing_of_it(pool: Pool) {
    let still = Still::open(&pool).await;
    let id = still.take_in("a.jpg", &jpeg(1), Priority::Arrival).await;
    let job = still.claim(1).await.remove(0);
    let other = Uuid::now_v7();
    sqlx::query("update jobs set lease_owner = $1").bind(other).execute(&pool).await.expect("another owner");
    develop::perform(&still.app, &job).await.expect("it was done for nothing");
    assert_eq!((still.state_of(id).await.as_str(), contents(&pool).await), ("pending", 0));
    let mut tx = db::begin(&pool).await.expect("a transaction");
    assert!(finish(&mut tx, job.id, other).await.expect("the other's end"));
}

#[sqlx::test]
async fn who_fell_silent_is_followed_and_known_for_it(pool: Pool) {
    let still = Still::open(&pool).await;
    still.take_in("a.jpg", &jpeg(1), Priority::Arrival).await;
    let first = still.claim(1).await.remove(0);
    assert_eq!((first.attempts, first.fell_silent), (1, false));
    assert!(still.claim(1).await.is_empty(), "its lease holds");
    sqlx::query("update jobs set leased_until = now() - interval '1 s'").execute(&pool).await.expect("time");
    let second = still.claim(1).await.remove(0);
    assert_eq!((second.id, second.attempts, second.fell_silent), (first.id, 2, true));
}

#[sqlx::test]
async fn a_file_that_changed_since_it_was_taken_in_is_not_judged_by_what_it_was(pool: Pool) {
    let still = Still::open(&pool).await;
    let id = still.take_in("a.jpg", &jpeg(1), Priority::Arrival).await;
    fs::write(still.app.managed.root.join("a.jpg"), jpeg(2)).expect("another picture");
    let job = still.claim(1).await.remove(0);
    assert!(develop::perform(&still.app, &job).await.is_err());
    assert_eq!((still.state_of(id).await.as_str(), contents(&pool).await), ("pending", 0));
}

#[sqlx::test]
async fn a_content_is_developed_once_however_often_it_lies_there(pool: Pool) {
    let still = Still::open(&pool).await;
    let first = still.take_in("a.jpg", &jpeg(1), Priority::Arrival).await;
    let second = still.take_in("b.jpg", &jpeg(1), Priority::Arrival).await;
    let jobs = still.claim(9).await;
    assert_eq!(jobs.len(), 1);
    develop::perform(&still.app, &jobs[0]).await.expect("developed");
    let third = still.take_in("c.jpg", &jpeg(1), Priority::Arrival).await;
    for id in [first, second, third] {
        assert_eq!(still.state_of(id).await, "ok");
    }
    assert!(still.claim(9).await.is_empty());
}

#[sqlx::test]
async fn what_brings_the_server_down_each_time_is_given_up_visibly_and_tried_again_on_demand(pool: Pool) {
    let still = Still::open(&pool).await;
    let id = still.take_in("a.jpg", &jpeg(1), Priority::Arrival).await;
    let innocent = still.take_in("b.jpg", &jpeg(2), Priority::Arrival).await;
    // as servers leave it that were killed by it
    let killed = "update jobs set attempts = 4, leased_until = now() - interval '1 s', lease_owner = $1 where key = $2";
    sqlx::query(killed).bind(Uuid::now_v7()).bind(hex::encode(hash(&jpeg(1)))).execute(&pool).await.expect("a past");
    run::start(&still.app);
    until(|| async { still.state_of(id).await == "failed" && still.state_of(innocent).await == "ok" }).await;
    let reason: String =
        sqlx::query_scalar("select reason from images where id = $1").bind(id.0).fetch_one(&pool).await.expect("why");
    assert!(reason.contains("broke off each time"), "{reason}");
    develop::try_again(&still.app, id).await.expect("one more attempt");
    until(|| async { still.state_of(id).await == "ok" }).await;
    still.app.stop.cancel();
}

#[sqlx::test]
async fn what_fails_is_tried_again_and_keeps_nothing_else_waiting(pool: Pool) {
    let scene = Scene::open(pool.clone()).await;
    let bad = jpeg(1);
    // a file where its derivatives' folder would be
    let first = hex::encode(&hash(&bad)[..1]);
    assert_ne!(first, hex::encode(&hash(&jpeg(2))[..1]));
    let hurdle = scene.pictures.with_file_name("derivatives").join(first);
    fs::write(&hurdle, "").expect("hurdle");
    scene.put("bad.jpg", &bad);
    let errors = async || {
        let errors = sqlx::query_scalar::<_, Option<String>>("select error from jobs").fetch_all(&pool).await;
        errors.expect("jobs").into_iter().flatten().collect::<Vec<_>>()
    };
    until(|| async { errors().await.iter().any(|error| error.contains("cannot be written to")) }).await;
    scene.put("good.jpg", &jpeg(2));
    let state = async |name: &str| {
        let images = scene.images().await;
        images.iter().find(|image| image["filename"] == name).map(|image| image["state"].clone())
    };
    until(|| async { state("good.jpg").await == Some(json!("ok")) }).await;
    assert_eq!(state("bad.jpg").await, Some(json!("pending")));
    fs::remove_file(&hurdle).expect("remove");
    until(|| async { state("bad.jpg").await == Some(json!("ok")) }).await;
}

#[sqlx::test]
async fn what_this_machine_could_not_do_is_done_when_it_can(pool: Pool) {
    let still = Still::open(&pool).await;
    let id = still.take_in("a.tif", TIFF, Priority::Arrival).await;
    let job = still.claim(1).await.remove(0);
    develop::perform(&still.app, &job).await.expect("developed");
    // as a machine leaves it that has no decoder
    for change in [
        "update contents set state = 'unsupported', thumbhash = null, beyond_machine = true",
        "update images set state = 'unsupported', reason = 'There is no decoder.', thumbhash = null",
    ] {
        sqlx::query(change).execute(&pool).await.expect("a change");
    }
    run::start(&still.app);
    until(|| async { still.state_of(id).await == "ok" }).await;
    still.app.stop.cancel();
}

#[sqlx::test]
async fn what_no_browser_shows_is_there_as_a_jpeg_of_full_size(pool: Pool) {
    let scene = Scene::open(pool).await;
    for (name, bytes, mime) in [("a.tif", TIFF, "image/jpeg"), ("b.png", PNG, "image/png")] {
        let image = scene.upload(name, bytes).await.json()["image"].clone();
        let full = scene.get(&format!("/images/{}/full", image["id"].as_str().expect("an id"))).await;
        assert_eq!((full.status, full.header("content-type")), (StatusCode::OK, mime), "{}", full.text());
        let size = image::load_from_memory(&full.bytes).map(|image| (image.width(), image.height()));
        assert_eq!(size.expect("a picture"), (96, 64));
    }
    let text = scene.upload("c.tif", b"just text").await.json()["image"].clone();
    let full = scene.get(&format!("/images/{}/full", text["id"].as_str().expect("an id"))).await;
    assert!(full.status.is_client_error(), "{}", full.text());
}

#[sqlx::test]
async fn derivatives_that_were_thrown_away_are_made_once_however_many_ask(pool: Pool) {
    let scene = Scene::open(pool).await;
    let image = scene.upload("a.jpg", &jpeg(1)).await.json()["image"].clone();
    let id = image["id"].as_str().expect("an id");
    let address = |kind| format!("/images/{id}/{kind}");
    let before = (scene.get(&address("thumbnail")).await.bytes, scene.get(&address("preview")).await.bytes);
    fs::remove_dir_all(scene.pictures.with_file_name("derivatives")).expect("the folder of derivatives");
    let (thumbnail, preview) = (address("thumbnail"), address("preview"));
    let (one, two, three) = tokio::join!(scene.get(&thumbnail), scene.get(&preview), scene.get(&thumbnail));
    assert_eq!((one.bytes, two.bytes), before);
    assert_eq!(three.status, StatusCode::OK);
}

#[sqlx::test]
async fn a_picture_that_is_still_to_be_made_is_waited_for(pool: Pool) {
    let still = Still::open(&pool).await;
    let id = still.take_in("a.jpg", &jpeg(1), Priority::Backlog).await;
    let router = pixelsync::server::http::router(still.app.clone());
    let asking = tokio::spawn(async move {
        let request = Request::get(format!("/images/{id}/thumbnail")).header(header::HOST, "localhost");
        tower::ServiceExt::oneshot(router, request.body(Body::empty()).expect("a request")).await.expect("an answer")
    });
    let looked = "select looked_at from jobs";
    until(|| async {
        let at: Option<Option<OffsetDateTime>> = sqlx::query_scalar(looked).fetch_optional(&pool).await.expect("jobs");
        at.flatten().is_some()
    })
    .await;
    let job = still.claim(1).await.remove(0);
    develop::perform(&still.app, &job).await.expect("developed");
    assert_eq!(asking.await.expect("an answer").status(), StatusCode::OK);
}

#[sqlx::test]
async fn the_same_job_is_queued_once(pool: Pool) {
    let still = Still::open(&pool).await;
    let mut tx = db::begin(&pool).await.expect("a transaction");
    for _ in 0..3 {
        queue(&mut tx, Kind::Full, &[1; 32], Priority::Backlog).await.expect("queued");
    }
    tx.commit().await.expect("committed");
    assert_eq!(still.claim(9).await.len(), 1);
}
