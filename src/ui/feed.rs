//! Brings the live line to what is shown: batches to the gallery, the picture, the comparison and the saved views, folders to where
//! they are listed, and a restart when the feed began anew.
//! Knows neither the stream nor how a card is drawn.

use std::{rc::Rc, time::Duration};

use leptos::{prelude::*, task::spawn_local};

use super::{
    compare::Comparing,
    gallery::{Filler, Gallery, selection::Selection},
    viewer::{Viewer, strip::Strip},
    views::Views,
};
use crate::{
    api::Failure,
    browser::{
        images,
        live::{Hear, Line, Status},
        wait,
    },
    model::{Batch, Cursor},
};

const RESTART_AGAIN_MS: u64 = 1_000;

/// What outlives the pages, and shows what the feed tells.
#[derive(Clone, Copy)]
pub struct Followers {
    pub gallery: Gallery,
    pub filler: Filler,
    pub viewer: Viewer,
    pub strip: Strip,
    pub comparing: Comparing,
    pub selection: Selection,
    pub views: Views,
}

#[derive(Clone, Copy)]
pub struct Feed {
    pub status: RwSignal<Status>,
    /// The newest place that something on the page was read at.
    read_at: RwSignal<Option<Read>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Read {
    /// A part of the page.
    Part(Cursor),
    /// All of it, after the feed began anew.
    All(Cursor),
}

impl Feed {
    #[expect(clippy::new_without_default, reason = "it makes signals, which is no default of anything")]
    pub fn new() -> Self {
        Feed { status: RwSignal::new(Status::Connecting), read_at: RwSignal::new(None) }
    }

    /// Something on the page was read at `at`: all that comes after belongs to it too.
    pub fn include(&self, at: Cursor) {
        self.read_at.set(Some(Read::Part(at)));
    }

    /// Opens the line with the first place that is known.
    pub fn follow(&self, followers: Followers) {
        let (read_at, status) = (self.read_at, self.status);
        Effect::new(move |line: Option<Option<Rc<Line>>>| {
            let Some(read) = read_at.get() else { return line.flatten() };
            let (Read::Part(at) | Read::All(at)) = read;
            let Some(line) = line.flatten() else {
                return Some(Line::open(at, status, hear(read_at, followers)));
            };
            match read {
                Read::Part(at) => line.include(at),
                Read::All(at) => line.restart_at(at),
            }
            Some(line)
        });
        Effect::new(move || {
            if status.get() == Status::Live {
                followers.filler.retry();
                followers.viewer.retry();
                followers.comparing.retry();
                images::ask_again_for_failed();
            }
        });
    }
}

fn hear(read_at: RwSignal<Option<Read>>, followers: Followers) -> Hear {
    let Followers { gallery, viewer, strip, comparing, selection, views, .. } = followers;
    let apply = move |batches: Vec<Batch>| {
        for batch in &batches {
            gallery.apply(batch);
            selection.apply(batch);
            viewer.apply(batch);
            strip.apply(batch);
            comparing.apply(batch);
            views.apply(batch);
        }
    };
    let begin_anew = move || {
        spawn_local(async move {
            let at = read_anew(followers).await;
            read_at.set(Some(Read::All(at)));
        });
    };
    let folders = move |folders| gallery.set_folders(folders);
    Hear { apply: Box::new(apply), folders: Box::new(folders), restart: Box::new(begin_anew) }
}

/// Until it works: what is shown stays meanwhile.
async fn read_anew(followers: Followers) -> Cursor {
    loop {
        match try_anew(followers).await {
            Ok(Some(at)) => return at,
            Ok(None) | Err(_) => wait::pause(Duration::from_millis(RESTART_AGAIN_MS)).await,
        }
    }
}

/// The oldest of the places, so that none misses anything. None when they are of several epochs.
async fn try_anew(followers: Followers) -> Result<Option<Cursor>, Failure> {
    let Followers { gallery, filler, viewer, strip, comparing, views, .. } = followers;
    // seldom done, and large
    let shown = if gallery.is_open() { Some(Box::pin(filler.restart()).await?) } else { None };
    let looked_at = Box::pin(viewer.restart()).await?;
    strip.restart();
    let compared = Box::pin(comparing.restart()).await?;
    let saved = views.restart().await?;
    Ok(oldest([shown, looked_at, compared, saved]))
}

fn oldest<const PLACES: usize>(places: [Option<Cursor>; PLACES]) -> Option<Cursor> {
    let first = places.iter().flatten().min_by_key(|at| at.seq)?;
    places.iter().flatten().all(|at| at.epoch == first.epoch).then_some(*first)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_oldest_place_misses_nothing() {
        let at = |epoch: u128, seq: i64| Some(Cursor { epoch: Uuid::from_u128(epoch), seq });
        assert_eq!(oldest([at(1, 7), None, at(1, 5)]), at(1, 5));
        assert_eq!(oldest([None, at(1, 7), None]), at(1, 7));
        assert_eq!(oldest([at(1, 7), at(2, 5), None]), None);
        assert_eq!(oldest([None, None, None]), None);
    }
}
