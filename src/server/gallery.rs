//! What the pages ask: windows of the gallery, all of it or what is looked for, and one picture. Each answer is of one moment
//! and says which.

use time::{OffsetDateTime, UtcOffset, macros::format_description};

use super::{
    App, Error,
    db::{
        self, Tx, crops, feed,
        find::{self, FoundRow, Place, Search, Side},
        finds,
        images::{self, Neighbours},
    },
    details, words,
};
use crate::{
    folder::scan::path_from_bytes,
    model::{Cursor, Facet, ImageId, Opening, Picture, Query, Window},
};

/// A start past the end begins at the top.
pub async fn open(app: &App, query: &Query, start: u32, count: u32) -> Result<Opening, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    let mut window = window_in(app, &mut tx, query, None, start, count).await?;
    if start > 0 && window.cards.is_empty() {
        window = window_in(app, &mut tx, query, None, 0, count).await?;
    }
    let newest = match window.start {
        0 => window.newest(),
        _ => window_in(app, &mut tx, query, None, 0, 1).await?.newest(),
    };
    let (at, all) = (feed::head(&mut tx).await?.at, feed::total(&mut tx, app.project).await?);
    Ok(Opening { at, window, newest, all, folders: app.folders.list().folders })
}

/// The anchor is of the order in which pictures are added; others have none.
pub async fn window(
    app: &App,
    query: &Query,
    anchor: Option<ImageId>,
    start: u32,
    count: u32,
) -> Result<Window, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    window_in(app, &mut tx, query, anchor, start, count).await
}

async fn window_in(
    app: &App,
    tx: &mut Tx<'_>,
    query: &Query,
    anchor: Option<ImageId>,
    start: u32,
    count: u32,
) -> Result<Window, Error> {
    let (place, count) = (i64::from(start), i64::from(count.min(Window::CARDS_MAX)));
    if query.is_all() {
        let at = feed::head(tx).await?.at;
        let total = feed::total(tx, app.project).await?;
        let anchor = anchor.unwrap_or(images::NEWEST);
        let cards = images::window(tx, app.project, anchor, place, count).await?;
        return Ok(Window { at, total, start, cards });
    }
    let search = search(app, tx, query).await?;
    let (at, total) = (found_at(tx).await?, search.count(tx).await?);
    Ok(Window { at, total, start, cards: search.window(tx, place, count).await? })
}

/// Up to where it is known what is found. While that is made anew, nothing is sure.
async fn found_at(tx: &mut Tx<'_>) -> Result<Cursor, Error> {
    let (head, found) = (feed::head(tx).await?.at, finds::position(tx).await?);
    let is_whole = found.epoch == Some(head.epoch) && found.after.is_none();
    Ok(Cursor { epoch: head.epoch, seq: if is_whole { found.seq.min(head.seq) } else { 0 } })
}

async fn search(app: &App, tx: &mut Tx<'_>, query: &Query) -> Result<Search, Error> {
    let query = query.checked();
    let mut words = Vec::new();
    for word in words::wanted(&query.words) {
        let mut alternatives = vec![format!("'{word}':*")];
        if words::can_be_mistyped(&word) && !find::is_known(tx, &word).await? {
            alternatives.extend(find::like(tx, &word).await?.iter().map(|other| format!("'{other}'")));
        }
        words.push(format!("({})", alternatives.join(" | ")));
    }
    Ok(Search { project: app.project, query, words: words.join(" & ") })
}

/// How many there are of each kind: on each side as if nothing were said about it yet.
pub async fn facets(app: &App, query: &Query) -> Result<Vec<Facet>, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    let search = search(app, &mut tx, query).await?;
    let mut facets = Vec::with_capacity(Side::ALL.len());
    for side in Side::ALL {
        facets.push(Facet { key: side.key().to_owned(), values: search.counts(&mut tx, side).await? });
    }
    Ok(facets)
}

/// A page of what programs look for.
pub struct Found {
    pub rows: Vec<(FoundRow, Place)>,
    pub total: u32,
}

pub async fn find(app: &App, query: &Query, below: Option<&Place>, limit: u16) -> Result<Found, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    let search = search(app, &mut tx, query).await?;
    let rows = search.rest_rows(&mut tx, below, limit.into()).await?;
    Ok(Found { rows, total: search.count(&mut tx).await? })
}

/// With its neighbours and its place among what is asked for.
pub async fn picture(app: &App, query: &Query, id: ImageId) -> Result<Picture, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    let card = images::card(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let row = images::picture(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let (beside, total) = beside(app, &mut tx, query, id).await?;
    let pieces = crops::pieces(&mut tx, id, i64::from(Picture::PIECES_MAX)).await?;
    Ok(Picture {
        at: feed::head(&mut tx).await?.at,
        newer: beside.as_ref().and_then(|beside| beside.newer),
        older: beside.as_ref().and_then(|beside| beside.older),
        place: beside.map_or(0, |beside| u32::try_from(beside.ahead + 1).unwrap_or(u32::MAX)),
        total,
        path: path_from_bytes(&row.path).display().to_string(),
        details: details::of(&mut tx, id, &row.facts).await?,
        folder: row.folder,
        exposure: row.facts.exposure(),
        camera: row.camera,
        lens: row.lens,
        taken: row.taken_at.and_then(|at| wall_clock(at, row.taken_offset_min)),
        hash: row.hash.map(hex::encode),
        origin: crops::origin(&mut tx, id).await?,
        pieces: pieces.cards,
        pieces_total: u32::try_from(pieces.total).unwrap_or(u32::MAX),
        card,
    })
}

/// None when the picture is not among them; and how many there are.
async fn beside(app: &App, tx: &mut Tx<'_>, query: &Query, id: ImageId) -> Result<(Option<Neighbours>, u32), Error> {
    if query.is_all() {
        let beside = images::neighbours(tx, app.project, id).await?;
        return Ok((Some(beside), feed::total(tx, app.project).await?));
    }
    let search = search(app, tx, query).await?;
    Ok((search.neighbours(tx, id).await?, search.count(tx).await?))
}

/// The clock where the picture was taken, as the camera had it.
pub(super) fn wall_clock(at: OffsetDateTime, offset_min: Option<i16>) -> Option<String> {
    let offset = UtcOffset::from_whole_seconds(i32::from(offset_min.unwrap_or(0)) * 60).ok()?;
    at.to_offset(offset).format(format_description!("[year]-[month]-[day] [hour]:[minute]:[second]")).ok()
}
