//! How many pictures each place of the sidebar has, as long as somebody sees it. Draws nothing.

use std::{collections::HashMap, time::Duration};

use leptos::{prelude::*, task::spawn_local};

use super::pace::Pace;
use crate::{
    api::gallery::count_each,
    browser::{clock, idle, viewport, wait},
    model::{Cursor, Query, View},
    ui::{
        find::words::attention,
        gallery::sidebar::SIDEBAR_ID,
        parts::{retry::Again, words::thousands},
    },
};

/// What nobody sees is not counted. Whether somebody does is looked at as often, should nothing tell of it.
const UNSEEN: Duration = Duration::from_secs(5);

#[derive(Clone, Copy)]
pub struct Counts {
    list: RwSignal<Vec<View>>,
    /// By what is asked for, as an address has it. What is not in it is not known yet.
    known: RwSignal<HashMap<String, u32>>,
    pace: StoredValue<Pace>,
    busy: StoredValue<bool>,
    rest: Again,
}

impl Counts {
    pub fn new(list: RwSignal<Vec<View>>) -> Self {
        Counts {
            list,
            known: RwSignal::new(HashMap::new()),
            pace: StoredValue::new(Pace::default()),
            busy: StoredValue::new(false),
            rest: Again::new(),
        }
    }

    /// Empty until it is known.
    pub fn of(&self, query: &Query) -> String {
        self.known.with(|known| known.get(&query.search()).map(|number| thousands(*number)).unwrap_or_default())
    }

    /// Something changed up to there.
    pub fn hear(&self, at: Cursor) {
        self.pace.update_value(|pace| pace.hear(at));
    }

    /// Somebody looks, or something new is to be counted: no waiting.
    pub fn look(self) {
        self.rest.cancel();
        self.ask();
    }

    /// Counts in a while, if there is anything to count.
    pub fn wait(self) {
        if self.is_due() && !self.busy.get_value() {
            self.rest.after(self.pace.with_value(Pace::pause), move || self.ask());
        }
    }

    fn wanted(self) -> Vec<Query> {
        let views = self.list.with_untracked(|list| list.iter().map(|view| view.query.clone()).collect::<Vec<_>>());
        [attention()].into_iter().chain(views).collect()
    }

    fn is_due(self) -> bool {
        let is_known = |query: &Query| self.known.with_untracked(|known| known.contains_key(&query.search()));
        self.pace.with_value(Pace::is_stale) || !self.wanted().iter().all(is_known)
    }

    fn ask(self) {
        if self.busy.get_value() || !self.is_due() {
            return;
        }
        if !viewport::is_seen(SIDEBAR_ID) {
            return self.rest.after(UNSEEN, move || self.ask());
        }
        self.busy.set_value(true);
        spawn_local(async move {
            idle::idle().await;
            self.count().await;
            self.busy.set_value(false);
            self.wait();
        });
    }

    async fn count(self) {
        let (queries, from_ms) = (self.wanted(), clock::now_ms());
        let answer = wait::for_answer(count_each(queries.clone())).await;
        let took = Duration::from_secs_f64((clock::now_ms() - from_ms).max(0.0) / 1_000.0);
        let Ok(counts) = answer else { return self.pace.update_value(Pace::failed) };
        self.pace.update_value(|pace| pace.answered(counts.at, took));
        let known = queries.iter().map(Query::search).zip(counts.numbers).collect();
        if self.known.with_untracked(|before| *before != known) {
            self.known.set(known);
        }
    }
}
