//! The list of the keys that a picture's page knows. Does none of what they do.

use leptos::prelude::*;

pub const KEYS_ID: &str = "keys";

/// The keys, and what they do.
const KEYS: &[(&[&str], &str)] = &[
    (&["←", "→"], "Previous and next picture"),
    (&["Esc"], "Leave full screen, then back to all pictures"),
    (&["+", "−"], "Nearer and further away"),
    (&["0"], "Fit the window"),
    (&["1", "Z"], "100 %, and back"),
    (&["I"], "Show or hide the panel"),
    (&["F"], "Full screen"),
    (&["Space"], "Start or pause the slide show"),
    (&["C"], "Crop"),
    (&["?"], "This list"),
];

#[component]
pub fn KeyList() -> impl IntoView {
    let keys = |names: &[&'static str]| names.iter().map(|name| view! { <kbd>{*name}</kbd> }).collect_view();
    let lines = KEYS.iter().map(|(names, does)| view! { <dt>{keys(names)}</dt><dd>{*does}</dd> }).collect_view();
    view! {
        <dialog class="dialog keys-dialog" id=KEYS_ID aria-labelledby="keys-heading">
            <form method="dialog">
                <h2 id="keys-heading">"Keys"</h2>
                <dl class="key-list">{lines}</dl>
                <div class="dialog-end">
                    <button class="press" autofocus>"Close"</button>
                </div>
            </form>
        </dialog>
    }
}
