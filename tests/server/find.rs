//! What is looked for is found: by every side, in every order, page by page, and soon after it changed.

use std::{fs, io::Cursor};

use crate::scene::{Scene, get, jpeg, names, until};
use axum::http::StatusCode;
use pixelsync::{
    model::{Facet, FolderEdit, ImageId, Query, Zone},
    server::{db::Pool, folders, gallery},
};
use serde_json::Value;

const SAID: &[u8] = include_bytes!("../../imaging/tests/pictures/said.jpg");
const GIF: &[u8] = include_bytes!("../../imaging/tests/pictures/moving.gif");

fn shaped(number: u8, width: u32, height: u32) -> Vec<u8> {
    let image = image::RgbImage::from_pixel(width, height, image::Rgb([number, 90, 160]));
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Jpeg).expect("encode");
    bytes.into_inner()
}

/// What a program of pictures writes beside one.
fn say(scene: &Scene, name: &str, attributes: &str, title: &str, tags: &[&str]) {
    let tags: String = tags.iter().map(|tag| format!("<rdf:li>{tag}</rdf:li>")).collect();
    let xmp = format!(
        r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
            xmlns:xmpDM="http://ns.adobe.com/xmp/1.0/DynamicMedia/" {attributes}>
        <dc:title><rdf:Alt><rdf:li>{title}</rdf:li></rdf:Alt></dc:title>
        <dc:subject><rdf:Bag>{tags}</rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"#
    );
    scene.put(name, xmp.as_bytes());
}

async fn page(scene: &Scene, search: &str) -> Value {
    let answer = scene.get(&format!("/api/v1/images?{search}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{search}: {}", answer.text());
    answer.json()
}

async fn found(scene: &Scene, search: &str) -> Vec<String> {
    let page = page(scene, search).await;
    names(page["images"].as_array().expect("an array")).into_iter().map(str::to_owned).collect()
}

/// What is found follows what is there by a moment.
async fn finds(scene: &Scene, search: &str, expect: &[&str]) {
    until(|| async { found(scene, search).await == expect }).await;
}

/// Pictures of every side, each said and found.
async fn harbour(pool: Pool) -> Scene {
    let scene = Scene::open(pool).await;
    say(&scene, "Harbour 2.xmp", r#"xmp:Rating="5" xmp:Label="Red""#, "White ferry", &["sea", "Smith, John"]);
    scene.put("Harbour 2.jpg", &shaped(1, 96, 64));
    say(&scene, "harbour 10.xmp", r#"xmp:Rating="3" xmp:Label="Blue" xmpDM:pick="1""#, "", &["sea"]);
    scene.put("harbour 10.jpg", &shaped(2, 64, 96));
    say(&scene, "gate.xmp", r#"xmp:Rating="-1""#, "", &[]);
    scene.put("gate.jpg", &shaped(3, 64, 64));
    scene.put("said.jpg", SAID);
    scene.put("moving.gif", GIF);
    let whole = jpeg(9);
    scene.put("torn.jpg", &whole[..whole.len() - 20]);
    scene.images_when(|images| images.len() == 6).await;
    until(|| async { found(&scene, "").await.len() == 6 && found(&scene, "state=corrupted").await == ["torn.jpg"] })
        .await;
    scene
}

#[sqlx::test]
async fn each_side_finds_its_pictures(pool: Pool) {
    let scene = harbour(pool).await;
    let folder = scene.app.managed.id;
    for (search, expect) in [
        ("type=gif", &["moving.gif"][..]),
        ("type=gif,png", &["moving.gif"]),
        ("rating=4", &["Harbour 2.jpg", "said.jpg"]),
        ("rating=3", &["Harbour 2.jpg", "harbour 10.jpg", "said.jpg"]),
        ("flag=reject", &["gate.jpg"]),
        ("flag=pick", &["harbour 10.jpg"]),
        ("flag=none", &["Harbour 2.jpg", "moving.gif", "said.jpg", "torn.jpg"]),
        ("label=Red", &["Harbour 2.jpg", "said.jpg"]),
        ("label=Red&label=Blue", &["Harbour 2.jpg", "harbour 10.jpg", "said.jpg"]),
        ("tag=sea", &["Harbour 2.jpg", "harbour 10.jpg", "said.jpg"]),
        ("tag=sea&tag=Smith%2C+John", &["Harbour 2.jpg"]),
        ("camera=NIKON+D850", &["said.jpg"]),
        ("shape=square", &["gate.jpg"]),
        ("shape=portrait", &["harbour 10.jpg", "said.jpg"]),
        ("state=corrupted,missing", &["torn.jpg"]),
        ("rating=3&label=Red&shape=landscape&q=white", &["Harbour 2.jpg"]),
        ("to=1999-12-31", &[]),
        ("from=9999-01-01", &[]),
    ] {
        assert_eq!(found(&scene, &format!("{search}&sort=name")).await, expect, "{search}");
    }
    assert_eq!(page(&scene, &format!("folder={folder}&limit=2")).await["total"], 6);
    assert_eq!(found(&scene, "folder=00000000-0000-0000-0000-000000000001").await.len(), 0);
}

#[sqlx::test]
async fn words_are_found_wherever_they_stand(pool: Pool) {
    let scene = harbour(pool).await;
    for (words, expect) in [
        ("harb", &["Harbour 2.jpg", "harbour 10.jpg", "said.jpg"][..]),
        ("HARBOUR 10", &["harbour 10.jpg"]),
        ("harbour-2", &["Harbour 2.jpg"]),
        ("white fer", &["Harbour 2.jpg"]),
        ("ferry", &["Harbour 2.jpg", "said.jpg"]),
        ("wake", &["said.jpg"]),
        ("john", &["Harbour 2.jpg"]),
        ("%C3%A9ven", &["said.jpg"]),
        ("nikon d850", &["said.jpg"]),
        ("harbour gate", &[]),
        ("'!|", &["gate.jpg", "Harbour 2.jpg", "harbour 10.jpg", "moving.gif", "said.jpg", "torn.jpg"]),
        // mistyped
        ("harbuor", &["Harbour 2.jpg", "harbour 10.jpg", "said.jpg"]),
        ("zzzzzz", &[]),
    ] {
        let search = format!("q={}&sort=name", words.replace(' ', "+"));
        assert_eq!(found(&scene, &search).await, expect, "{words}");
    }
}

#[sqlx::test]
async fn every_order_goes_both_ways(pool: Pool) {
    let scene = harbour(pool).await;
    let mut by_name = found(&scene, "sort=name").await;
    assert_eq!(by_name, ["gate.jpg", "Harbour 2.jpg", "harbour 10.jpg", "moving.gif", "said.jpg", "torn.jpg"]);
    by_name.reverse();
    assert_eq!(found(&scene, "sort=name-reversed").await, by_name);
    let rated = page(&scene, "sort=rating").await;
    let of = |page: &Value, field: &str| -> Vec<i64> {
        page["images"].as_array().expect("an array").iter().filter_map(|image| image[field].as_i64()).collect()
    };
    assert_eq!(of(&rated, "rating"), [5, 4, 3, 0, 0, 0]);
    assert_eq!(of(&page(&scene, "sort=rating-reversed").await, "rating"), [0, 0, 0, 3, 4, 5]);
    let sizes = of(&page(&scene, "sort=size").await, "size_bytes");
    assert!(sizes.is_sorted_by(|one, other| one >= other), "{sizes:?}");
    let mut added = found(&scene, "sort=added").await;
    assert_eq!(added, names(&scene.images().await));
    added.reverse();
    assert_eq!(found(&scene, "sort=added-reversed").await, added);
    assert_eq!(found(&scene, "sort=taken").await.last().map(String::as_str), Some("said.jpg"));
    assert_eq!(found(&scene, "sort=taken-reversed").await.first().map(String::as_str), Some("said.jpg"));
}

#[sqlx::test]
async fn each_side_is_counted_as_if_nothing_were_said_of_it(pool: Pool) {
    let scene = harbour(pool).await;
    let counts = async |search: &str, key: &str| -> Vec<(String, u32)> {
        let facets = gallery::facets(&scene.app, &Query::read(search).0).await.expect("an answer");
        let facet: Facet = facets.into_iter().find(|facet| facet.key == key).expect("a side");
        let mut counts: Vec<(String, u32)> =
            facet.values.into_iter().map(|count| (count.value, count.number)).collect();
        counts.sort();
        counts
    };
    let of = |pairs: &[(&str, u32)]| {
        let mut counts: Vec<(String, u32)> =
            pairs.iter().map(|(value, number)| ((*value).to_owned(), *number)).collect();
        counts.sort();
        counts
    };
    assert_eq!(counts("", "type").await, of(&[("jpeg", 5), ("gif", 1)]));
    assert_eq!(counts("type=gif", "type").await, of(&[("jpeg", 5), ("gif", 1)]));
    assert_eq!(counts("type=gif", "label").await, of(&[]));
    assert_eq!(counts("rating=4", "label").await, of(&[("Red", 2)]));
    assert_eq!(counts("label=Red", "label").await, of(&[("Red", 2), ("Blue", 1)]));
    assert_eq!(counts("", "rating").await, of(&[("0", 3), ("3", 1), ("4", 1), ("5", 1)]));
    assert_eq!(counts("tag=sea", "tag").await, of(&[("sea", 3), ("Smith, John", 1), ("évening", 1)]));
    let folder = scene.app.managed.id;
    let all =
        format!("type=jpeg&state=ok&rating=5&flag=none&label=Red&camera=none&lens=none&shape=square&folder={folder}");
    assert_eq!(counts(&all, "label").await, of(&[]));
    assert_eq!(counts("", "flag").await, of(&[("none", 4), ("pick", 1), ("reject", 1)]));
    assert_eq!(counts("q=gate", "flag").await, of(&[("reject", 1)]));
    assert_eq!(counts("", "folder").await, of(&[(&scene.app.managed.id.to_string(), 6)]));
}

#[sqlx::test]
async fn what_changes_is_found_anew(pool: Pool) {
    let scene = Scene::open(pool.clone()).await;
    scene.put("pier.jpg", &jpeg(1));
    scene.put("boat.jpg", &jpeg(2));
    scene.images_when(|images| images.len() == 2).await;
    finds(&scene, "rating=3", &[]).await;
    say(&scene, "pier.xmp", r#"xmp:Rating="4""#, "Evening", &["low tide"]);
    finds(&scene, "rating=3", &["pier.jpg"]).await;
    finds(&scene, "q=tide", &["pier.jpg"]).await;
    fs::remove_file(scene.pictures.join("pier.xmp")).expect("the sidecar goes");
    finds(&scene, "rating=3", &[]).await;
    finds(&scene, "q=tide", &[]).await;

    fs::remove_file(scene.pictures.join("boat.jpg")).expect("the picture goes");
    finds(&scene, "state=missing", &["boat.jpg"]).await;
    scene.put("boat.jpg", &jpeg(2));
    finds(&scene, "state=missing", &[]).await;
    fs::rename(scene.pictures.join("boat.jpg"), scene.pictures.join("ship.jpg")).expect("rename");
    finds(&scene, "q=ship", &["ship.jpg"]).await;
    finds(&scene, "q=boat", &[]).await;

    sqlx::query("update images set removed_at = now() where name = 'ship.jpg'")
        .execute(&pool)
        .await
        .expect("a removal");
    finds(&scene, "q=ship", &[]).await;
    finds(&scene, "", &["pier.jpg"]).await;
}

#[sqlx::test]
async fn pictures_are_found_by_the_new_name_of_their_folder(pool: Pool) {
    let scene = harbour(pool).await;
    let folder = scene.app.managed.id;
    let rename = async |name: &str| {
        let edit = FolderEdit { name: Some(name.to_owned()), ..FolderEdit::default() };
        folders::edit(&scene.app, folder, edit).await.expect("another name");
    };
    assert_eq!(found(&scene, "q=seaside").await.len(), 0);
    rename("Seaside").await;
    until(|| async { found(&scene, "q=seaside").await.len() == 6 }).await;
    rename("Hills").await;
    until(|| async { found(&scene, "q=hills").await.len() == 6 }).await;
    assert_eq!(found(&scene, "q=seaside").await.len(), 0);
}

#[sqlx::test]
async fn pieces_of_a_picture_are_found_by_it(pool: Pool) {
    let scene = harbour(pool.clone()).await;
    let whole = page(&scene, "q=said").await["images"][0]["id"].as_str().expect("an id").to_owned();
    sqlx::query("update images set parent_id = $1::uuid where name = 'gate.jpg'")
        .bind(&whole)
        .execute(&pool)
        .await
        .expect("a link");
    finds(&scene, &format!("crops-of={whole}"), &["gate.jpg"]).await;
    assert_eq!(page(&scene, "q=gate").await["images"][0]["crop_of"], whole.as_str());
}

#[sqlx::test]
async fn what_cannot_be_followed_is_made_anew(pool: Pool) {
    let scene = harbour(pool.clone()).await;
    for sql in ["delete from finds where name_key like 'harbour%'", "update finds_at set epoch = null"] {
        sqlx::query(sql).execute(&pool).await.expect("it is spoiled");
    }
    finds(&scene, "q=harbour&sort=name", &["Harbour 2.jpg", "harbour 10.jpg", "said.jpg"]).await;
    assert_eq!(found(&scene, "").await.len(), 6);
}

#[sqlx::test]
async fn while_pictures_are_sorted_in_nobody_is_told_that_none_matches(pool: Pool) {
    let scene = harbour(pool.clone()).await;
    let page = async || {
        let mut request = get("/?q=zebra");
        request.headers_mut().insert("accept", "text/html".parse().expect("a header"));
        scene.ask(request).await.text()
    };
    until(|| async { gallery::is_getting_ready(&scene.app).await.is_ok_and(|is_getting| !is_getting) }).await;
    assert!(page().await.contains("Nothing matches"));
    // the finder goes no further
    scene.app.stop.cancel();
    until(|| async {
        sqlx::query("update finds_at set after = gen_random_uuid()").execute(&pool).await.expect("it is spoiled");
        gallery::is_getting_ready(&scene.app).await.expect("an answer")
    })
    .await;
    let page = page().await;
    assert!(page.contains("Getting ready") && !page.contains("Nothing matches"));
}

#[sqlx::test]
async fn pages_have_everything_once_in_every_order(pool: Pool) {
    let scene = Scene::open(pool).await;
    for number in 0..25 {
        // many are alike in what an order compares
        scene.put(&format!("{}/a{}.jpg", number % 5, number / 5), &jpeg(number));
    }
    scene.images_when(|images| images.len() == 25).await;
    until(|| async { found(&scene, "").await.len() == 25 }).await;
    for order in ["added", "taken", "name", "size", "rating"] {
        for reversed in ["", "-reversed"] {
            let ids = |page: &Value| -> Vec<String> {
                let images = page["images"].as_array().expect("an array");
                images.iter().map(|image| image["id"].as_str().expect("an id").to_owned()).collect()
            };
            let whole = ids(&page(&scene, &format!("sort={order}{reversed}")).await);
            let (mut pages, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = page(&scene, &format!("sort={order}{reversed}&limit=7{cursor}")).await;
                assert_eq!(page["total"], 25);
                pages.extend(ids(&page));
                let Some(next) = page["next"].as_str() else { break };
                cursor = format!("&cursor={}", next.replace(':', "%3A").replace(' ', "+"));
            }
            assert_eq!(pages, whole, "{order}{reversed}");
        }
    }
}

#[sqlx::test]
async fn what_is_not_understood_is_refused_with_its_sentence(pool: Pool) {
    let scene = Scene::open(pool).await;
    let id = "01890000-0000-7000-8000-000000000000";
    for (search, words) in [
        ("rating=9", "`rating` is a number from 0 to 5, not `9`."),
        ("type=exe", "`type` is of jpeg, png"),
        ("from=2026-02-30", "`from` is a day as 2026-11-25"),
        ("sort=best", "`sort` is one of added, taken"),
        ("limit=0", "`limit` is a number from 1 to 1000."),
        ("limit=many", "`limit` is a number from 1 to 1000."),
        ("cursor=nonsense", "`cursor` is what `next` of the page before says"),
        (&format!("sort=size&cursor={id}:large"), "`cursor` is what `next` of the page before says"),
        (&format!("sort=taken&cursor={id}:some-day"), "`cursor` is what `next` of the page before says"),
    ] {
        let answer = scene.get(&format!("/api/v1/images?{search}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{search}");
        assert!(
            answer.json()["error"].as_str().is_some_and(|error| error.contains(words)),
            "{search}: {}",
            answer.text()
        );
    }
    // no sign of an address brings the database to complain
    assert_eq!(found(&scene, "label=a%00b&q=%00%27&tag=%ff").await.len(), 0);
}

#[sqlx::test]
async fn a_picture_has_its_neighbours_among_what_is_found(pool: Pool) {
    let scene = harbour(pool).await;
    let query = Query::read("tag=sea&sort=name").0;
    let ids: Vec<ImageId> = page(&scene, "tag=sea&sort=name").await["images"]
        .as_array()
        .expect("an array")
        .iter()
        .map(|image| image["id"].as_str().and_then(|id| id.parse().ok()).expect("an id"))
        .collect();
    assert_eq!(ids.len(), 3);
    for (place, id) in ids.iter().enumerate() {
        let picture = gallery::picture(&scene.app, &query, Zone::default(), *id).await.expect("a picture");
        let beside = (place.checked_sub(1).map(|place| ids[place]), ids.get(place + 1).copied());
        assert_eq!((picture.newer, picture.older), beside);
        assert_eq!((picture.place, picture.total), (u32::try_from(place + 1).expect("a place"), 3));
    }
    // one that does not match is shown all the same
    let other = page(&scene, "q=gate").await["images"][0]["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let picture = gallery::picture(&scene.app, &query, Zone::default(), other).await.expect("a picture");
    assert_eq!((picture.newer, picture.older, picture.place, picture.total), (None, None, 0, 3));
}
