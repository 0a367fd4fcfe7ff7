//! Remembers how many pictures there are of each moment in the views that were asked for lately, so that every further window
//! into one of them finds its place at once. Counts nothing itself.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use uuid::Uuid;

use super::{
    Error,
    db::{
        Tx,
        find::{Search, time},
        finds,
        spans::{Span, Time},
    },
};

/// Views that are remembered.
const VIEWS_MAX: usize = 24;

#[derive(Default)]
pub struct Shapes(Mutex<VecDeque<Shape>>);

struct Shape {
    view: String,
    at: At,
    spans: Arc<Vec<Span>>,
}

/// What was true at one moment of what is found is true until the next one.
#[derive(Clone, Copy, PartialEq, Eq)]
struct At {
    epoch: Option<Uuid>,
    seq: i64,
    after: Option<Uuid>,
}

impl Shapes {
    /// Earliest first, by the time that the order follows; by that of taking where it follows none.
    pub async fn spans(&self, tx: &mut Tx<'_>, search: &Search) -> Result<Vec<Span>, Error> {
        let by = time(search.query.sort.by).unwrap_or(Time::Taken);
        let position = finds::position(tx).await?;
        let at = At { epoch: position.epoch, seq: position.seq, after: position.after };
        // what is looked for, the way in which its words were understood, and no order
        let view = format!("{by:?} {} {}", search.query.sorted(Default::default()).search(), search.words);
        if let Some(spans) = self.known(&view, at) {
            return Ok(spans.to_vec());
        }
        let spans = search.spans(tx, by).await?;
        self.remember(Shape { view, at, spans: Arc::new(spans.clone()) });
        Ok(spans)
    }

    fn known(&self, view: &str, at: At) -> Option<Arc<Vec<Span>>> {
        let shapes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shapes.iter().find(|shape| shape.view == view && shape.at == at).map(|shape| shape.spans.clone())
    }

    /// The oldest one goes.
    fn remember(&self, shape: Shape) {
        let mut shapes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shapes.retain(|other| other.view != shape.view);
        shapes.truncate(VIEWS_MAX - 1);
        shapes.push_front(shape);
    }
}
