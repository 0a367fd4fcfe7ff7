//! The shape of views, and windows far down in them.

use pixelsync::{
    model::{Day, ImageId, Outline, Query, Window, Zone},
    server::{
        App,
        db::Pool,
        gallery::{self, ids},
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
    until(|| async { window(app, &Query::default(), None, 0, 1).await.total == 5_500 }).await;
    let taken = Query::read("sort=taken").0;
    until(|| async { window(app, &taken, None, 0, 1).await.total == 5_500 }).await;
}

async fn window(app: &App, query: &Query, anchor: Option<ImageId>, start: u32, count: u32) -> Window {
    gallery::window(app, query, Zone::default(), anchor, start, count).await.expect("a window")
}

async fn outline(app: &App, query: &Query, anchor: Option<ImageId>) -> Outline {
    gallery::outline(app, query, Zone::default(), anchor).await.expect("an outline").outline
}

/// All ids of a view, in its order.
async fn all(app: &App, query: &Query) -> Vec<ImageId> {
    ids(app, query, Zone::default(), None, 0, 10_000).await.expect("ids")
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
            let window = window(&scene.app, &query, None, start, 120).await;
            let shown: Vec<ImageId> = window.cards.iter().map(|card| card.id).collect();
            let expect: Vec<ImageId> = all.iter().copied().skip(start as usize).take(120).collect();
            assert_eq!((shown, window.total as usize), (expect, all.len()), "{search} from {start}");
        }
        for at in [0, 1, 999, 1_000, 2_500, all.len() - 1] {
            let Some(id) = all.get(at) else { continue };
            let picture = gallery::picture(&scene.app, &query, Zone::default(), *id).await.expect("a picture");
            let beside = (at.checked_sub(1).map(|at| all[at]), all.get(at + 1).copied());
            assert_eq!(picture.place as usize, at + 1, "{search}");
            assert_eq!((picture.newer, picture.older), beside, "{search} at {at}");
        }
    }
}

/// 12,000 more that were taken on one day, and added on one.
async fn a_day_of_very_many(app: &App) {
    sqlx::raw_sql(
        "insert into images (id, project_id, folder_id, path, name, state, size, mtime_ns, ctime_ns, inode, device, width, height, taken_at)
         select (lpad(to_hex(1795435200000 + n), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid,
                f.project_id, f.id, ('more ' || n)::bytea, 'more ' || n, 'ok', n, 0, 0, n, 0, 120, 60,
                to_timestamp(1795608000000 / 1000.0) - make_interval(secs => n / 3)
         from folders f, generate_series(1, 12000) as n where f.path = '/nowhere'",
    )
    .execute(&app.pool)
    .await
    .expect("many more records");
    let taken = Query::read("sort=taken").0;
    let total = async || window(app, &taken, None, 0, 1).await.total;
    until(|| async { total().await == 17_500 }).await;
}

#[sqlx::test]
async fn far_down_in_a_day_of_very_many_too(pool: Pool) {
    let scene = Scene::open(pool).await;
    many(&scene.app).await;
    a_day_of_very_many(&scene.app).await;
    let views = [
        ("sort=taken", "from finds order by clock desc, image_id desc"),
        ("shape=landscape", "from finds where shape = 'landscape' order by image_id desc"),
        ("shape=landscape&sort=taken-reversed", "from finds where shape = 'landscape' order by clock, image_id"),
    ];
    for (search, order) in views {
        let query = Query::read(search).0;
        let all: Vec<ImageId> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select image_id {order}")))
            .fetch_all(&scene.app.pool)
            .await
            .expect("all of them");
        assert!(all.len() > 16_000, "{search}");
        // the second time landmarks are known
        for start in [11_500, 11_500, 13_500, 13_500, 15_500, 15_500, 16_000] {
            let window = window(&scene.app, &query, None, start, 50).await;
            let shown: Vec<ImageId> = window.cards.iter().map(|card| card.id).collect();
            let start = start as usize;
            assert_eq!(
                (shown.as_slice(), window.total as usize),
                (&all[start..start + 50], all.len()),
                "{search} from {start}"
            );
            let picture = gallery::picture(&scene.app, &query, Zone::default(), all[start]).await.expect("a picture");
            assert_eq!(picture.place as usize, start + 1, "{search}");
        }
    }
}

#[sqlx::test]
async fn days_are_the_readers(pool: Pool) {
    let scene = Scene::open(pool).await;
    many(&scene.app).await;
    let query = Query::read("shape=landscape").0;
    let all = all(&scene.app, &query).await;
    for minutes in [0, 60, -570, 330] {
        let zone = Zone::of_minutes(minutes);
        let outline = gallery::outline(&scene.app, &query, zone, None).await.expect("an outline").outline;
        let day = |id: &ImageId| Day::of_number((id.added_ms() + minutes * 60_000).div_euclid(DAY_MS) as i32);
        let told = outline.stretches.iter().flat_map(|stretch| vec![stretch.day; stretch.count as usize]);
        assert_eq!(told.collect::<Vec<_>>(), all.iter().map(day).collect::<Vec<_>>(), "{minutes}");
        let window = gallery::window(&scene.app, &query, zone, None, 2_800, 50).await.expect("a window");
        assert_eq!(window.cards.iter().map(|card| card.id).collect::<Vec<_>>(), all[2_800..2_850], "{minutes}");
    }
}

#[sqlx::test]
async fn what_takes_long_to_count_is_shown_before(pool: Pool) {
    let scene = Scene::open(pool).await;
    many(&scene.app).await;
    let query = Query::read("shape=landscape&sort=taken").0;
    let begin = async |query: &Query, count: u32| {
        let opening =
            gallery::open(&scene.app, query, Zone::default(), None, 0, count, true).await.expect("an opening");
        (opening.is_counted, opening.window.total, opening.outline.total(), opening.window.cards)
    };
    let (is_counted, total, in_outline, cards) = begin(&query, 50).await;
    assert_eq!((is_counted, total, in_outline, cards.len()), (true, 4_950, 4_950, 50), "a small library");

    // as if there were very many
    sqlx::query("update finds_spans set total = total + 1000000 where by = 'taken' and span = (select max(span) from finds_spans where by = 'taken')")
        .execute(&scene.app.pool)
        .await
        .expect("another number");
    assert!(begin(&query, 50).await.0, "it is known how many there are");
    let narrower = Query::read("shape=landscape&q=picture&sort=taken").0;
    let (is_counted, total, in_outline, first) = begin(&narrower, 50).await;
    assert_eq!((is_counted, total, in_outline), (false, 50, 50));
    assert_eq!(first, cards, "the same stand first");
    let few = Query::read("q=4711").0;
    assert!(begin(&few, 50).await.0, "few are found");
    let whole = gallery::open(&scene.app, &narrower, Zone::default(), None, 0, 50, false).await.expect("an opening");
    assert_eq!((whole.is_counted, whole.window.total, whole.outline.total()), (true, 4_950, 4_950));
    assert!(begin(&narrower, 50).await.0, "it is known by now");
}

#[sqlx::test]
async fn below_an_anchor_places_are_counted_from_it(pool: Pool) {
    let scene = Scene::open(pool).await;
    many(&scene.app).await;
    let (query, app) = (Query::default(), &scene.app);
    let all = all(app, &query).await;
    for anchor in [0, 1, 1_500, 2_999, 3_100] {
        let window = window(app, &query, Some(all[anchor]), 2_100, 50).await;
        let shown: Vec<ImageId> = window.cards.iter().map(|card| card.id).collect();
        assert_eq!(shown, all[anchor + 2_100..].iter().copied().take(50).collect::<Vec<_>>(), "{anchor}");
        let total = outline(app, &query, Some(all[anchor])).await.total();
        assert_eq!(total as usize, all.len() - anchor, "{anchor}");
        let picture = gallery::picture(app, &query, Zone::default(), all[anchor]).await.expect("a picture");
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
    let some = ids(&scene.app, &query, Zone::default(), None, 2_500, 40).await.expect("ids");
    let window = window(&scene.app, &query, None, 2_500, 40).await;
    assert_eq!(some, window.cards.iter().map(|card| card.id).collect::<Vec<_>>());
    assert_eq!(ids(&scene.app, &query, Zone::default(), None, 0, u32::MAX).await.expect("ids").len(), 5_500);
}
