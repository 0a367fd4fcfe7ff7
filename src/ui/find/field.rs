//! The field in the header: what is typed there is looked for. Without scripts it is a form that asks for a page.

use std::time::Duration;

use leptos::{
    ev::{self, KeyboardEvent, SubmitEvent},
    html::Input,
    prelude::*,
};

use super::Address;
use crate::{
    browser::focus,
    ui::parts::{
        icon::{Icon, Sign},
        retry::Again,
        shared::{part, text, when},
    },
};

/// Whoever types faster is waited for.
const REST: Duration = Duration::from_millis(200);

#[derive(Clone, Copy)]
struct Field {
    address: Address,
    input: NodeRef<Input>,
    rest: Again,
}

#[component]
pub fn Find() -> impl IntoView {
    let field = Field { address: Address::here(), input: NodeRef::new(), rest: Again::new() };
    field.follow_address();
    field.hear_slash();
    let address = field.address;
    let sent = move |event: SubmitEvent| {
        event.prevent_default();
        field.look();
    };
    view! {
        <form class="find" role="search" action="/" method="get" on:submit=sent>
            <Icon sign=Sign::Find/>
            <input
                type="search"
                name="q"
                class="find-field"
                placeholder="Search names, tags, cameras"
                aria-label="Search pictures"
                aria-keyshortcuts="/"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                enterkeyhint="search"
                maxlength="200"
                value=address.view.with_untracked(|view| view.words.clone())
                node_ref=field.input
                on:input=move |_| field.typed()
                on:keydown=move |event| field.by_key(&event)
            />
            {rest_of(address)}
            {clear(field)}
            <kbd class="find-key" aria-hidden="true">"/"</kbd>
        </form>
    }
}

/// What else is asked for goes with the words that a form sends.
fn rest_of(address: Address) -> impl IntoView {
    part(move || {
        let pairs = address.view.with(|view| view.with_words("").pairs());
        let hidden = |(name, value): (&'static str, String)| view! { <input type="hidden" name=name value=value/> };
        pairs.into_iter().map(hidden).collect_view().into_any()
    })
}

fn clear(field: Field) -> impl IntoView {
    let address = field.address;
    let link = move || {
        let href = text(move || address.view.with(|view| view.with_words("").page_url()));
        view! {
            <a class="find-clear" href=href aria-label="Clear the search" on:click=move |_| field.take_keyboard()>
                <Icon sign=Sign::Close/>
            </a>
        }
        .into_any()
    };
    when(move || address.view.with(|view| !view.words.is_empty()), link)
}

impl Field {
    fn said(&self) -> String {
        self.input.get_untracked().map(|input| input.value().trim().to_owned()).unwrap_or_default()
    }

    /// What the address says stands in the field, but for what is being typed. What was typed before this page woke is
    /// looked for.
    fn follow_address(self) {
        Effect::new(move |before: Option<()>| {
            let words = self.address.view.with(|view| view.words.clone());
            let Some(input) = self.input.get() else { return };
            let said = input.value();
            if said.trim() == words || self.rest.is_waiting() {
                return;
            }
            if before.is_none() && !said.trim().is_empty() {
                self.typed();
            } else {
                input.set_value(&words);
            }
        });
    }

    /// Elsewhere than in the gallery it would take the page away under the hands of who types.
    fn typed(self) {
        self.rest.cancel();
        if self.address.is_of_gallery() {
            self.rest.after(REST, move || self.look());
        }
    }

    /// A search is one step back, however many letters it took.
    fn look(self) {
        self.rest.cancel();
        let asked = self.address.view.get_untracked();
        let wanted = asked.with_words(&self.said());
        if wanted != asked || !self.address.is_of_gallery() {
            self.address.ask(&wanted, self.address.is_of_gallery() && !asked.words.is_empty());
        }
    }

    fn by_key(self, event: &KeyboardEvent) {
        if event.key() == "Escape" {
            event.prevent_default();
            if let Some(input) = self.input.get_untracked() {
                input.set_value("");
                let _ = input.blur();
            }
            if self.address.is_of_gallery() {
                self.look();
            }
        }
    }

    fn take_keyboard(self) {
        if let Some(input) = self.input.get_untracked() {
            let _ = input.focus();
            input.select();
        }
    }

    fn hear_slash(self) {
        let heard = move |event: KeyboardEvent| {
            let is_other = event.ctrl_key() || event.meta_key() || event.alt_key();
            if event.key() == "/" && !is_other && !focus::is_typing() {
                event.prevent_default();
                self.take_keyboard();
            }
        };
        Effect::new(move || {
            let listener = window_event_listener(ev::keydown, heard);
            on_cleanup(move || listener.remove());
        });
    }
}
