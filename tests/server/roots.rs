//! The root of a folder: linked, replaced, taken away, given back. And what is done when not all of it can be.

use std::{
    fs,
    os::unix::fs::symlink,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, ThreadId},
};

use pixelsync::{
    model::{FolderDraft, Records},
    server::{config::Looking, db::Pool, folders, run, uploads::Limits},
};
use tokio_util::sync::CancellationToken;
use tracing::{Event, Metadata, Subscriber, span};

use crate::scene::{Scene, jpeg, names, until};

const MARK: &str = ".pixelsync-folder";

/// What the newest scan of a kind that left something undone said of it.
async fn undone(scene: &Scene, kind: &str) -> Option<String> {
    let sql = "select error from sync_operations where kind = $1 and error is not null order by id desc limit 1";
    let found = sqlx::query_scalar::<_, String>(sql).bind(kind).fetch_optional(&scene.app.pool).await;
    found.expect("an answer")
}

#[sqlx::test]
async fn a_folder_may_be_moved_to_a_larger_disk_and_linked(pool: Pool) {
    let scene = Scene::open(pool).await;
    scene.put("a.jpg", &jpeg(1));
    scene.images_when(|images| images.len() == 1).await;
    let big = scene.pictures.with_file_name("big");
    fs::rename(&scene.pictures, &big).expect("move");
    symlink(&big, &scene.pictures).expect("link");
    let found = scene.app.folders.scan(None).await.expect("a scan");
    assert_eq!((found.scanned, found.missing), (1, 0));
    scene.put("b.jpg", &jpeg(2));
    scene.images_when(|images| names(images) == ["b.jpg", "a.jpg"]).await;
}

#[sqlx::test]
async fn a_folder_that_was_replaced_before_anything_was_known_is_taken_as_it_is(pool: Pool) {
    let scene = Scene::open(pool).await;
    let own = scene.pictures.with_file_name("own");
    fs::create_dir(&own).expect("folder");
    fs::write(own.join("a.jpg"), jpeg(1)).expect("file");
    fs::remove_dir_all(&scene.pictures).expect("remove");
    fs::rename(&own, &scene.pictures).expect("move");
    scene.app.folders.scan(None).await.expect("a scan");
    scene.images_when(|images| names(images) == ["a.jpg"]).await;
    scene.put("b.jpg", &jpeg(2));
    scene.images_when(|images| names(images) == ["b.jpg", "a.jpg"]).await;
    scene.app.folders.scan(None).await.expect("its mark is there");
}

#[sqlx::test]
async fn whoever_lost_the_mark_is_told_how_to_set_it(pool: Pool) {
    let scene = Scene::open(pool).await;
    scene.put("a.jpg", &jpeg(1));
    scene.images_when(|images| images.len() == 1).await;
    let (mark, id) = (scene.pictures.join(MARK), scene.app.managed.id.to_string());
    let other = "0190a5a0-0000-7000-8000-000000000001";
    fs::write(&mark, other).expect("another's mark");
    fs::remove_file(scene.pictures.join("a.jpg")).expect("remove");
    let refused = scene.app.folders.scan(None).await.expect_err("another's folder").to_string();
    assert!(refused.contains(&format!("write {id} into {}", mark.display())), "{refused}");
    assert_eq!(fs::read_to_string(&mark).expect("the mark"), other);
    assert_eq!(scene.images().await[0]["state"], "ok", "nothing is judged in another's folder");
    fs::write(&mark, id).expect("as it was told");
    scene.app.folders.scan(None).await.expect("a scan");
    assert_eq!(scene.images().await[0]["state"], "missing");
}

#[sqlx::test]
async fn a_new_catalogue_takes_over_the_folder_s_mark(pool: Pool) {
    let data = tempfile::tempdir().expect("temporary folder");
    let stop = CancellationToken::new();
    let before = run::open(pool.clone(), data.path(), Looking::default(), Limits::default(), stop.clone())
        .await
        .expect("the app opens");
    sqlx::query("delete from folders").execute(&pool).await.expect("an empty catalogue");
    let after = run::open(pool, data.path(), Looking::default(), Limits::default(), stop).await.expect("the app opens");
    // so the old catalogue, restored from a dump, still knows it
    assert_eq!(before.managed.id, after.managed.id);
    let mark = fs::read_to_string(after.managed.root.join(MARK)).expect("the mark");
    assert_eq!(mark.trim(), before.managed.id.to_string());
}

#[sqlx::test]
async fn a_file_that_returns_under_another_name_keeps_its_record(pool: Pool) {
    let scene = Scene::open(pool).await;
    let path = scene.put("a.jpg", &jpeg(1));
    let before = scene.images_when(|images| images.len() == 1).await;
    let outside = scene.pictures.with_file_name("outside.jpg");
    fs::rename(&path, &outside).expect("move away");
    scene.images_when(|images| images[0]["state"] == "missing").await;
    fs::rename(&outside, scene.pictures.join("b.jpg")).expect("move back");
    let after = scene.images_when(|images| names(images) == ["b.jpg"]).await;
    assert_eq!((&after[0]["id"], &after[0]["state"]), (&before[0]["id"], &"ok".into()));
}

#[sqlx::test]
async fn a_second_name_of_a_file_takes_no_record_from_the_first(pool: Pool) {
    let scene = Scene::open(pool).await;
    let path = scene.put("a.jpg", &jpeg(1));
    let before = scene.images_when(|images| images.len() == 1).await;
    fs::hard_link(&path, scene.pictures.join("b.jpg")).expect("link");
    let after = scene.images_when(|images| names(images) == ["b.jpg", "a.jpg"]).await;
    assert_eq!(after[1]["id"], before[0]["id"]);
}

#[sqlx::test]
async fn nothing_is_missed_in_a_folder_that_is_moved_in(pool: Pool) {
    let scene = Scene::open(pool).await;
    let trip = scene.pictures.with_file_name("trip");
    fs::create_dir_all(trip.join("a/b/c/d")).expect("folders");
    fs::write(trip.join("a/first.jpg"), jpeg(1)).expect("file");
    fs::rename(&trip, scene.pictures.join("trip")).expect("move in");
    for number in 0..20 {
        scene.put(&format!("trip/a/b/c/d/{number:02}.jpg"), &jpeg(number + 2));
    }
    scene.images_when(|images| images.len() == 21).await;
}

#[sqlx::test]
async fn an_emptied_folder_is_believed_only_to_a_person_and_keeps_nothing_from_arriving(pool: Pool) {
    let scene = Scene::open(pool).await;
    for number in 0..60 {
        scene.put(&format!("trip/{number}.jpg"), &jpeg(number));
    }
    scene.images_when(|images| images.len() == 60).await;
    fs::rename(scene.pictures.join("trip"), scene.pictures.with_file_name("trip")).expect("move away");
    scene.put("new.jpg", &jpeg(99));
    let images = scene.images_when(|images| images.len() == 61).await;
    until(|| async { undone(&scene, "realtime").await.is_some() }).await;
    let said = undone(&scene, "realtime").await.expect("a word of it");
    assert!(said.contains("60 of 6") && said.contains("scan by hand"), "{said}");
    assert_eq!(scene.images().await, images, "nobody asked, so none is called missing");
    assert_eq!(scene.app.folders.scan(None).await.expect("a scan").missing, 60, "a person asked");
    assert_eq!(undone(&scene, "manual").await, None);
}

/// Breaks what keeps a folder when it logs anything, once, and on one thread alone: it hears all tests.
struct Breaker {
    thread: ThreadId,
    broke: Arc<AtomicBool>,
}

impl Subscriber for Breaker {
    fn enabled(&self, what: &Metadata<'_>) -> bool {
        what.target().starts_with("pixelsync::server::folders")
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, _: &Event<'_>) {
        let is_elsewhere = thread::current().id() != self.thread;
        assert!(is_elsewhere || self.broke.swap(true, Ordering::Relaxed), "broken on purpose");
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[sqlx::test]
async fn a_folder_is_kept_also_after_its_keeper_broke(pool: Pool) {
    // the test's runtime has this one thread, so what is spawned in it logs from here
    let broke = Arc::new(AtomicBool::new(false));
    let breaker = Breaker { thread: thread::current().id(), broke: broke.clone() };
    tracing::subscriber::set_global_default(breaker).expect("the only one");
    // breaks as it says what it found at the start
    let scene = Scene::open(pool).await;
    until(|| async { broke.load(Ordering::Relaxed) }).await;
    scene.put("a.jpg", &jpeg(1));
    scene.images_when(|images| names(images) == ["a.jpg"]).await;
    assert!(scene.app.folders.is_watching());
}

#[sqlx::test]
async fn a_link_that_leads_nowhere_is_told_at_the_start(pool: Pool) {
    let data = tempfile::tempdir().expect("temporary folder");
    symlink(Path::new("/nowhere/at/all"), data.path().join("pictures")).expect("link");
    let refused = run::open(pool, data.path(), Looking::default(), Limits::default(), CancellationToken::new())
        .await
        .err()
        .expect("a refusal");
    assert!(refused.to_string().contains("is a link that leads nowhere"), "{refused}");
}

#[sqlx::test]
async fn a_folder_that_two_add_at_once_is_added_once(pool: Pool) {
    let scene = Scene::open(pool).await;
    let root = std::path::PathBuf::from(&scene.app.folders.list().allowed[0]).join("trip");
    fs::create_dir(&root).expect("folder");
    fs::write(root.join("a.jpg"), jpeg(1)).expect("file");
    let draft = || FolderDraft { path: root.display().to_string(), ..FolderDraft::default() };
    let (one, other) = tokio::join!(folders::add(&scene.app, draft()), folders::add(&scene.app, draft()));
    assert_ne!(one.is_ok(), other.is_ok());
    let (Ok(added), Err(refused)) = (if one.is_ok() { (one, other) } else { (other, one) }) else { panic!("one each") };
    assert!(refused.to_string().contains("there already"), "{refused}");
    scene.images_when(|images| names(images) == ["a.jpg"]).await;
    // removed and added again before all of it is out of sight, it is back as it was
    let before = scene.images().await[0]["id"].clone();
    folders::remove(&scene.app, added.id, Records::Keep).await.expect("removed");
    folders::add(&scene.app, draft()).await.expect("added again");
    let after = scene.images_when(|images| names(images) == ["a.jpg"]).await;
    assert_eq!(after[0]["id"], before);
}
