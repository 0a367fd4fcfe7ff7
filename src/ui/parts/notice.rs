//! One sentence at the lower edge that tells how something went, and goes by itself.

use std::time::Duration;

use leptos::prelude::*;

use super::shared::part;

const SHOWN_MS: u64 = 8_000;

#[derive(Clone, Debug, PartialEq)]
struct Notice {
    number: u32,
    text: String,
    bad: bool,
}

#[derive(Clone, Copy)]
pub struct Notices {
    shown: RwSignal<Option<Notice>>,
    told: StoredValue<u32>,
}

impl Notices {
    #[expect(clippy::new_without_default, reason = "it makes signals, which is no default of anything")]
    pub fn new() -> Self {
        Notices { shown: RwSignal::new(None), told: StoredValue::new(0) }
    }

    pub fn say(&self, text: String) {
        self.tell(text, false);
    }

    pub fn warn(&self, text: String) {
        self.tell(text, true);
    }

    /// A sentence, and whether it is a good one.
    pub fn tell_of(&self, (text, is_good): (String, bool)) {
        self.tell(text, !is_good);
    }

    fn tell(&self, text: String, bad: bool) {
        let number = self.told.get_value() + 1;
        self.told.set_value(number);
        self.shown.set(Some(Notice { number, text, bad }));
        let notices = *self;
        let gone = move || {
            if notices.shown.with_untracked(|shown| shown.as_ref().is_some_and(|shown| shown.number == number)) {
                notices.shown.set(None);
            }
        };
        set_timeout(gone, Duration::from_millis(SHOWN_MS));
    }
}

#[component]
pub fn NoticeLine() -> impl IntoView {
    let shown = expect_context::<Notices>().shown;
    let line = move || match shown.get() {
        Some(Notice { text, bad, .. }) => view! { <p class="notice" data-bad=bad.to_string()>{text}</p> }.into_any(),
        None => ().into_any(),
    };
    view! {
        <div class="notice-rail" role="status" aria-live="polite">
            {part(line)}
        </div>
    }
}
