//! The field of a side with more values than are listed: those whose names have what is typed. Lists none itself.

use std::time::Duration;

use leptos::{ev::KeyboardEvent, html::Input, prelude::*, task::spawn_local};

use super::words;
use crate::{
    api::gallery::find_values,
    browser::wait,
    model::{Facet, Query},
    ui::parts::{
        retry::Again,
        shared::{part, when},
    },
};

/// Whoever types faster is waited for.
const REST: Duration = Duration::from_millis(200);

#[derive(Clone, Copy)]
pub struct Called {
    key: &'static str,
    view: RwSignal<Query>,
    /// Not all values are listed.
    has_more: Memo<bool>,
    typed: RwSignal<String>,
    /// Something is typed, so the field stays, whatever is found.
    pub is_asked: Memo<bool>,
    /// None as long as nothing is asked for.
    pub found: RwSignal<Option<Facet>>,
    rest: Again,
}

impl Called {
    pub fn new(key: &'static str, view: RwSignal<Query>, counted: RwSignal<Option<Vec<Facet>>>) -> Self {
        let typed = RwSignal::new(String::new());
        let of_side =
            move |counted: &Option<Vec<Facet>>| counted.iter().flatten().any(|facet| facet.key == key && facet.more);
        let called = Called {
            key,
            view,
            // folders are known by their ids, and named here
            has_more: Memo::new(move |_| key != "folder" && counted.with(of_side)),
            typed,
            is_asked: Memo::new(move |_| typed.with(|typed| !typed.trim().is_empty())),
            found: RwSignal::new(None),
            rest: Again::new(),
        };
        // what all are counted for again is looked for again
        Effect::new(move || {
            counted.track();
            if untrack(|| called.is_asked.get()) {
                called.look();
            }
        });
        called
    }

    pub fn field(self) -> impl IntoView {
        let input = NodeRef::<Input>::new();
        let typed = move |_| {
            self.typed.set(input.get_untracked().map(|input| input.value()).unwrap_or_default());
            self.rest.cancel();
            self.rest.after(REST, move || self.look());
        };
        // the first Escape is the field's, the next one closes the filters
        let by_key = move |event: KeyboardEvent| {
            if event.key() == "Escape" && self.is_asked.get_untracked() {
                event.prevent_default();
                event.stop_propagation();
                if let Some(input) = input.get_untracked() {
                    input.set_value("");
                }
                self.typed.set(String::new());
                self.found.set(None);
            }
        };
        let label = format!("Search all {}", words::side(self.key).to_lowercase());
        let field = move || {
            let label = label.clone();
            view! {
                <input
                    type="search"
                    class="side-field"
                    placeholder="Search all"
                    aria-label=label
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    maxlength="100"
                    node_ref=input
                    on:input=typed
                    on:keydown=by_key
                />
                {part(move || self.nothing())}
            }
            .into_any()
        };
        when(move || self.has_more.get() || self.is_asked.get(), field)
    }

    fn nothing(self) -> AnyView {
        let nothing = self.found.with(|found| found.as_ref().is_some_and(|found| found.values.is_empty()));
        if nothing {
            view! { <p class="side-nothing" role="status">"Nothing matches"</p> }.into_any()
        } else {
            ().into_any()
        }
    }

    /// The newest wish alone is answered. What cannot be asked just now is asked with all others.
    fn look(self) {
        let wanted = self.typed.get_untracked();
        if wanted.trim().is_empty() {
            return self.found.set(None);
        }
        spawn_local(async move {
            let (query, key) = (self.view.get_untracked(), self.key.to_owned());
            let answer = wait::for_answer(find_values(query, key, wanted.clone())).await;
            let is_wanted = self.typed.try_with_untracked(|typed| *typed == wanted) == Some(true);
            if let Some(found) = answer.ok().filter(|_| is_wanted) {
                self.found.set(Some(found));
            }
        });
    }
}
