//! Pictures on their way out, as one archive: asked for, prepared, fetched in whatever parts, forgotten. What is in it and where
//! each byte lies is settled before the first is sent. Knows no header.

pub mod archive;
mod layout;
pub mod manifest;
pub mod names;
mod prepare;
mod sidecar;
pub mod stream;

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use time::{OffsetDateTime, macros::format_description};
use tokio::sync::Semaphore;
use uuid::Uuid;

use self::{
    layout::Layouts,
    names::{Names, Style},
};
use super::{
    App, Error,
    background::in_background,
    db::{
        Pool,
        exports::{self, NewFile},
    },
    gallery,
};
use crate::model::{
    ImageId, Query, Zone,
    export::{Export, ExportDraft, Naming, Of, What},
};

/// More are no download.
const PICTURES_MAX: usize = 1_000_000;
/// More are not fetched at once: threads are there for others, too.
const LINES_MAX: usize = 64;
/// More are not kept at once.
const EXPORTS_MAX: usize = 500;
/// Asked of the catalogue at once.
const IDS_AT_ONCE: u32 = 10_000;
/// How often is looked at what changes while it is looked at.
const LOOKS_MAX: u32 = 4;
/// So long an archive may be fetched, and gone on with; each time it is, anew.
const EXPIRE_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
/// Of a JPEG: less shows nothing, more than libjpeg writes is made smaller.
const EDGE_MIN: u32 = 16;
const EDGE_MAX: u32 = 65_500;

/// What exports share as long as the server runs.
pub struct Exports {
    /// One is prepared after the other: each takes all the cores that it can use.
    preparing: Semaphore,
    /// Each takes a thread as long as it is fetched.
    lines: Arc<Semaphore>,
    layouts: Layouts,
}

impl Default for Exports {
    fn default() -> Exports {
        Exports {
            preparing: Semaphore::new(1),
            lines: Arc::new(Semaphore::new(LINES_MAX)),
            layouts: Layouts::default(),
        }
    }
}

/// `zone` is the clock of whoever asks, whose time stands in the names.
pub async fn begin(app: &App, draft: &ExportDraft, zone: Zone) -> Result<Export, Error> {
    if !(EDGE_MIN..=EDGE_MAX).contains(&draft.edge) || !(1..=100).contains(&draft.quality) {
        return Err(Error::Refused(format!(
            "A JPEG has an edge of {EDGE_MIN} to {EDGE_MAX} pixels and a quality of 1 to 100."
        )));
    }
    if exports::all(&app.pool).await?.len() >= EXPORTS_MAX {
        return Err(Error::Conflict(format!(
            "There are {EXPORTS_MAX} exports already: delete some, or wait until they expire."
        )));
    }
    let ids = wanted(app, &draft.of).await?;
    if ids.len() > PICTURES_MAX {
        return Err(Error::TooLarge(format!("Export at most {PICTURES_MAX} pictures at once.")));
    }
    let stamp = stamp(zone);
    let (mut files, mut sidecars) = (Vec::new(), Vec::new());
    let style = match draft.names {
        Naming::Stamped => Style::Stamped(stamp.clone()),
        Naming::Plain => Style::Plain,
    };
    let mut names = Names::new(style);
    // no picture takes its name
    names.of_other(manifest::NAME);
    for ids in ids.chunks(IDS_AT_ONCE as usize) {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let found = exports::pictures(&app.pool, app.project, &ids).await?;
        for picture in found {
            let name = names.of_picture(&as_what(&picture.name, draft.what));
            if draft.sidecars {
                sidecars.extend(sidecar::of(&picture).map(|body| (picture.id, name.clone(), body)));
            }
            files.push(NewFile { image: picture.id, name, body: None });
        }
    }
    let pictures = files.len();
    add_sidecars(&mut files, &mut names, sidecars);
    if files.is_empty() {
        return Err(Error::Refused("There is nothing to export: none of these pictures is here.".into()));
    }
    let id = Uuid::now_v7();
    let new = exports::New {
        id,
        project: app.project,
        name: &names::archive(&stamp, pictures as u64),
        what: draft.what.name(),
        edge: draft.edge,
        quality: draft.quality,
        expires_at: expires_at(),
    };
    exports::insert(&app.pool, &new, &files).await?;
    tokio::spawn(prepare::run(app.clone(), id));
    find(app, id).await
}

fn as_what(name: &str, what: What) -> String {
    match what {
        What::Originals => name.to_owned(),
        What::Previews | What::Jpeg => format!("{}.jpg", names::split(name).0),
    }
}

/// `a.xmp` beside `a.jpg`; where there is an `a.nef` as well, `a.jpg.xmp` and `a.nef.xmp`, so that each is of one picture.
fn add_sidecars(files: &mut Vec<NewFile>, names: &mut Names, sidecars: Vec<(ImageId, String, String)>) {
    let stem = |name: &str| names::split(name).0.to_lowercase();
    let mut pictures: HashMap<String, u32> = HashMap::new();
    for file in files.iter().filter(|_| !sidecars.is_empty()) {
        *pictures.entry(stem(&file.name)).or_default() += 1;
    }
    for (image, name, body) in sidecars {
        let is_alone = pictures.get(&stem(&name)).is_none_or(|pictures| *pictures == 1);
        let name = names.of_other(&format!("{}.xmp", if is_alone { names::split(&name).0 } else { &name }));
        files.push(NewFile { image, name, body: Some(body) });
    }
}

/// In their order, each once.
async fn wanted(app: &App, of: &Of) -> Result<Vec<ImageId>, Error> {
    let (search, without) = match of {
        Of::Ids { ids } => {
            let mut seen = HashSet::new();
            return Ok(ids.iter().copied().filter(|id| seen.insert(*id)).collect());
        }
        Of::Search { search, without } => (search, without),
    };
    let (query, complaints) = Query::read(search);
    if !complaints.is_empty() {
        return Err(Error::Refused(complaints.join(" ")));
    }
    // a picture that came just now is exported, too
    gallery::settle(app, &query).await?;
    let mut seen: HashSet<ImageId> = without.iter().copied().collect();
    let mut ids = Vec::new();
    for _ in 0..LOOKS_MAX {
        let (before, mut start) = (app.feed.head(), 0);
        loop {
            let next = gallery::ids(app, &query, Zone::default(), None, start, IDS_AT_ONCE).await?;
            if next.is_empty() || ids.len() > PICTURES_MAX {
                break;
            }
            start += u32::try_from(next.len()).unwrap_or(u32::MAX);
            // what came meanwhile pushed some of them down
            ids.extend(next.into_iter().filter(|id| seen.insert(*id)));
        }
        // and what went pulled some up, past where was looked
        if start <= IDS_AT_ONCE || app.feed.head() == before {
            break;
        }
    }
    Ok(ids)
}

/// `20261126-101500`, as the clock of whoever asks shows it.
fn stamp(zone: Zone) -> String {
    let now = OffsetDateTime::now_utc() + time::Duration::minutes(zone.ahead() * 15);
    now.format(format_description!("[year][month][day]-[hour][minute][second]")).unwrap_or_default()
}

fn expires_at() -> OffsetDateTime {
    OffsetDateTime::now_utc() + EXPIRE_AFTER
}

pub async fn find(app: &App, id: Uuid) -> Result<Export, Error> {
    Ok(export(row(app, id).await?))
}

async fn row(app: &App, id: Uuid) -> Result<exports::Row, Error> {
    exports::find(&app.pool, app.project, id).await?.ok_or(Error::NotFound)
}

fn export(row: exports::Row) -> Export {
    Export {
        id: row.id,
        url: format!("/exports/{}/{}", row.id, row.name),
        name: row.name,
        state: row.state,
        error: row.error,
        files: row.files,
        prepared: row.prepared,
        bytes: row.bytes,
        left_out: row.left_out,
    }
}

pub async fn delete(app: &App, id: Uuid) -> Result<(), Error> {
    if !exports::delete(&app.pool, app.project, id).await? {
        return Err(Error::NotFound);
    }
    app.exports.layouts.forget(id);
    let spool = spool(app, id);
    in_background(move || remove(&spool)).await?;
    Ok(())
}

/// Where what is made for one export lies.
fn spool(app: &App, id: Uuid) -> PathBuf {
    all_spools(&app.data).join(id.to_string())
}

fn all_spools(data: &Path) -> PathBuf {
    data.join("exports")
}

fn remove(spool: &Path) {
    match std::fs::remove_dir_all(spool) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(path = %spool.display(), %error, "what was made for an export is left until the next start");
        }
        _ => {}
    }
}

/// What expired until now.
pub async fn sweep(app: &App) -> Result<(), Error> {
    for id in exports::expired(&app.pool).await? {
        match delete(app, id).await {
            Ok(()) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// At the start: what was made for exports that nobody knows any more goes.
pub async fn clear(pool: &Pool, data: &Path) -> Result<(), Error> {
    let known: HashSet<String> = exports::all(pool).await?.into_iter().map(|id| id.to_string()).collect();
    let spools = all_spools(data);
    in_background(move || {
        let Ok(entries) = std::fs::read_dir(&spools) else { return };
        let unknown = entries.flatten().filter(|entry| !known.contains(&*entry.file_name().to_string_lossy()));
        unknown.for_each(|entry| remove(&entry.path()));
    })
    .await
}

/// At the start: goes on with what a former run did not end.
pub async fn go_on(app: App) {
    match exports::preparing(&app.pool).await {
        Ok(ids) => ids.into_iter().for_each(|id| _ = tokio::spawn(prepare::run(app.clone(), id))),
        Err(error) => tracing::warn!(%error, "exports that were not ready are gone on with at the next start"),
    }
}
