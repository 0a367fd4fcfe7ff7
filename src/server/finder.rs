//! Keeps what pictures are found by true to them: follows the feed, a moment behind it, and makes everything anew where
//! that cannot be followed. Knows nothing of what is looked for.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use uuid::Uuid;

use super::{
    App, Error,
    app::Growth,
    db::{
        self, Tx, feed,
        finds::{self, Position, Weight},
    },
    words,
};

/// What another node left behind is looked for as often, and so is whether a rush is over.
const TICK: Duration = Duration::from_secs(1);
/// Whoever must find all that there is waits as long at most, and hears of it before a page gives the answer up.
const CATCH_UP_MAX: Duration = Duration::from_secs(8);
const LOOK_AGAIN: Duration = Duration::from_millis(30);
/// Rows that are written in one transaction.
const ROWS_MAX: i64 = 1_000;

/// What the server shares of it: who waits until all is found that there is, for whom it goes on at any time.
#[derive(Default)]
pub struct Finder {
    waiting: AtomicUsize,
    more: Notify,
}

struct Waits<'a>(&'a Finder);

impl Finder {
    fn wait(&self) -> Waits<'_> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.more.notify_one();
        Waits(self)
    }

    fn is_awaited(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Runs until told to stop.
pub async fn run(app: App) {
    let stop = app.stop.clone();
    stop.run_until_cancelled(follow(&app)).await;
}

async fn follow(app: &App) {
    let (mut head, growth) = (app.feed.watch(), Growth::default());
    loop {
        head.borrow_and_update();
        // while many files are taken in, the database is theirs
        let is_put_off = app.jobs.is_rush() && !app.finder.is_awaited();
        let done = if is_put_off { Ok(None) } else { step(app).await };
        match done {
            Ok(Some(written)) => {
                if growth.add(written) {
                    analyze(app).await;
                }
                continue;
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what pictures are found by could not be written"
            ),
        }
        let news = async {
            tokio::select! {
                // its sender lives as long as the app
                _ = head.changed() => {}
                () = app.finder.more.notified() => {}
            }
        };
        let _ = timeout(TICK, news).await;
    }
}

/// Until everything is found that has its number in the feed, even while many files are taken in.
pub async fn catch_up(app: &App) -> Result<(), Error> {
    let (head, _waits) = (app.feed.head(), app.finder.wait());
    let catching_up = async {
        while !finds::position(&mut *app.pool.acquire().await?).await?.has_come_to(head) {
            sleep(LOOK_AGAIN).await;
        }
        Ok(())
    };
    timeout(CATCH_UP_MAX, catching_up).await.unwrap_or_else(|_| {
        let sentence = "Pictures are still being sorted in, and some would be missed. Try again in a moment.";
        Err(Error::Conflict(sentence.to_owned()))
    })
}

async fn analyze(app: &App) {
    if let Err(error) = finds::analyze(&app.pool).await {
        tracing::warn!(%error, "PostgreSQL could not be told how much is found");
    }
}

/// Asked without a lock, because it is asked each second for as long as nothing happens.
async fn is_behind(app: &App) -> Result<bool, Error> {
    let (position, head) = (finds::position(&mut *app.pool.acquire().await?).await?, app.feed.head());
    Ok(!position.has_come_to(head) || position.seq > head.seq)
}

/// One stretch of the way; None where there is nothing to do, or another node does it.
async fn step(app: &App) -> Result<Option<usize>, Error> {
    if !is_behind(app).await? {
        return Ok(None);
    }
    let mut tx = db::begin(&app.pool).await?;
    let Some(position) = finds::take(&mut tx).await? else { return Ok(None) };
    let head = feed::head(&mut tx).await?;
    let is_lost = position.epoch != Some(head.at.epoch) || position.seq > head.at.seq || position.seq < head.floor;
    let (written, next) = if is_lost {
        finds::clear(&mut tx).await?;
        (0, Position { epoch: Some(head.at.epoch), seq: head.at.seq, after: Some(Uuid::nil()) })
    } else if let Some(after) = position.after {
        let ids = finds::next(&mut tx, after, ROWS_MAX).await?;
        write_anew(&mut tx, &ids).await?;
        (ids.len(), Position { after: ids.last().copied(), ..position })
    } else if let Some(renamed) = finds::renamed(&mut tx).await? {
        // the change in the feed that tells of the new name is not passed before
        let ids = finds::next_of(&mut tx, &renamed, ROWS_MAX).await?;
        write_anew(&mut tx, &ids).await?;
        finds::set_renamed(&mut tx, renamed.folder, ids.last().copied()).await?;
        (ids.len(), position)
    } else if position.seq < head.at.seq {
        let upto = head.at.seq.min(position.seq + ROWS_MAX);
        let ids = finds::changed(&mut tx, position.seq, upto).await?;
        write_anew(&mut tx, &ids).await?;
        (ids.len(), Position { seq: upto, ..position })
    } else {
        return Ok(None);
    };
    finds::set_position(&mut tx, &next).await?;
    tx.commit().await?;
    Ok(Some(written))
}

async fn write_anew(tx: &mut Tx<'_>, ids: &[Uuid]) -> Result<(), Error> {
    finds::weigh(tx, ids, Weight::TakenAway).await?;
    finds::remove_gone(tx, ids).await?;
    write(tx, ids).await?;
    finds::weigh(tx, ids, Weight::GivenBack).await?;
    Ok(())
}

async fn write(tx: &mut Tx<'_>, ids: &[Uuid]) -> Result<(), Error> {
    let mut learnt = BTreeSet::new();
    let row = |texts: finds::Texts| {
        let said = [&texts.title, &texts.caption, &texts.camera, &texts.lens];
        let all = [&texts.name, &texts.folder].into_iter().chain(said.into_iter().flatten()).chain(&texts.tags);
        let words = words::kept(all.map(String::as_str));
        let row = finds::Row {
            id: texts.id,
            name_key: words::name_key(&texts.name),
            words: words.iter().map(String::as_str).collect::<Vec<_>>().join(" "),
        };
        learnt.extend(words.into_iter().filter(|word| words::can_be_mistyped(word)));
        row
    };
    let rows: Vec<finds::Row> = finds::texts(tx, ids).await?.into_iter().map(row).collect();
    finds::put(tx, &rows).await?;
    finds::learn(tx, &learnt.into_iter().collect::<Vec<_>>()).await?;
    Ok(())
}
