//! The way from a picture to a comparison with its neighbour, by link and by key.

use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    prelude::*,
};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::Viewer;
use crate::{
    browser::focus,
    model::Comparison,
    ui::{
        compare::Comparing,
        parts::{
            icon::{Icon, Sign},
            notice::Notices,
            shared::{maybe, when},
        },
    },
};

type Go = Box<dyn Fn(&str) + Send + Sync>;

#[derive(Clone, Copy)]
pub struct Beside {
    viewer: Viewer,
    comparing: Comparing,
    notices: Notices,
    go: StoredValue<Go>,
    /// The key was pressed before the picture was read, so before its neighbours were known.
    waits: StoredValue<bool>,
}

impl Beside {
    #[expect(clippy::new_without_default, reason = "it takes what the page's context holds")]
    pub fn new() -> Beside {
        let navigate = use_navigate();
        let beside = Beside {
            viewer: expect_context(),
            comparing: expect_context(),
            notices: expect_context(),
            go: StoredValue::new(Box::new(move |to| navigate(to, NavigateOptions::default()))),
            waits: StoredValue::new(false),
        };
        Effect::new(move || {
            if beside.viewer.is_read() && beside.waits.try_update_value(std::mem::take) == Some(true) {
                untrack(|| beside.compare());
            }
        });
        beside
    }

    /// With the next picture, or with the one before the last. None where it is the only one.
    fn url(&self) -> Option<String> {
        self.viewer.shown.with(|shown| {
            let shown = shown.as_ref()?;
            Some(Comparison::url(&[shown.card.id, shown.older.or(shown.newer)?]))
        })
    }

    fn leave(&self) {
        self.comparing.come_from_picture(self.viewer.back());
    }

    /// Whether the key is this one.
    pub fn by_key(&self, event: &KeyboardEvent) -> bool {
        let with_others = event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key();
        if with_others || focus::is_typing() || event.key() != "b" {
            return false;
        }
        event.prevent_default();
        if !untrack(|| self.viewer.is_read()) {
            self.waits.set_value(true);
        } else {
            untrack(|| self.compare());
        }
        true
    }

    fn compare(&self) {
        match self.url() {
            Some(url) => {
                self.leave();
                self.go.with_value(|go| go(&url));
            }
            None => self.notices.say("There is no other picture to compare it with.".to_owned()),
        }
    }
}

#[component]
pub fn BesideLink() -> impl IntoView {
    link("tool beside", "tool-words")
}

/// In the panel, with its words, where the head has no room for it.
#[component]
pub fn BesideLine() -> impl IntoView {
    link("facts-link", "facts-words")
}

fn link(class: &'static str, words: &'static str) -> impl IntoView {
    let beside = expect_context::<Beside>();
    let press = move |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            beside.leave();
        }
    };
    let link = move || {
        view! {
            <a
                class=class
                href=maybe(move || beside.url())
                aria-label="Compare with next"
                title="Compare with next (B)"
                on:click=press
            >
                <Icon sign=Sign::Compare/>
                <span class=words>"Compare with next"</span>
            </a>
        }
        .into_any()
    };
    when(move || beside.url().is_some(), link)
}
