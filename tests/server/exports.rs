//! Exports: archives of known length, fetched whole and in parts, that tell what they could not hold.

use std::{collections::BTreeMap, fs};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use pixelsync::server::{db::Pool, export};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::scene::{Answer, Scene, jpeg, until};

const LIST: &str = "SHA256SUMS.txt";

async fn ask(scene: &Scene, draft: Value) -> Answer {
    let request = Request::post("/api/v1/exports")
        .header(header::HOST, "localhost:3000")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(draft.to_string()))
        .expect("a request");
    scene.ask(request).await
}

/// Once it can be fetched.
async fn export(scene: &Scene, draft: Value) -> Value {
    let begun = ask(scene, draft).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
    let path = format!("/api/v1/exports/{}", begun.json()["id"].as_str().expect("an id"));
    until(|| async { scene.get(&path).await.json()["state"] == "ready" }).await;
    scene.get(&path).await.json()
}

async fn fetch(scene: &Scene, export: &Value, range: Option<&str>) -> Answer {
    let mut request = Request::get(export["url"].as_str().expect("an address")).header(header::HOST, "localhost:3000");
    if let Some(range) = range {
        request = request.header(header::RANGE, range);
    }
    scene.ask(request.body(Body::empty()).expect("a request")).await
}

/// Names and bytes, read from header to header, each checked by its sum.
fn unpacked(archive: &[u8]) -> (BTreeMap<String, Vec<u8>>, Vec<String>) {
    let (mut files, mut torn, mut at) = (BTreeMap::new(), Vec::new(), 0);
    let number = |at: usize, bytes: usize| {
        archive[at..at + bytes].iter().rev().fold(0_usize, |number, byte| number << 8 | usize::from(*byte))
    };
    while number(at, 4) == 0x0403_4b50 {
        let (sum, size, name, extra) = (number(at + 14, 4), number(at + 18, 4), number(at + 26, 2), number(at + 28, 2));
        let text = String::from_utf8(archive[at + 30..at + 30 + name].to_vec()).expect("a name");
        let begin = at + 30 + name + extra;
        let bytes = archive[begin..begin + size].to_vec();
        if crc32fast::hash(&bytes) as usize != sum {
            torn.push(text.clone());
        }
        files.insert(text, bytes);
        at = begin + size;
    }
    assert_eq!(number(at, 4), 0x0201_4b50, "the directory follows the last file");
    (files, torn)
}

/// What `sha256sum -c` would say of each.
fn checked(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, bool> {
    let list = String::from_utf8(files[LIST].clone()).expect("a text");
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (hash, name) = line.split_once("  ").expect("a hash and a name");
            let is_so = files.get(name).is_some_and(|bytes| {
                Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>() == hash
            });
            (name.to_owned(), is_so)
        })
        .collect()
}

#[sqlx::test]
async fn a_search_exports_what_is_not_sorted_in_yet(pool: Pool) {
    let scene = Scene::open(pool).await;
    scene.put("a.jpg", &jpeg(1));
    scene.put("b.jpg", &jpeg(2));
    scene.images_when(|images| images.len() == 2).await;
    let sql = "with gone as (delete from finds) update finds_at set epoch = null";
    sqlx::query(sql).execute(&scene.app.pool).await.expect("nothing is found");
    let export = export(&scene, json!({ "of": { "search": "sort=name" } })).await;
    assert_eq!(export["files"], 2);
}

#[sqlx::test]
async fn an_archive_proves_what_is_in_it_and_comes_in_any_parts(pool: Pool) {
    let scene = Scene::open(pool).await;
    scene.put("a.jpg", &jpeg(1));
    scene.put("trip/A.jpg", &jpeg(2));
    scene.put("trip/Größe: 港.jpg", &jpeg(3));
    scene.images_when(|images| images.len() == 3).await;
    let export = export(&scene, json!({ "of": { "search": "sort=name" }, "names": "plain" })).await;
    assert_eq!(export["files"], 3);
    let name = export["name"].as_str().expect("a name");
    assert!(name.starts_with("pixelsync-2") && name.ends_with("-3-pictures.zip"), "{name}");

    let whole = fetch(&scene, &export, None).await;
    assert_eq!(whole.status, StatusCode::OK);
    assert_eq!(whole.header("content-type"), "application/zip");
    assert_eq!(whole.header("content-length"), whole.bytes.len().to_string());
    assert_eq!(export["bytes"], whole.bytes.len());
    assert!(whole.header("content-disposition").starts_with("attachment; filename*=UTF-8''pixelsync-2"));
    let (files, torn) = unpacked(&whole.bytes);
    assert_eq!(torn, [""; 0]);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["A (2).jpg", "Größe_ 港.jpg", LIST, "a.jpg"]);
    assert_eq!((&files["a.jpg"], &files["A (2).jpg"]), (&jpeg(1), &jpeg(2)));
    assert!(checked(&files).values().all(|is_so| *is_so));
    assert_eq!(checked(&files).len(), 3);

    for from in [0, 1, 29, 30, 500, whole.bytes.len() - 100, whole.bytes.len() - 1] {
        let part = fetch(&scene, &export, Some(&format!("bytes={from}-"))).await;
        assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(part.header("etag"), whole.header("etag"));
        assert!(part.bytes == whole.bytes[from..], "from {from}");
    }
    let part = fetch(&scene, &export, Some("bytes=40-59")).await;
    assert_eq!(part.bytes, &whole.bytes[40..60]);
    let beyond = format!("bytes={}-", whole.bytes.len());
    assert_eq!(fetch(&scene, &export, Some(&beyond)).await.status, StatusCode::RANGE_NOT_SATISFIABLE);
    let mut other = crate::scene::get(export["url"].as_str().expect("an address"));
    other.headers_mut().insert(header::RANGE, "bytes=40-59".parse().expect("a range"));
    other.headers_mut().insert(header::IF_RANGE, "\"other\"".parse().expect("a tag"));
    assert_eq!(scene.ask(other).await.status, StatusCode::OK);
}

#[sqlx::test]
async fn what_changed_or_vanished_is_said_and_cuts_nothing_off(pool: Pool) {
    let scene = Scene::open(pool).await;
    let gone = scene.put("before.jpg", &jpeg(1));
    let vanishes = scene.put("meanwhile.jpg", &jpeg(2));
    let changes = scene.put("written.jpg", &jpeg(3));
    scene.put("whole.jpg", &jpeg(4));
    scene.images_when(|images| images.len() == 4).await;
    fs::remove_file(gone).expect("removed");
    let export = export(&scene, json!({ "of": { "search": "" }, "names": "plain" })).await;
    assert_eq!((&export["files"], &export["left_out"]), (&json!(4), &json!(1)));
    let before = fetch(&scene, &export, None).await;
    fs::remove_file(vanishes).expect("removed");
    fs::write(changes, [jpeg(3), jpeg(3)].concat()).expect("written");

    let after = fetch(&scene, &export, None).await;
    assert_eq!(after.bytes.len(), before.bytes.len());
    assert_eq!(after.header("content-length"), before.header("content-length"));
    let (files, torn) = unpacked(&after.bytes);
    assert_eq!(torn.len(), 2, "{torn:?}");
    let said = checked(&files);
    assert_eq!(said.len(), 4);
    let is_whole = |name: &str| said[name];
    assert!(is_whole("whole.jpg"));
    assert!(!is_whole("before.jpg") && !is_whole("meanwhile.jpg") && !is_whole("written.jpg"));
    // whoever goes on with the first one is told that it is another
    let again = fetch(&scene, &export, None).await;
    assert_ne!(again.header("etag"), before.header("etag"));
    assert!(again.bytes == after.bytes);
}

#[sqlx::test]
async fn pictures_go_out_as_is_wished(pool: Pool) {
    let scene = Scene::open(pool).await;
    scene.put("a.png", &{
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbImage::from_pixel(3000, 1000, image::Rgb([9, 90, 200]))
            .write_to(&mut bytes, image::ImageFormat::Jpeg)
            .expect("encode");
        bytes.into_inner()
    });
    scene.put(
        "a.xmp",
        br#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>"#,
    );
    scene.put("letter.jpg", b"dear all");
    let images = scene.images_when(|images| images.len() == 2).await;
    let ids: Vec<&Value> = images.iter().map(|image| &image["id"]).collect();
    let of = async |draft: Value| unpacked(&fetch(&scene, &export(&scene, draft).await, None).await.bytes).0;
    let size =
        |bytes: &[u8]| image::load_from_memory(bytes).map(|image| (image.width(), image.height())).expect("a picture");

    let small = of(json!({ "of": { "ids": ids }, "what": "jpeg", "edge": 600, "names": "plain" })).await;
    assert_eq!(small.keys().collect::<Vec<_>>(), [LIST, "a.jpg"]);
    assert_eq!(size(&small["a.jpg"]), (600, 200));
    assert!(!checked(&small)["letter.jpg"], "of what is no picture there is no JPEG, and it is said");
    let previews = of(json!({ "of": { "ids": ids }, "what": "previews", "names": "plain" })).await;
    assert_eq!(size(&previews["a.jpg"]), (1600, 533));
    let said = of(json!({ "of": { "search": "rating=4" }, "sidecars": true })).await;
    let names: Vec<&String> = said.keys().collect();
    assert_eq!(names.len(), 3);
    assert!(names[1].starts_with("a_2") && names[1].ends_with(".png"), "{names:?}");
    assert_eq!(*names[2], names[1].replace(".png", ".xmp"));
    assert!(String::from_utf8_lossy(&said[names[2]]).contains("<xmp:Rating>4</xmp:Rating>"));
    let without = of(json!({ "of": { "search": "", "without": [ids[0]] }, "names": "plain" })).await;
    assert_eq!(without.len(), 2);

    // of two with one stem each has its own
    scene.put("a.jpg", &jpeg(7));
    scene.images_when(|images| images.len() == 3).await;
    until(|| async { scene.get("/api/v1/images?rating=4").await.json()["total"] == 2 }).await;
    let pair = of(json!({ "of": { "search": "rating=4" }, "sidecars": true, "names": "plain" })).await;
    assert_eq!(pair.keys().collect::<Vec<_>>(), [LIST, "a.jpg", "a.jpg.xmp", "a.png", "a.png.xmp"]);
}

#[sqlx::test]
async fn what_cannot_be_exported_is_told(pool: Pool) {
    let scene = Scene::open(pool.clone()).await;
    scene.upload("a.jpg", &jpeg(1)).await;
    let check = async |draft: Value, expect: StatusCode| {
        let answer = ask(&scene, draft).await;
        assert_eq!(answer.status, expect, "{}", answer.text());
        assert!(answer.json()["error"].is_string());
    };
    check(json!({ "of": { "ids": [] } }), StatusCode::BAD_REQUEST).await;
    check(json!({ "of": { "search": "q=nothing+like+it" } }), StatusCode::BAD_REQUEST).await;
    check(json!({ "of": { "search": "rating=red" } }), StatusCode::BAD_REQUEST).await;
    check(json!({ "of": { "search": "" }, "what": "jpeg", "edge": 1 }), StatusCode::BAD_REQUEST).await;
    check(json!({ "of": { "search": "" }, "what": "paintings" }), StatusCode::BAD_REQUEST).await;
    check(json!({}), StatusCode::BAD_REQUEST).await;
    let nobody = "00000000-0000-7000-8000-000000000000";
    assert_eq!(scene.get(&format!("/api/v1/exports/{nobody}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(scene.get(&format!("/exports/{nobody}/a.zip")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(scene.get("/exports/x/a.zip").await.status, StatusCode::NOT_FOUND);

    let jpeg = export(&scene, json!({ "of": { "search": "" }, "what": "jpeg" })).await;
    let spool = scene.app.data.join("exports").join(jpeg["id"].as_str().expect("an id"));
    assert!(spool.is_dir());
    sqlx::query("update exports set expires_at = now()").execute(&pool).await.expect("expired");
    export::sweep(&scene.app).await.expect("swept");
    assert!(!spool.exists());
    assert_eq!(fetch(&scene, &jpeg, None).await.status, StatusCode::NOT_FOUND);
}
