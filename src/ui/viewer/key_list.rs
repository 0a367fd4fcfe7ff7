//! The list of the keys that a page knows. Does none of what they do.

use leptos::prelude::*;

pub const KEYS_ID: &str = "keys";

/// Those of a picture's page, and what they do.
pub const KEYS: &[(&[&str], &str)] = &[
    (&["←", "→"], "Previous and next picture"),
    (&["Esc"], "Leave full screen, then back to all pictures"),
    (&["+", "−"], "Nearer and further away"),
    (&["0"], "Fit the window"),
    (&["1", "Z"], "100 %, and back"),
    (&["I"], "Show or hide the panel"),
    (&["T"], "Show or hide the filmstrip"),
    (&["F"], "Full screen"),
    (&["Space"], "Start or pause the slide show"),
    (&["C"], "Crop"),
    (&["B"], "Compare with the next picture"),
    (&["?"], "This list"),
];

#[component]
pub fn KeyList(keys: &'static [(&'static [&'static str], &'static str)]) -> impl IntoView {
    let named = |names: &[&'static str]| names.iter().map(|name| view! { <kbd>{*name}</kbd> }).collect_view();
    let lines = keys.iter().map(|(names, does)| view! { <dt>{named(names)}</dt><dd>{*does}</dd> }).collect_view();
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
