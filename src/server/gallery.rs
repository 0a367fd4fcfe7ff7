//! What the pages ask: windows of the gallery, all of it or what is looked for, and one picture. Each answer is of one moment
//! and says which.

use time::{OffsetDateTime, UtcOffset, macros::format_description};

use super::{
    App, Error,
    db::{
        self, Tx, crops, feed,
        find::{self, Edge, FoundRow, Place, Reach, Search, Side, Start, time},
        finds,
        images::{self, Neighbours},
        spans::{self, Moment, Span, Time},
        views,
    },
    details, finder, outline,
    shapes::Landmark,
    words,
};
use crate::{
    folder::scan::path_from_bytes,
    model::{
        By, Counts, Cursor, Facet, ImageId, Opening, Outline, Outlined, Picture, Query, Window, Zone, zone::QUARTER_MS,
    },
};

/// So many changes are sorted in within a moment.
const MOMENT_CHANGES_MAX: i64 = 1_000;

/// A start past the end begins at the top. In a hurry, the top of a view comes before all of it is counted where that takes its time.
pub async fn open(
    app: &App,
    query: &Query,
    zone: Zone,
    at: Option<ImageId>,
    start: u32,
    count: u32,
    in_a_hurry: bool,
) -> Result<Opening, Error> {
    let (count, mut tx) = (count.min(Window::CARDS_MAX), db::snapshot(&app.pool).await?);
    if in_a_hurry
        && at.is_none()
        && start == 0
        && count > 0
        && is_much(app, &mut tx, query).await?
        && let Some(begun) = begin_uncounted(app, &mut tx, query, zone, count).await?
    {
        return Ok(begun);
    }
    open_in(app, &mut tx, query, zone, at, start, count).await
}

/// In a library of fewer, all that is found is counted within a moment.
const COUNTED_AT_ONCE: i64 = 400_000;
/// What has no screen of pictures among so many is worth counting first: to walk on to them may take longer than that.
const MET_AT_ONCE: i64 = 20_000;
/// So many are quickly put in order.
const FEW: i64 = 5_000;

async fn is_much(app: &App, tx: &mut Tx<'_>, query: &Query) -> Result<bool, Error> {
    Ok(query.is_narrow() && spans::found_in_all(tx, app.project).await?.total > COUNTED_AT_ONCE)
}

/// None where all that is found has been counted already, or the first ones are far down.
async fn begin_uncounted(
    app: &App,
    tx: &mut Tx<'_>,
    query: &Query,
    zone: Zone,
    count: u32,
) -> Result<Option<Opening>, Error> {
    let search = search(app, tx, query, zone).await?;
    if app.shapes.has_counted(tx, &search).await? {
        return Ok(None);
    }
    let at = found_at(tx).await?;
    let start = Start { reach: Reach::First(MET_AT_ONCE), ..Start::TOP };
    let (by, count) = (time(search.query.sort.by).unwrap_or(Time::Taken), i64::from(count));
    if search.ids(tx, start.clone(), count + 1).await?.len() as i64 <= count {
        return Ok(None);
    }
    let spans = search.spans_of_stretch(tx, by, start.clone(), count).await?;
    let cards = search.window(tx, start, count).await?;
    let window = Window { at, total: count as u32, start: 0, cards };
    let newest = window.newest();
    Ok(Some(Opening { is_counted: false, ..opening(app, tx, window, newest, of_spans(&search, spans)).await? }))
}

async fn open_in(
    app: &App,
    tx: &mut Tx<'_>,
    query: &Query,
    zone: Zone,
    at: Option<ImageId>,
    start: u32,
    count: u32,
) -> Result<Opening, Error> {
    let start = match at {
        // some of what stands before it, so that one can look back at once
        Some(id) => place(app, tx, query, zone, id).await?.unwrap_or(0).saturating_sub(count / 3),
        None => start,
    };
    let mut window = window_in(app, tx, query, zone, None, start, count).await?;
    if start > 0 && window.cards.is_empty() {
        window = window_in(app, tx, query, zone, None, 0, count).await?;
    }
    let newest = match window.start {
        0 => window.newest(),
        _ => window_in(app, tx, query, zone, None, 0, 1).await?.newest(),
    };
    let outline = outline_in(app, tx, query, zone, None).await?.outline;
    opening(app, tx, window, newest, outline).await
}

async fn opening(
    app: &App,
    tx: &mut Tx<'_>,
    window: Window,
    newest: Option<ImageId>,
    outline: Outline,
) -> Result<Opening, Error> {
    let (at, all) = (feed::head(tx).await?.at, feed::total(tx, app.project).await?);
    let (views, getting_ready) = (views::all(tx, app.project).await?, is_behind(tx).await?);
    let folders = app.folders.list().folders;
    let drawn = Window::CARDS_FIRST;
    Ok(Opening { at, window, drawn, is_counted: true, newest, outline, all, folders, views, getting_ready })
}

/// Where a picture stands in a view; None when it is not in it.
async fn place(app: &App, tx: &mut Tx<'_>, query: &Query, zone: Zone, id: ImageId) -> Result<Option<u32>, Error> {
    if images::card(&mut *tx, id).await?.is_none() {
        return Ok(None);
    }
    let (beside, _) = beside(app, tx, query, zone, id).await?;
    Ok(beside.map(|(_, ahead)| u32::try_from(ahead).unwrap_or(u32::MAX)))
}

/// The anchor is of the order in which pictures are added; others have none.
pub async fn window(
    app: &App,
    query: &Query,
    zone: Zone,
    anchor: Option<ImageId>,
    start: u32,
    count: u32,
) -> Result<Window, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    window_in(app, &mut tx, query, zone, anchor, start, count).await
}

/// The way through all pictures as they were added. The catalogue is read newest first, whichever way it is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    NewestFirst,
    OldestFirst,
}

fn by_adding(query: &Query) -> Option<Way> {
    let is_it = !query.is_narrow() && query.sort.by == By::Added;
    is_it.then_some(if query.sort.ascends() { Way::OldestFirst } else { Way::NewestFirst })
}

impl Way {
    /// Where a stretch of the view begins newest first, and how long it is.
    fn stretch(self, total: i64, start: i64, count: i64) -> (i64, i64) {
        match self {
            Way::NewestFirst => (start, count),
            Way::OldestFirst => {
                let end = (total - start).max(0);
                (end - count.min(end), count.min(end))
            }
        }
    }

    fn turn<T>(self, read: &mut [T]) {
        if self == Way::OldestFirst {
            read.reverse();
        }
    }
}

async fn window_in(
    app: &App,
    tx: &mut Tx<'_>,
    query: &Query,
    zone: Zone,
    anchor: Option<ImageId>,
    start: u32,
    count: u32,
) -> Result<Window, Error> {
    let (place, count) = (i64::from(start), i64::from(count.min(Window::CARDS_MAX)));
    if let Some(way) = by_adding(query) {
        let at = feed::head(tx).await?.at;
        let total = feed::total(tx, app.project).await?;
        let (place, count) = way.stretch(total.into(), place, count);
        let (from, over) = newest_at(app, tx, way, anchor, place).await?;
        let mut cards = images::window(tx, app.project, from, over, count).await?;
        way.turn(&mut cards);
        return Ok(Window { at, total, start, cards });
    }
    let search = search(app, tx, query, zone).await?;
    let at = found_at(tx).await?;
    let (total, from) = search_from(app, tx, &search, place).await?;
    Ok(Window { at, total, start, cards: search.window(tx, from, count).await? })
}

/// Nearer than this, walking there is the shortest way.
const FAR: i64 = 2_000;
/// Further than this into a day, landmarks are looked for.
const FAR_IN_DAY: i64 = 10_000;

/// Where to read all pictures as they were added to come to a place below the anchor: the highest id, and how many to pass over.
/// Places that are counted from the other end are of what is sealed, and what is not must not be walked over.
async fn newest_at(
    app: &App,
    tx: &mut Tx<'_>,
    way: Way,
    anchor: Option<ImageId>,
    place: i64,
) -> Result<(ImageId, i64), Error> {
    let walk = (anchor.unwrap_or(images::NEWEST), place);
    if place < FAR && way == Way::NewestFirst {
        return Ok(walk);
    }
    let place = place + held(app, tx, anchor).await?;
    let Some(quarter) = app.calendar.read(tx, app.project, |quarters| quarters.at(place)).await? else {
        return Ok(walk);
    };
    Ok(spans::newest_at(tx, app.project, quarter, place).await?.unwrap_or(walk))
}

/// What one request may ask for.
const IDS_MAX: u32 = 10_000;

/// The ids of a stretch of a view.
pub async fn ids(
    app: &App,
    query: &Query,
    zone: Zone,
    anchor: Option<ImageId>,
    start: u32,
    count: u32,
) -> Result<Vec<ImageId>, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    let (place, count) = (i64::from(start), i64::from(count.min(IDS_MAX)));
    if let Some(way) = by_adding(query) {
        let total = feed::total(&mut tx, app.project).await?;
        let (place, count) = way.stretch(total.into(), place, count);
        let (from, over) = newest_at(app, &mut tx, way, anchor, place).await?;
        let mut ids = images::ids(&mut tx, app.project, from, over, count).await?;
        way.turn(&mut ids);
        return Ok(ids);
    }
    let search = search(app, &mut tx, query, zone).await?;
    let (_, from) = search_from(app, &mut tx, &search, place).await?;
    Ok(search.ids(&mut tx, from, count).await?)
}

/// Until the ids of a view are all that it has in the catalogue now.
pub async fn settle(app: &App, query: &Query) -> Result<(), Error> {
    app.feed.seal().await?;
    if by_adding(query).is_none() {
        finder::catch_up(app).await?;
    }
    Ok(())
}

/// What was added after the anchor.
async fn held(app: &App, tx: &mut Tx<'_>, anchor: Option<ImageId>) -> Result<i64, Error> {
    match anchor {
        Some(anchor) => newer_than(app, tx, anchor).await,
        None => Ok(0),
    }
}

async fn newer_than(app: &App, tx: &mut Tx<'_>, id: ImageId) -> Result<i64, Error> {
    let quarter = id.added_ms() / QUARTER_MS;
    let after = app.calendar.read(tx, app.project, |quarters| quarters.after(quarter)).await?;
    Ok(after + spans::newer_in_quarter(tx, app.project, id).await?)
}

/// How many are found, and where to begin to read so as to come to a place.
async fn search_from(app: &App, tx: &mut Tx<'_>, search: &Search, place: i64) -> Result<(u32, Start), Error> {
    let sort = search.query.sort;
    let spans = if search.query.is_narrow() { Some(app.shapes.spans(tx, search).await?) } else { None };
    let total = match &spans {
        Some(spans) => spans::total(spans),
        None => spans::found_in_all(tx, app.project).await?.total,
    };
    let by_day = match &spans {
        _ if time(sort.by).is_none() => (Edge::Top, 0),
        // nobody walks to the first day that has any
        Some(spans) => at_moment(spans::at(spans, sort.ascends(), place)),
        None if place < FAR => (Edge::Top, 0),
        None => at_moment(spans::taken_at(tx, app.project, sort.ascends(), place).await?),
    };
    let far = if time(sort.by).is_some() { FAR_IN_DAY } else { FAR };
    let (edge, above) = if place - by_day.1 >= far {
        nearer(by_day, at_landmark(app.shapes.landmark(tx, search, place).await?))
    } else {
        by_day
    };
    let reach = if search.query.is_narrow() && total <= FEW { Reach::Few } else { Reach::All };
    Ok((u32::try_from(total).unwrap_or(u32::MAX), Start { edge, over: place - above, reach }))
}

/// Of two edges before a place, each with how many stand above it, the one that is nearer to it.
fn nearer(one: (Edge, i64), other: (Edge, i64)) -> (Edge, i64) {
    if other.1 > one.1 { other } else { one }
}

fn at_moment(moment: Option<Moment>) -> (Edge, i64) {
    moment.map_or((Edge::Top, 0), |Moment { span, above }| (Edge::Span(span), above))
}

fn at_landmark(landmark: Option<Landmark>) -> (Edge, i64) {
    landmark.map_or((Edge::Top, 0), |Landmark { row, above }| (Edge::Row(row), above))
}

/// The shape of a view: its days, or how many there are where its order knows none.
pub async fn outline(app: &App, query: &Query, zone: Zone, anchor: Option<ImageId>) -> Result<Outlined, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    outline_in(app, &mut tx, query, zone, anchor).await
}

async fn outline_in(
    app: &App,
    tx: &mut Tx<'_>,
    query: &Query,
    zone: Zone,
    anchor: Option<ImageId>,
) -> Result<Outlined, Error> {
    if let Some(way) = by_adding(query) {
        let held = held(app, tx, anchor).await?;
        let days = app.calendar.read(tx, app.project, |quarters| quarters.days(zone, held)).await?;
        let mut outline = outline::with_shapes(&days, &spans::shapes_added(tx, app.project).await?);
        way.turn(&mut outline.stretches);
        return Ok(Outlined { at: feed::head(tx).await?.at, outline });
    }
    let search = search(app, tx, query, zone).await?;
    let (at, by) = (found_at(tx).await?, time(search.query.sort.by));
    let spans = match by {
        _ if search.query.is_narrow() => app.shapes.spans(tx, &search).await?.to_vec(),
        Some(_) => spans::taken(tx, app.project).await?,
        None => vec![spans::found_in_all(tx, app.project).await?],
    };
    Ok(Outlined { at, outline: of_spans(&search, spans) })
}

/// Of days that stand earliest first.
fn of_spans(search: &Search, mut spans: Vec<Span>) -> Outline {
    let sort = search.query.sort;
    if !sort.ascends() {
        spans.reverse();
    }
    if time(sort.by).is_some() { outline::of_days(spans) } else { outline::flat(&spans) }
}

/// Up to where it is known what is found. While that is made anew, nothing is sure.
async fn found_at(tx: &mut Tx<'_>) -> Result<Cursor, Error> {
    let head = feed::head(tx).await?.at;
    Ok(Cursor { epoch: head.epoch, seq: whole_up_to(tx, head).await?.unwrap_or(0) })
}

async fn whole_up_to(tx: &mut Tx<'_>, head: Cursor) -> Result<Option<i64>, Error> {
    let found = finds::position(tx).await?;
    let is_whole = found.epoch == Some(head.epoch) && found.after.is_none();
    Ok(is_whole.then(|| found.seq.min(head.seq)))
}

/// Whether pictures are still being sorted in, and it is no matter of a moment.
pub async fn is_getting_ready(app: &App) -> Result<bool, Error> {
    is_behind(&mut db::snapshot(&app.pool).await?).await
}

async fn is_behind(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let head = feed::head(tx).await?.at;
    Ok(whole_up_to(tx, head).await?.is_none_or(|seq| head.seq - seq > MOMENT_CHANGES_MAX))
}

async fn search(app: &App, tx: &mut Tx<'_>, query: &Query, zone: Zone) -> Result<Search, Error> {
    let query = query.checked();
    let mut words = Vec::new();
    for word in words::wanted(&query.words) {
        let mut alternatives = vec![format!("'{word}':*")];
        if words::can_be_mistyped(&word) && !find::is_known(tx, &word).await? {
            alternatives.extend(find::like(tx, &word).await?.iter().map(|other| format!("'{other}'")));
        }
        words.push(format!("({})", alternatives.join(" | ")));
    }
    Ok(Search { project: app.project, query, zone, words: words.join(" & ") })
}

/// How many there are of each kind: on each side as if nothing were said about it yet.
pub async fn facets(app: &App, query: &Query) -> Result<Vec<Facet>, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    let search = search(app, &mut tx, query, Zone::default()).await?;
    Ok(search.counts(&mut tx).await?)
}

/// Values of one side that are called so: there may be more of them than are listed.
pub async fn values(app: &App, query: &Query, key: &str, called: &str) -> Result<Facet, Error> {
    let side = Side::ALL.into_iter().find(|side| side.key() == key).ok_or(Error::NotFound)?;
    let mut tx = db::snapshot(&app.pool).await?;
    let search = search(app, &mut tx, query, Zone::default()).await?;
    Ok(search.values_called(&mut tx, side, called).await?)
}

/// How many each of several queries finds, all at one moment.
pub async fn counts(app: &App, queries: &[Query]) -> Result<Counts, Error> {
    if queries.len() > Counts::QUERIES_MAX {
        return Err(Error::Refused(format!("Ask for {} counts at once at most.", Counts::QUERIES_MAX)));
    }
    let mut tx = db::snapshot(&app.pool).await?;
    let mut numbers = Vec::with_capacity(queries.len());
    for query in queries {
        numbers.push(search(app, &mut tx, query, Zone::default()).await?.count(&mut tx).await?);
    }
    Ok(Counts { at: found_at(&mut tx).await?, numbers })
}

/// A page of what programs look for.
pub struct Found {
    pub rows: Vec<(FoundRow, Place)>,
    pub total: u32,
}

pub async fn find(app: &App, query: &Query, below: Option<&Place>, limit: u16) -> Result<Found, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    let search = search(app, &mut tx, query, Zone::default()).await?;
    let rows = search.rest_rows(&mut tx, below, limit.into()).await?;
    Ok(Found { rows, total: total(app, &mut tx, &search).await? })
}

/// With its neighbours and its place among what is asked for.
pub async fn picture(app: &App, query: &Query, zone: Zone, id: ImageId) -> Result<Picture, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    let card = images::card(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let row = images::picture(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let (beside, total) = beside(app, &mut tx, query, zone, id).await?;
    let pieces = crops::pieces(&mut tx, id, i64::from(Picture::PIECES_MAX)).await?;
    Ok(Picture {
        at: feed::head(&mut tx).await?.at,
        newer: beside.as_ref().and_then(|(beside, _)| beside.newer),
        older: beside.as_ref().and_then(|(beside, _)| beside.older),
        place: beside.map_or(0, |(_, ahead)| u32::try_from(ahead + 1).unwrap_or(u32::MAX)),
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

/// None when the picture is not among them, else with how many stand before it; and how many there are.
async fn beside(
    app: &App,
    tx: &mut Tx<'_>,
    query: &Query,
    zone: Zone,
    id: ImageId,
) -> Result<(Option<(Neighbours, i64)>, u32), Error> {
    if let Some(way) = by_adding(query) {
        let (beside, newer) = (images::neighbours(tx, app.project, id).await?, newer_than(app, tx, id).await?);
        let total = feed::total(tx, app.project).await?;
        let ahead = way.stretch(total.into(), newer, 1).0;
        return Ok((Some((if way == Way::OldestFirst { beside.turned() } else { beside }, ahead)), total));
    }
    let search = search(app, tx, query, zone).await?;
    let total = total(app, tx, &search).await?;
    let Some(beside) = search.neighbours(tx, id).await? else { return Ok((None, total)) };
    let (edge, above) = edge_before(app, tx, &search, id).await?;
    Ok((Some((beside, above + search.ahead(tx, edge, id).await?)), total))
}

/// From where on to count what stands before a picture, and how many stand before that.
async fn edge_before(app: &App, tx: &mut Tx<'_>, search: &Search, id: ImageId) -> Result<(Edge, i64), Error> {
    let (sort, landmark) = (search.query.sort, at_landmark(app.shapes.landmark_before(tx, search, id).await?));
    let Some(by) = time(sort.by) else {
        return Ok(landmark);
    };
    let Some(span) = search.span_of(tx, by, id).await? else { return Ok(landmark) };
    let above = if search.query.is_narrow() {
        spans::before(&app.shapes.spans(tx, search).await?, sort.ascends(), span)
    } else {
        spans::taken_before(tx, app.project, sort.ascends(), span).await?
    };
    Ok(nearer((Edge::Span(span), above), landmark))
}

async fn total(app: &App, tx: &mut Tx<'_>, search: &Search) -> Result<u32, Error> {
    Ok(search_from(app, tx, search, 0).await?.0)
}

/// The clock where the picture was taken, as the camera had it.
pub(super) fn wall_clock(at: OffsetDateTime, offset_min: Option<i16>) -> Option<String> {
    let offset = UtcOffset::from_whole_seconds(i32::from(offset_min.unwrap_or(0)) * 60).ok()?;
    at.to_offset(offset).format(format_description!("[year]-[month]-[day] [hour]:[minute]:[second]")).ok()
}
