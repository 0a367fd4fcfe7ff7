//! What the pages ask: the gallery's windows and one picture. Each answer is of one moment and says which.

use time::{OffsetDateTime, UtcOffset, macros::format_description};

use super::{
    App, Error,
    db::{self, Tx, feed, images},
    details,
};
use crate::{
    folder::scan::path_from_bytes,
    model::{ImageId, Opening, Picture, Window},
};

/// A start past the end begins at the top.
pub async fn open(app: &App, start: u32, count: u32) -> Result<Opening, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    let count = count.min(Window::CARDS_MAX);
    let mut window = window_in(app, &mut tx, images::NEWEST, start, count).await?;
    if start > 0 && window.cards.is_empty() {
        window = window_in(app, &mut tx, images::NEWEST, 0, count).await?;
    }
    let newest = match window.start {
        0 => window.newest(),
        _ => window_in(app, &mut tx, images::NEWEST, 0, 1).await?.newest(),
    };
    Ok(Opening { window, newest, folders: app.folders.list().folders })
}

pub async fn window(app: &App, anchor: Option<ImageId>, start: u32, count: u32) -> Result<Window, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    window_in(app, &mut tx, anchor.unwrap_or(images::NEWEST), start, count.min(Window::CARDS_MAX)).await
}

async fn window_in(app: &App, tx: &mut Tx<'_>, anchor: ImageId, start: u32, count: u32) -> Result<Window, Error> {
    let at = feed::head(tx).await?.at;
    let total = feed::total(tx, app.project).await?;
    let cards = images::window(tx, app.project, anchor, i64::from(start), i64::from(count)).await?;
    Ok(Window { at, total, start, cards })
}

pub async fn picture(app: &App, id: ImageId) -> Result<Picture, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    let card = images::card(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let row = images::picture(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let beside = images::neighbours(&mut tx, app.project, id).await?;
    Ok(Picture {
        at: feed::head(&mut tx).await?.at,
        newer: beside.newer,
        older: beside.older,
        place: u32::try_from(beside.ahead + 1).unwrap_or(u32::MAX),
        total: feed::total(&mut tx, app.project).await?,
        path: path_from_bytes(&row.path).display().to_string(),
        details: details::of(&mut tx, id, &row.facts).await?,
        folder: row.folder,
        exposure: row.facts.exposure(),
        camera: row.camera,
        lens: row.lens,
        taken: row.taken_at.and_then(|at| wall_clock(at, row.taken_offset_min)),
        hash: row.hash.map(hex::encode),
        card,
    })
}

/// The clock where the picture was taken, as the camera had it.
fn wall_clock(at: OffsetDateTime, offset_min: Option<i16>) -> Option<String> {
    let offset = UtcOffset::from_whole_seconds(i32::from(offset_min.unwrap_or(0)) * 60).ok()?;
    at.to_offset(offset).format(format_description!("[year]-[month]-[day] [hour]:[minute]:[second]")).ok()
}
