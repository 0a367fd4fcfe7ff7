//! `pixelsync export`: pictures written into a folder. The archive that a browser would save is unpacked as it comes. A line that
//! breaks is gone on with, and so is an export that broke off.

use std::{
    io::{self, Read},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    Problem, Told,
    progress::{self, POLL},
    server::{Server, from_anywhere},
    show,
    target::{self, Begun, Chosen, Target, Written},
    unpack::{Skip, Unpack},
};
use crate::{
    model::{
        Query,
        export::{Export, ExportDraft, ExportState, Naming, Of},
    },
    server::{
        config::{Asking, ExportCommand},
        export::manifest,
    },
    ui::parts::words::{bytes, count, thousands},
};

/// A server that is started anew is waited for.
const AWAY_MAX: Duration = Duration::from_secs(60);
/// As much is sooner read than asked for anew.
const READ_THROUGH: u64 = 4 << 20;

pub(super) fn run(wanted: &ExportCommand, told: &mut Told) -> Result<(), Problem> {
    let folder = from_anywhere(&wanted.folder);
    let chosen = target::choose(&folder)?;
    let server = Server::of(&wanted.asking)?;
    let draft = draft(server, wanted)?;
    let (export, target) = begin(server, chosen, draft)?;
    let silent = &mut Told { out: &mut *told.out, is_terminal: told.is_terminal && !wanted.asking.json };
    let written = match prepared(&wanted.asking, export, silent)? {
        Ok(export) => take(&wanted.asking, target, &export, silent),
        Err(sentence) => {
            target.give_up();
            Err(Problem::Refused(sentence))
        }
    };
    progress::erase(silent)?;
    let written = written?;
    let shown = tell(wanted, &written, told);
    // whoever reads no further should still hear of it
    target::all_came(&written)?;
    shown
}

fn tell(wanted: &ExportCommand, written: &Written, told: &mut Told) -> Result<(), Problem> {
    if wanted.asking.json {
        return show::json(told, &json!(written));
    }
    let Written { folder, files, bytes: size, missing, .. } = written;
    let (files, size, folder) = (count(*files, "file", "files"), bytes(*size), folder.display());
    show::sentence(told, &format!("{files} of {size} in {folder}, each compared with its hash."))?;
    if missing.is_empty() {
        return Ok(());
    }
    let number = count(u32::try_from(missing.len()).unwrap_or(u32::MAX), "picture was", "pictures were");
    show::sentence(told, &format!("{number} not there to be exported: {}.", missing.join(", ")))
}

fn draft(server: Server, wanted: &ExportCommand) -> Result<ExportDraft, Problem> {
    let (mut query, complaints) = Query::read(wanted.search.trim_start_matches(['/', '?']));
    if !complaints.is_empty() {
        return Err(Problem::Refused(complaints.join(" ")));
    }
    for meant in &wanted.of {
        query.folders.push(server.find(meant)?.id);
    }
    Ok(ExportDraft {
        of: Of::Search { search: query.search(), without: Vec::new() },
        what: wanted.what,
        edge: wanted.edge,
        quality: wanted.quality,
        sidecars: wanted.sidecars,
        // the folder is the export's alone, and what broke off must find its files again
        names: Naming::Plain,
    })
}

/// Anew, or the one that broke off: as long as the server has it, it is of the same pictures under the same names.
fn begin(server: Server, chosen: Chosen<'_>, draft: ExportDraft) -> Result<(Export, Target<'_>), Problem> {
    let before = match &chosen.begun {
        Some(begun) if begun.draft != draft => {
            return Err(Problem::Refused(
                "An export of something else broke off in that folder. Call for the same as then, or name another folder."
                    .to_owned(),
            ));
        }
        Some(begun) => server.export(begun.id)?.filter(|export| export.state != ExportState::Failed),
        None => None,
    };
    let export = match before {
        Some(export) => export,
        None => server.begin_export(&draft)?,
    };
    let target = chosen.begin(&Begun { draft, id: export.id })?;
    Ok((export, target))
}

/// Or why it failed.
fn prepared(asking: &Asking, mut export: Export, told: &mut Told) -> Result<Result<Export, String>, Problem> {
    let mut away = Away::default();
    loop {
        match export.state {
            ExportState::Ready => return Ok(Ok(export)),
            ExportState::Failed => return Ok(Err(export.error.unwrap_or_default())),
            ExportState::Preparing => {}
        }
        let (done, all) = (thousands(export.prepared), count(export.files, "file", "files"));
        progress::say(told, &format!("Preparing {done} of {all}"))?;
        thread::sleep(POLL);
        match Server::of(asking).and_then(|server| server.export(export.id)) {
            Ok(Some(now)) => (export, away) = (now, Away::default()),
            Ok(None) => return Err(gone()),
            Err(_) if away.is_bearable() => {}
            Err(problem) => return Err(problem),
        }
    }
}

fn gone() -> Problem {
    Problem::Refused("The server has not got this export any more. Call the same again.".to_owned())
}

/// For how long nobody has answered.
#[derive(Default)]
struct Away(Option<Instant>);

impl Away {
    fn is_bearable(&mut self) -> bool {
        self.0.get_or_insert_with(Instant::now).elapsed() < AWAY_MAX
    }
}

fn take(asking: &Asking, mut target: Target, export: &Export, told: &mut Told) -> Result<Written, Problem> {
    let all = export.bytes.ok_or(Problem::NotUnderstood)?;
    target.has_room(all)?;
    let line = Line { asking, server: None, path: &export.url, at: 0, end: all, body: None };
    let (mut unpack, mut told_at, mut list) = (Unpack::new(line), None::<Instant>, String::new());
    while let Some(entry) = unpack.next().map_err(unread)? {
        if entry.name == manifest::NAME {
            unpack.content(&entry).read_to_string(&mut list).map_err(unread)?;
        } else if target.has(&entry) {
            unpack.skip(&entry).map_err(unread)?;
        } else {
            target.write(&entry, unpack.content(&entry))?;
        }
        if told_at.is_none_or(|at| at.elapsed() >= POLL) {
            told_at = Some(Instant::now());
            progress::say(told, &format!("{} of {}: {}", bytes(unpack.passed()), bytes(all), entry.name))?;
        }
    }
    let written = target.settle(&list)?;
    if written.is_whole()
        && let Ok(server) = Server::of(asking)
    {
        // without this it goes by itself after a day
        let _ = server.end_export(export.id);
    }
    Ok(written)
}

/// Of the archive, which is none of ours when it cannot be understood.
pub(super) fn unread(error: io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::InvalidData => Problem::NotUnderstood,
        io::ErrorKind::NotFound => gone(),
        _ => Problem::Gone(error),
    }
}

/// An archive as it comes, over as many lines as it takes.
struct Line<'a> {
    asking: &'a Asking,
    server: Option<Server>,
    path: &'a str,
    at: u64,
    end: u64,
    body: Option<Box<dyn Read>>,
}

impl Line<'_> {
    fn open(&mut self) -> io::Result<Box<dyn Read>> {
        let server = match self.server {
            Some(server) => server,
            // where it listens now: it may have been started anew
            None => Server::of(self.asking).map_err(|problem| io::Error::other(problem.to_string()))?,
        };
        let body = server.fetch(self.path, self.at)?;
        self.server = Some(server);
        Ok(body)
    }

    fn try_read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // one that fails is not kept
        let mut body = match self.body.take() {
            Some(body) => body,
            None => self.open()?,
        };
        match body.read(buffer)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                self.body = Some(body);
                Ok(read)
            }
        }
    }
}

impl Read for Line<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.end || buffer.is_empty() {
            return Ok(0);
        }
        let mut away = Away::default();
        loop {
            match self.try_read(buffer) {
                Ok(read) => {
                    self.at += read as u64;
                    return Ok(read);
                }
                Err(error) if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::NotFound) => {
                    return Err(error);
                }
                Err(error) if !away.is_bearable() => return Err(error),
                Err(_) => {
                    self.server = None;
                    thread::sleep(POLL);
                }
            }
        }
    }
}

impl Skip for Line<'_> {
    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        if bytes <= READ_THROUGH && self.body.is_some() {
            return io::copy(&mut self.take(bytes), &mut io::sink()).map(drop);
        }
        self.at += bytes;
        self.body = None;
        Ok(())
    }
}
