//! Tells the server which pictures in sight are still to be made, so that they go before all others. Draws nothing.

use std::{ops::Range, time::Duration};

use leptos::{prelude::*, task::spawn_local};

use super::Gallery;
use crate::{
    api::pictures,
    browser::wait,
    model::{ImageId, State},
};

/// What only flies past is not told.
const REST: Duration = Duration::from_millis(200);

#[derive(Clone, Copy)]
pub struct Lookout {
    gallery: Gallery,
    sight: StoredValue<Range<u32>>,
    told: StoredValue<Vec<ImageId>>,
    waits: StoredValue<bool>,
}

impl Lookout {
    pub fn new(gallery: Gallery) -> Self {
        Lookout {
            gallery,
            sight: StoredValue::new(0..0),
            told: StoredValue::new(Vec::new()),
            waits: StoredValue::new(false),
        }
    }

    pub fn sees(&self, places: Range<u32>) {
        self.sight.set_value(places);
        if self.waits.try_update_value(|waits| std::mem::replace(waits, true)) == Some(false) {
            let lookout = *self;
            spawn_local(async move {
                wait::pause(REST).await;
                lookout.tell().await;
            });
        }
    }

    /// The page may be gone by now.
    async fn tell(self) {
        let Some(sight) = self.sight.try_get_value() else { return };
        self.waits.set_value(false);
        let is_pending = |id: &ImageId| {
            self.gallery.card(*id).is_some_and(|card| card.with_untracked(|card| card.state == State::Pending))
        };
        let pending: Vec<ImageId> = sight.filter_map(|place| self.gallery.at_place(place)).filter(is_pending).collect();
        let mut fresh = pending.clone();
        self.told.with_value(|told| fresh.retain(|id| !told.contains(id)));
        if !fresh.is_empty() && wait::for_answer(pictures::look_first(fresh)).await.is_err() {
            // they are made in any case, only later
            return;
        }
        let _ = self.told.try_update_value(|told| *told = pending);
    }
}
