//! How the reader wants pictures laid out: as squares or in rows, and how large. Remembered in this browser. Lays out nothing.

use leptos::prelude::*;

use super::layout::{Fit, Look};
use crate::{
    browser::look,
    ui::parts::{
        icon::{Icon, Sign},
        shared::text,
    },
};

// About a fifth of the grid's width within these bounds, times what the reader chose. `style/grid.css` says the same for the page
// before its first measure.
const EDGE_MIN_PX: f64 = 104.0;
const EDGE_MAX_PX: f64 = 180.0;
const EDGE_SHARE: f64 = 0.2;

/// What lies under the steps of the slider.
const SIZES: [f64; 7] = [0.45, 0.6, 0.8, 1.0, 1.4, 1.9, 2.6];
const SIZE_USUAL: usize = 3;

/// As the page keeps it.
#[derive(Clone, Copy)]
pub struct Looks {
    pub fit: RwSignal<Fit>,
    size: RwSignal<usize>,
}

impl Looks {
    #[expect(clippy::new_without_default, reason = "it makes signals, which is no default of anything")]
    pub fn new() -> Self {
        let looks = Looks { fit: RwSignal::new(Fit::Squares), size: RwSignal::new(SIZE_USUAL) };
        // what is remembered is known to the browser alone
        Effect::new(move || looks.recall());
        looks
    }

    fn recall(self) {
        if look::fit().as_deref() == Some(ROWS) {
            self.fit.set(Fit::Rows);
        }
        let is_size = |size: &f64| look::size().is_some_and(|chosen| (chosen - size).abs() < 0.001);
        if let Some(size) = SIZES.iter().position(is_size) {
            self.size.set(size);
        }
    }

    /// None before there is any width.
    pub fn of(self, width: f64) -> Option<Look> {
        let size = SIZES.get(self.size.get()).copied().unwrap_or(1.0);
        let edge = (width * EDGE_SHARE).clamp(EDGE_MIN_PX, EDGE_MAX_PX) * size;
        Look::of(self.fit.get(), width, edge)
    }

    pub fn resize(self, size: usize) {
        let size = size.min(SIZES.len() - 1);
        self.size.set(size);
        look::set_size(SIZES[size]);
    }

    /// One step larger or smaller.
    pub fn grow(self, larger: bool) {
        let size = self.size.get_untracked();
        self.resize(if larger { size + 1 } else { size.saturating_sub(1) });
    }

    pub fn set_fit(self, fit: Fit) {
        self.fit.set(fit);
        look::set_fit(name(fit));
    }
}

const ROWS: &str = "rows";

fn name(fit: Fit) -> &'static str {
    match fit {
        Fit::Squares => "squares",
        Fit::Rows => ROWS,
    }
}

/// On a phone it is a sheet of its own.
const LOOK_ID: &str = "look";

#[component]
pub fn LookControls() -> impl IntoView {
    let looks = expect_context::<Looks>();
    let value = text(move || looks.size.get().to_string());
    let words = text(move || format!("Size {} of {}", looks.size.get() + 1, SIZES.len()));
    view! {
        <button type="button" class="bar-button look-open" popovertarget=LOOK_ID>
            <Icon sign=Sign::Squares/>
            <span class="visually-hidden">"Layout"</span>
        </button>
        <div class="look" id=LOOK_ID popover="auto" role="group" aria-label="Layout">
            <FitButton fit=Fit::Squares sign=Sign::Squares words="Squares"/>
            <FitButton fit=Fit::Rows sign=Sign::Rows words="Rows"/>
            <input
                type="range"
                class="size"
                aria-label="Size of the pictures"
                aria-valuetext=words
                min="0"
                max=SIZES.len() - 1
                step="1"
                prop:value=value
                on:input=move |event| {
                    if let Ok(size) = event_target_value(&event).parse() {
                        looks.resize(size);
                    }
                }
            />
        </div>
    }
}

#[component]
fn FitButton(fit: Fit, sign: Sign, words: &'static str) -> impl IntoView {
    let looks = expect_context::<Looks>();
    view! {
        <button
            type="button"
            class="bar-button fit"
            title=words
            aria-pressed=text(move || (looks.fit.get() == fit).to_string())
            on:click=move |_| looks.set_fit(fit)
        >
            <Icon sign/>
            <span class="visually-hidden">{words}</span>
        </button>
    }
}
