//! The saved views as the page holds them, and what the feed does to them. Knows no element.

use leptos::prelude::*;

use super::{counts::Counts, dialog::Ask};
use crate::{
    api::{Failure, views::list_views},
    browser::wait,
    model::{Batch, Cursor, Opening, Query, View, ViewId},
};

#[derive(Clone, Copy)]
pub struct Views {
    /// In the order in which they stand.
    pub list: RwSignal<Vec<View>>,
    pub counts: Counts,
    /// What the dialog asks just now.
    pub asked: RwSignal<Option<Ask>>,
    /// Where in the feed the list is of.
    at: StoredValue<Option<Cursor>>,
}

impl Views {
    #[expect(clippy::new_without_default, reason = "it makes signals, which is no default of anything")]
    pub fn new() -> Self {
        let list = RwSignal::new(Vec::new());
        Views { list, counts: Counts::new(list), asked: RwSignal::new(None), at: StoredValue::new(None) }
    }

    pub fn open(&self, opening: &Opening) {
        self.counts.hear(opening.at);
        self.take(opening.at, opening.views.clone());
    }

    pub fn apply(&self, batch: &Batch) {
        self.counts.hear(batch.to);
        match &batch.views {
            Some(views) => {
                self.take(batch.to, views.clone());
                self.counts.look();
            }
            None => self.counts.wait(),
        }
    }

    /// After the feed began anew. None where no list was opened yet.
    pub async fn restart(&self) -> Result<Option<Cursor>, Failure> {
        if self.at.get_value().is_none() {
            return Ok(None);
        }
        let saved = wait::for_answer(list_views()).await?;
        self.counts.hear(saved.at);
        self.take(saved.at, saved.views);
        self.counts.wait();
        Ok(Some(saved.at))
    }

    /// A batch may be older than what the page was opened with.
    fn take(&self, at: Cursor, views: Vec<View>) {
        if self.at.get_value().is_some_and(|known| known.epoch == at.epoch && known.seq > at.seq) {
            return;
        }
        self.at.set_value(Some(at));
        if self.list.with_untracked(|list| *list != views) {
            self.list.set(views);
        }
    }

    /// Nothing once somebody has deleted it.
    pub fn read<T: Default>(&self, id: ViewId, of: impl FnOnce(&View) -> T) -> T {
        self.list.with(|list| list.iter().find(|view| view.id == id).map(of).unwrap_or_default())
    }

    /// Whether one of them asks for just that.
    pub fn has(&self, query: &Query) -> bool {
        self.list.with(|list| list.iter().any(|view| view.query == *query))
    }
}
