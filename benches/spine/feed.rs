//! What the change feed costs 16 writers: the transaction of the ingest, with the feed and without, turn and turn about.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use pixelsync::{
    folder::Seen,
    imaging::{Facts, Said},
    model::{ImageId, State},
    server::{
        content::Content,
        db::{
            self, activity, contents, crops,
            folders::FolderRow,
            images::{self, Entry},
            jobs,
        },
        feed::Feed,
    },
};
use sqlx::{AssertSqlSafe, PgPool, postgres::PgPoolOptions};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    database::fresh_database,
    figure::{Figure, percentile},
};

const WRITERS: u32 = 16;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(4);
const LOSS_GOAL: f64 = 25.0;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let url = fresh_database("spine_feed").await?;
        let pool = PgPoolOptions::new().max_connections(WRITERS + 8).connect(&url).await?;
        db::schema::migrate(&pool).await?;
        let project = db::projects::default_project(&pool).await?;
        let folder = db::folders::managed_folder(&pool, project, "/nowhere".as_ref(), None).await?;
        let (mut ratios, mut with_feed) = (Vec::new(), Vec::new());
        // the first pair warms up
        for round in 0..=ROUNDS {
            let without = writes_a_second(&pool, &folder, false).await?;
            let with = writes_a_second(&pool, &folder, true).await?;
            if round > 0 {
                ratios.push(100.0 * (1.0 - with / without));
                with_feed.push(with);
            }
        }
        Ok(vec![
            Figure::told("ingest_transactions_with_feed", percentile(&mut with_feed, 0.5), "per_s"),
            Figure::below("feed_loss_16_writers", percentile(&mut ratios, 0.5), "percent", LOSS_GOAL),
        ])
    })
}

async fn writes_a_second(pool: &PgPool, folder: &FolderRow, with_feed: bool) -> Result<f64> {
    let way = if with_feed { "enable" } else { "disable" };
    sqlx::query(AssertSqlSafe(format!("alter table images {way} trigger user"))).execute(pool).await?;
    let stop = CancellationToken::new();
    let feed = Feed::open(pool.clone(), folder.project).await?;
    let sealing = with_feed.then(|| tokio::spawn(feed.clone().run(stop.clone())));

    let (over, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let begun = Instant::now();
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let (pool, folder, feed, over, written) =
                (pool.clone(), folder.clone(), feed.clone(), over.clone(), written.clone());
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    write(&pool, &folder).await?;
                    if with_feed {
                        feed.committed();
                    }
                    written.fetch_add(1, Ordering::Relaxed);
                }
                anyhow::Ok(())
            })
        })
        .collect();
    tokio::time::sleep(ROUND).await;
    let rate = written.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64();
    over.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await??;
    }
    stop.cancel();
    if let Some(sealing) = sealing {
        sealing.await?;
    }
    Ok(rate)
}

/// What taking in one new picture writes.
async fn write(pool: &PgPool, folder: &FolderRow) -> Result<()> {
    let id = ImageId(Uuid::now_v7());
    let seen = Seen {
        path: id.to_string().into(),
        size: 8_000_000,
        mtime_ns: 1,
        ctime_ns: 1,
        inode: 1,
        device: 1,
        sidecar_ns: None,
    };
    let mut hash = [0; 32];
    hash[..16].copy_from_slice(id.0.as_bytes());
    let content = Content {
        hash: Some(hash),
        mime: Some("image/jpeg"),
        state: State::Pending,
        reason: None,
        size: Some((6000, 4000)),
        thumbhash: None,
        orientation: Some(1),
        said: Said::default(),
        facts: Facts { camera: Some("Canon EOS R6".into()), iso: Some(200), ..Facts::default() },
    };
    let mut tx = db::begin(pool).await?;
    contents::find(&mut tx, &hash).await?;
    jobs::queue(&mut tx, jobs::Kind::Develop, &hash, jobs::Priority::Arrival).await?;
    let entry = Entry { id, is_new: true, seen: &seen, racy: false, content: &content };
    images::put(&mut tx, folder, &[entry]).await?;
    crops::fulfil(&mut tx, &[(id, hash)]).await?;
    activity::record(&mut tx, activity::Kind::Arrived, &[id]).await?;
    tx.commit().await?;
    Ok(())
}
