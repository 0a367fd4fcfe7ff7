//! Remembers of the views that were asked for lately how many pictures there are of each day, and which ones stand at every
//! thousandth place of orders without days, or with days of very many, so that every further window into one of them finds its
//! place at once. Counts nothing itself.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use uuid::Uuid;

use super::{
    Error,
    db::{
        Tx,
        find::{Place, Search, time},
        finds,
        spans::{Span, Time},
    },
};
use crate::model::ImageId;

/// Views that are remembered.
const VIEWS_MAX: usize = 24;
/// Places from one landmark to the next.
const LANDMARKS_EVERY: i64 = 1_000;

#[derive(Default)]
pub struct Shapes {
    spans: Memory<Vec<Span>>,
    /// None as long as a view was asked for once: to find all of its landmarks takes longer than to walk to one place.
    landmarks: Memory<Option<Vec<Place>>>,
}

/// A row of an order, and how many stand before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landmark {
    pub row: Place,
    pub above: i64,
}

impl Shapes {
    /// Earliest first, by the time that the order follows; by that of taking where it follows none.
    pub async fn spans(&self, tx: &mut Tx<'_>, search: &Search) -> Result<Arc<Vec<Span>>, Error> {
        let (at, view) = (at(tx).await?, key_of_days(search));
        if let Some(spans) = self.spans.of(&view, at) {
            return Ok(spans);
        }
        let spans = search.spans(tx, time_of(search)).await?;
        Ok(self.spans.remember(view, at, spans))
    }

    /// Whether it is remembered how many there are of each day.
    pub async fn has_counted(&self, tx: &mut Tx<'_>, search: &Search) -> Result<bool, Error> {
        Ok(self.spans.of(&key_of_days(search), at(tx).await?).is_some())
    }

    /// The last landmark before a place; None where it is not worth while to look for them.
    pub async fn landmark(&self, tx: &mut Tx<'_>, search: &Search, place: i64) -> Result<Option<Landmark>, Error> {
        let (at, view) = (at(tx).await?, key_of_order(search));
        let landmarks = match self.landmarks.of(&view, at) {
            Some(known) if known.is_some() => known,
            Some(_) => self.landmarks.remember(view, at, Some(search.landmarks(tx, LANDMARKS_EVERY).await?)),
            None => self.landmarks.remember(view, at, None),
        };
        Ok(landmarks.as_ref().as_ref().and_then(|rows| landmark_of(rows, place / LANDMARKS_EVERY)))
    }

    /// The same before a picture, of landmarks that somebody has looked for: to count to one picture is no longer than that.
    pub async fn landmark_before(
        &self,
        tx: &mut Tx<'_>,
        search: &Search,
        id: ImageId,
    ) -> Result<Option<Landmark>, Error> {
        let Some(known) = self.landmarks.of(&key_of_order(search), at(tx).await?) else { return Ok(None) };
        let Some(rows) = known.as_ref() else { return Ok(None) };
        let number = search.last_before(tx, rows, id).await?;
        Ok(number.and_then(|number| landmark_of(rows, number)))
    }
}

fn time_of(search: &Search) -> Time {
    time(search.query.sort.by).unwrap_or(Time::Taken)
}

/// Whose days of which time, what is looked for, the way in which its words were understood, and no order.
fn key_of_days(search: &Search) -> String {
    let query = search.query.sorted(Default::default()).search();
    match time_of(search) {
        Time::Added => format!("added {} {query} {}", search.zone.ahead(), search.words),
        Time::Taken => format!("taken {query} {}", search.words),
    }
}

/// What is looked for, the way in which its words were understood, and its order.
fn key_of_order(search: &Search) -> String {
    format!("{} {}", search.query.search(), search.words)
}

fn landmark_of(rows: &[Place], number: i64) -> Option<Landmark> {
    let row = rows.get(usize::try_from(number).ok()?)?.clone();
    Some(Landmark { row, above: number * LANDMARKS_EVERY })
}

/// What was true at one moment of what is found is true until the next one.
#[derive(Clone, Copy, PartialEq, Eq)]
struct At {
    epoch: Option<Uuid>,
    seq: i64,
    after: Option<Uuid>,
}

async fn at(tx: &mut Tx<'_>) -> Result<At, Error> {
    let position = finds::position(tx).await?;
    Ok(At { epoch: position.epoch, seq: position.seq, after: position.after })
}

struct Memory<T>(Mutex<VecDeque<(String, At, Arc<T>)>>);

impl<T> Default for Memory<T> {
    fn default() -> Memory<T> {
        Memory(Mutex::default())
    }
}

impl<T> Memory<T> {
    fn of(&self, view: &str, at: At) -> Option<Arc<T>> {
        let views = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        views.iter().find(|(other, then, _)| other == view && *then == at).map(|(_, _, known)| known.clone())
    }

    /// The oldest one goes.
    fn remember(&self, view: String, at: At, known: T) -> Arc<T> {
        let mut views = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        views.retain(|(other, _, _)| *other != view);
        views.truncate(VIEWS_MAX - 1);
        let known = Arc::new(known);
        views.push_front((view, at, known.clone()));
        known
    }
}
