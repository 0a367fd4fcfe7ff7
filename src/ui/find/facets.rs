//! How many pictures there are of each kind, for as long as somebody looks. Draws nothing.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::{Failure, gallery::count_facets},
    browser::wait,
    model::Facet,
    ui::{gallery::Gallery, parts::retry::Again},
};

/// What happens meanwhile is counted together.
const REST: Duration = Duration::from_secs(1);

#[derive(Clone, Copy)]
pub struct Facets {
    gallery: Gallery,
    pub counted: RwSignal<Option<Vec<Facet>>>,
    pub trouble: RwSignal<Option<Failure>>,
    /// Somebody looks.
    seen: RwSignal<bool>,
    busy: StoredValue<bool>,
    outdated: StoredValue<bool>,
    rest: Again,
}

impl Facets {
    pub fn new(gallery: Gallery, seen: RwSignal<bool>) -> Self {
        let facets = Facets {
            gallery,
            counted: RwSignal::new(None),
            trouble: RwSignal::new(None),
            seen,
            busy: StoredValue::new(false),
            outdated: StoredValue::new(false),
            rest: Again::new(),
        };
        facets.follow();
        facets
    }

    fn follow(self) {
        // another view is counted at once, what only changed in it after a rest
        Effect::new(move || {
            self.gallery.view.track();
            if self.seen.get() {
                self.read();
            }
        });
        Effect::new(move |before: Option<i64>| {
            let heard_at = self.gallery.heard_at.get();
            if before.is_some_and(|before| before != heard_at) && self.seen.get_untracked() {
                self.rest.after(REST, move || self.read());
            }
            heard_at
        });
    }

    /// One at a time, and the newest wish last. The page may be gone when the answer comes.
    pub fn read(self) {
        self.outdated.set_value(true);
        if self.busy.try_update_value(|busy| std::mem::replace(busy, true)) != Some(false) {
            return;
        }
        spawn_local(async move {
            while self.outdated.try_update_value(std::mem::take) == Some(true) {
                let answer = wait::for_answer(count_facets(self.gallery.view.get_untracked())).await;
                let is_wanted = self.outdated.try_get_value() == Some(false);
                match answer {
                    Ok(counted) if is_wanted => {
                        self.trouble.set(None);
                        self.counted.set(Some(counted));
                    }
                    Err(failure) if is_wanted => self.trouble.set(Some(failure)),
                    _ => {}
                }
            }
            let _ = self.busy.try_update_value(|busy| *busy = false);
        });
    }
}
