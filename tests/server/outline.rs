//! The shape of views, and windows far down in them.

use pixelsync::{
    model::{Day, ImageId, Outline, Query},
    server::{
        App,
        db::Pool,
        gallery::{self, ids},
        outline::Zone,
    },
};

use crate::scene::{Scene, jpeg, until};

const NOON: i64 = 1_795_608_000_000;
const DAY_MS: i64 = 86_400_000;

/// Records of pictures that lie on no disk, in a folder that nobody watches: 3,000 that were added within one second yesterday, in
/// two bursts, and 2,500 over the ten days before, a tenth of all standing. Each was taken as many days earlier as its number
/// says in tens.
async fn many(app: &App) {
    sqlx::raw_sql(
        "insert into folders (id, project_id, path, name, paused) select gen_random_uuid(), id, '/nowhere', 'nowhere', true from projects;
         insert into images (id, project_id, folder_id, path, name, state, size, mtime_ns, ctime_ns, inode, device, width, height, taken_at)
         select (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid,
                f.project_id, f.id, n::text::bytea, 'picture ' || n, 'ok', n, 0, 0, n, 0,
                case n % 10 when 0 then 60 else 120 end, case n % 10 when 0 then 120 else 60 end,
                to_timestamp(1795608000000 / 1000.0) - make_interval(days => n / 10)
         from folders f, (
             select n, 1795521600000 + n / 4 as ms from generate_series(1, 3000) as n union all
             select n, 1795521600000 - (n - 3000) * 350000 from generate_series(3001, 5500) as n
         ) as added where f.path = '/nowhere';"
    )
    .execute(&app.pool)
    .await
    .expect("many records");
    until(|| async { gallery::window(app, &Query::default(), None, 0, 1).await.expect("a window").total == 5_500 })
        .await;
    let taken = Query::read("sort=taken").0;
    until(|| async { gallery::window(app, &taken, None, 0, 1).await.expect("a window").total == 5_500 }).await;
}

async fn outline(app: &App, query: &Query, anchor: Option<ImageId>) -> Outline {
    gallery::outline(app, query, anchor, Zone::default()).await.expect("an outline").outline
}

/// All ids of a view, in its order.
async fn all(app: &App, query: &Query) -> Vec<ImageId> {
    ids(app, query, None, 0, 10_000).await.expect("ids")
}

#[sqlx::test]
async fn far_down_is_what_one_would_have_walked_to(pool: Pool) {
    let scene = Scene::open(pool).await;
    many(&scene.app).await;
    let views = [
        "",
        "sort=added-reversed",
        "sort=taken",
        "sort=taken-reversed",
        "sort=name",
        "sort=rating",
        "shape=portrait",
        "shape=landscape&sort=taken",
        "shape=landscape&sort=size",
    ];
    for search in views {
        let query = Query::read(search).0;
        let all = all(&scene.app, &query).await;
        assert!(all.len() > 500, "{search}");
        for start in [0, 1_999, 2_000, 2_001, 2_700, 3_000, 4_321, 5_400, 6_000] {
            let window = gallery::window(&scene.app, &query, None, start, 120).await.expect("a window");
            let shown: Vec<ImageId> = window.cards.iter().map(|card| card.id).collect();
            let expect: Vec<ImageId> = all.iter().copied().skip(start as usize).take(120).collect();
            assert_eq!((shown, window.total as usize), (expect, all.len()), "{search} from {start}");
        }
        for at in [0, 1, 999, 1_000, 2_500, all.len() - 1] {
            let Some(id) = all.get(at) else { continue };
            let picture = gallery::picture(&scene.app, &query, *id).await.expect("a picture");
            let beside = (at.checked_sub(1).map(|at| all[at]), all.get(at + 1).copied());
            assert_eq!(picture.place as usize, at + 1, "{search}");
            assert_eq!((picture.newer, picture.older), beside, "{search} at {at}");
        }
    }
}

#[sqlx::test]
async fn below_an_anchor_places_are_counted_from_it(pool: Pool) {
    let scene = Scene::open(pool).await;
    many(&scene.app).await;
    let (query, app) = (Query::default(), &scene.app);
    let all = all(app, &query).await;
    for anchor in [0, 1, 1_500, 2_999, 3_100] {
        let window = gallery::window(app, &query, Some(all[anchor]), 2_100, 50).await.expect("a window");
        let shown: Vec<ImageId> = window.cards.iter().map(|card| card.id).collect();
        assert_eq!(shown, all[anchor + 2_100..].iter().copied().take(50).collect::<Vec<_>>(), "{anchor}");
        let total = outline(app, &query, Some(all[anchor])).await.total();
        assert_eq!(total as usize, all.len() - anchor, "{anchor}");
        let picture = gallery::picture(app, &query, all[anchor]).await.expect("a picture");
        assert_eq!(picture.place as usize, anchor + 1);
    }
}

#[sqlx::test]
async fn a_view_has_its_days(pool: Pool) {
    let scene = Scene::open(pool).await;
    many(&scene.app).await;
    let days = async |search: &str| -> Vec<(String, u32, u32)> {
        let outline = outline(&scene.app, &Query::read(search).0, None).await;
        let day = |day: Option<Day>| day.map_or_else(String::new, |day| day.to_string());
        outline.stretches.iter().map(|stretch| (day(stretch.day), stretch.count, stretch.ratio)).collect()
    };
    let added = days("").await;
    let yesterday = Day::of_number(((NOON - DAY_MS) / DAY_MS) as i32).expect("a day").to_string();
    assert_eq!(added.iter().map(|(_, count, _)| count).sum::<u32>(), 5_500);
    assert_eq!((added[0].0.as_str(), added.len()), (yesterday.as_str(), 11));
    let mut reversed = days("sort=added-reversed").await;
    reversed.reverse();
    assert_eq!(reversed, added, "both ways the same");

    let taken = days("sort=taken").await;
    assert_eq!(taken.len(), 551);
    assert_eq!(taken[1].1, 10, "ten of each day");
    assert_eq!(taken[1].2, (9 * 200 + 50) / 10, "as wide as they are together");
    assert_eq!(days("sort=taken&shape=portrait").await[1].1, 1);
    assert_eq!(days("sort=name").await, [(String::new(), 5_500, (9 * 200 + 50) / 10)]);
    assert_eq!(days("q=nothing-of-the-kind").await, []);
}

#[sqlx::test]
async fn days_follow_what_comes_changes_and_goes(pool: Pool) {
    let scene = Scene::open(pool).await;
    let path = scene.put("one.jpg", &jpeg(1));
    scene.put("two.jpg", &jpeg(2));
    scene.images_when(|images| images.len() == 2).await;
    let count = async |search: &str| {
        let outline = outline(&scene.app, &Query::read(search).0, None).await;
        (outline.stretches.len(), outline.total())
    };
    until(|| async { count("").await == (1, 2) && count("sort=taken").await == (1, 2) }).await;

    // another day, by what the file says of itself
    let hour = std::time::SystemTime::now() - std::time::Duration::from_secs(3 * 86_400);
    std::fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(hour)).expect("another time");
    sqlx::query("update images set removed_at = now() where name = 'two.jpg'")
        .execute(&scene.app.pool)
        .await
        .expect("one less");
    until(|| async { count("").await == (1, 1) && count("sort=taken").await == (1, 1) }).await;
    // what is found is counted as it was written, whatever way it went
    sqlx::query("update finds_at set epoch = null").execute(&scene.app.pool).await.expect("all anew");
    scene.put("three.jpg", &jpeg(3));
    until(|| async { count("").await == (1, 2) && count("sort=taken").await.1 == 2 }).await;
}

#[sqlx::test]
async fn a_stretch_is_selected_by_its_ids(pool: Pool) {
    let scene = Scene::open(pool).await;
    many(&scene.app).await;
    let query = Query::read("sort=name").0;
    let some = ids(&scene.app, &query, None, 2_500, 40).await.expect("ids");
    let window = gallery::window(&scene.app, &query, None, 2_500, 40).await.expect("a window");
    assert_eq!(some, window.cards.iter().map(|card| card.id).collect::<Vec<_>>());
    assert_eq!(ids(&scene.app, &query, None, 0, u32::MAX).await.expect("ids").len(), 5_500);
}
