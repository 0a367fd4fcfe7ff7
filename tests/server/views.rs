//! Saved views as programs and open pages meet them: saved, changed, refused, told by the feed, counted.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use pixelsync::{
    model::{Batch, Counts, Query},
    server::{Error, db::Pool, gallery},
};
use serde_json::{Value, json};

use crate::scene::{Answer, Scene, jpeg, until};

const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

async fn send(scene: &Scene, method: Method, path: &str, body: Option<Value>) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:3000");
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    scene.ask(request.body(body).expect("a request")).await
}

async fn save(scene: &Scene, name: &str, query: &str) -> Answer {
    send(scene, Method::POST, "/api/v1/views", Some(json!({ "name": name, "query": query }))).await
}

/// Its address.
async fn saved(scene: &Scene, name: &str, query: &str) -> String {
    let answer = save(scene, name, query).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    format!("/api/v1/views/{}", answer.json()["id"].as_str().expect("an id"))
}

async fn change(scene: &Scene, at: &str, edit: Value) -> Answer {
    send(scene, Method::PATCH, at, Some(edit)).await
}

async fn list(scene: &Scene) -> Vec<(String, String)> {
    let answer = scene.get("/api/v1/views").await.json();
    let text = |view: &Value, field: &str| view[field].as_str().expect("text").to_owned();
    let views = answer["views"].as_array().expect("an array");
    views.iter().map(|view| (text(view, "name"), text(view, "query"))).collect()
}

async fn names(scene: &Scene) -> Vec<String> {
    list(scene).await.into_iter().map(|(name, _)| name).collect()
}

#[track_caller]
fn check_refused(answer: &Answer, words: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
    let sentence = answer.json()["error"].as_str().expect("a sentence").to_owned();
    assert!(sentence.contains(words), "{sentence}");
}

#[sqlx::test]
async fn a_view_is_saved_changed_moved_and_deleted(pool: Pool) {
    let scene = Scene::open(pool).await;
    assert_eq!(list(&scene).await, []);
    let boats = saved(&scene, "  Boats ", "rating=3&q=boat").await;
    let names_first = saved(&scene, "By name", "?sort=name").await;
    let piers = saved(&scene, "Piers", "q=pier").await;
    let expect = [("Boats", "?q=boat&rating=3"), ("By name", "?sort=name"), ("Piers", "?q=pier")];
    assert_eq!(list(&scene).await, expect.map(|(name, query)| (name.to_owned(), query.to_owned())));

    let changed = change(&scene, &boats, json!({ "name": "Ships" })).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    assert_eq!((&changed.json()["name"], &changed.json()["query"]), (&json!("Ships"), &json!("?q=boat&rating=3")));
    change(&scene, &boats, json!({ "query": "q=ship" })).await;
    assert_eq!(list(&scene).await[0], ("Ships".to_owned(), "?q=ship".to_owned()));

    assert_eq!(change(&scene, &piers, json!({ "position": 0 })).await.status, StatusCode::OK);
    assert_eq!(names(&scene).await, ["Piers", "Ships", "By name"]);
    change(&scene, &piers, json!({ "position": 99 })).await;
    assert_eq!(names(&scene).await, ["Ships", "By name", "Piers"]);

    let deleted = send(&scene, Method::DELETE, &names_first, None).await;
    assert_eq!((deleted.status, deleted.text()), (StatusCode::NO_CONTENT, String::new()));
    assert_eq!(names(&scene).await, ["Ships", "Piers"]);
    assert_eq!(send(&scene, Method::DELETE, &names_first, None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(change(&scene, &names_first, json!({ "name": "Back" })).await.status, StatusCode::NOT_FOUND);
    saved(&scene, "Last", "q=last").await;
    assert_eq!(names(&scene).await, ["Ships", "Piers", "Last"]);
}

#[sqlx::test]
async fn what_cannot_be_saved_is_refused_with_its_sentence(pool: Pool) {
    let scene = Scene::open(pool).await;
    let at = saved(&scene, "Évening", "q=evening").await;
    for (name, query, words) in [
        ("", "q=a", "Give the view a name."),
        ("  ", "q=a", "Give the view a name."),
        ("two\nlines", "q=a", "one line"),
        (&"a".repeat(61), "q=a", "60 letters at most; this one has 61"),
        ("éVENING", "q=a", "There is a view “éVENING” already."),
        ("All", "", "A view asks for something"),
        ("Wrong", "rating=9", "`rating` is a number from 0 to 5, not `9`."),
        ("Long", &format!("tag={}", "a".repeat(9_000)), "too much to be saved"),
    ] {
        check_refused(&save(&scene, name, query).await, words);
    }
    assert_eq!(names(&scene).await, ["Évening"]);
    let other = saved(&scene, "Morning", "q=morning").await;
    check_refused(&change(&scene, &other, json!({ "name": "évening" })).await, "already");
    check_refused(&change(&scene, &other, json!({ "query": "" })).await, "A view asks for something");
    check_refused(&change(&scene, &other, json!({ "colour": "red" })).await, "not understood");
    check_refused(&send(&scene, Method::POST, "/api/v1/views", Some(json!({ "name": "x" }))).await, "query");
    // in other letters it is itself
    assert_eq!(change(&scene, &at, json!({ "name": "évening" })).await.status, StatusCode::OK);
    for id in [NOBODY, "nonsense"] {
        let at = format!("/api/v1/views/{id}");
        assert_eq!(change(&scene, &at, json!({ "name": "Nobody" })).await.status, StatusCode::NOT_FOUND);
        assert_eq!(send(&scene, Method::DELETE, &at, None).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(names(&scene).await, ["évening", "Morning"]);
}

#[sqlx::test]
async fn a_project_has_a_hundred_views_at_most(pool: Pool) {
    let scene = Scene::open(pool).await;
    for number in 0..99 {
        saved(&scene, &format!("View {number}"), "q=a").await;
    }
    // of many who come at once, one gets the last place
    let at_once = ["one", "two", "three"].map(|name| save(&scene, name, "q=b"));
    let answers = futures::future::join_all(at_once).await;
    let (saved, refused): (Vec<Answer>, Vec<Answer>) =
        answers.into_iter().partition(|answer| answer.status == StatusCode::CREATED);
    assert_eq!((saved.len(), refused.len()), (1, 2));
    refused.iter().for_each(|answer| check_refused(answer, "There are 100 saved views"));
    assert_eq!(names(&scene).await.len(), 100);
}

/// Of whoever stood there.
async fn missed(scene: &Scene, since: &str) -> Batch {
    let answer = scene.get(&format!("/sync/changes?since={since}")).await;
    serde_json::from_value(answer.json()).expect("a batch")
}

#[sqlx::test]
async fn the_feed_tells_the_views_as_they_are(pool: Pool) {
    let scene = Scene::open(pool).await;
    let start = scene.app.feed.head();
    let told =
        async |batch: Batch| -> Option<Vec<String>> { Some(batch.views?.into_iter().map(|view| view.name).collect()) };
    let boats = saved(&scene, "Boats", "q=boat").await;
    until(|| async { scene.app.feed.head().seq == start.seq + 1 }).await;
    let after_first = scene.app.feed.head();
    saved(&scene, "Piers", "q=pier").await;
    change(&scene, &boats, json!({ "name": "Ships" })).await;
    until(|| async { scene.app.feed.head().seq == start.seq + 3 }).await;
    for since in [start, after_first] {
        let batch = missed(&scene, &since.to_string()).await;
        assert_eq!((batch.from, batch.to, batch.changes.len()), (since, scene.app.feed.head(), 0));
        assert_eq!(told(batch).await.expect("views"), ["Ships", "Piers"]);
    }

    // where only pictures changed, nothing is said of views
    let before_picture = scene.app.feed.head();
    scene.upload("a.jpg", &jpeg(1)).await;
    until(|| async { scene.app.feed.head().seq == before_picture.seq + 2 }).await;
    let batch = missed(&scene, &before_picture.to_string()).await;
    assert_eq!((batch.changes.len(), batch.total), (1, 1));
    assert_eq!(told(batch).await, None);

    // what changes nothing is told to nobody
    let before_nothing = scene.app.feed.head();
    change(&scene, &boats, json!({ "name": "Ships", "query": "q=boat", "position": 0 })).await;
    send(&scene, Method::DELETE, &boats, None).await;
    until(|| async { scene.app.feed.head().seq > before_nothing.seq }).await;
    // the other one moved up
    assert_eq!(scene.app.feed.head().seq, before_nothing.seq + 2);
    assert_eq!(told(missed(&scene, &before_nothing.to_string()).await).await.expect("views"), ["Piers"]);
}

async fn counts(scene: &Scene, searches: &[&str]) -> Counts {
    let queries: Vec<Query> = searches.iter().map(|search| Query::read(search).0).collect();
    gallery::counts(&scene.app, &queries).await.expect("counts")
}

#[sqlx::test]
async fn several_queries_are_counted_at_one_moment(pool: Pool) {
    let scene = Scene::open(pool).await;
    let asked = ["q=boat", "sort=name", "state=missing", "q=zebra"];
    assert_eq!(counts(&scene, &asked).await.numbers, [0, 0, 0, 0]);
    scene.put("boat 1.jpg", &jpeg(1));
    scene.put("boat 2.jpg", &jpeg(2));
    scene.put("pier.jpg", &jpeg(3));
    scene.images_when(|images| images.len() == 3).await;
    until(|| async { counts(&scene, &asked).await.numbers == [2, 3, 0, 0] }).await;
    std::fs::remove_file(scene.pictures.join("pier.jpg")).expect("it goes");
    until(|| async { counts(&scene, &asked).await.numbers == [2, 3, 1, 0] }).await;
    // they say up to where they are of
    until(|| async { counts(&scene, &asked).await.at == scene.app.feed.head() }).await;

    let many = vec![Query::read("q=a").0; Counts::QUERIES_MAX + 1];
    assert!(gallery::counts(&scene.app, &many[1..]).await.is_ok());
    assert!(matches!(gallery::counts(&scene.app, &many).await, Err(Error::Refused(_))));
}
