//! The list of the keys that a page knows. Does none of what they do.

use leptos::prelude::*;

pub const KEYS_ID: &str = "keys";

pub type Keys = &'static [(&'static [&'static str], &'static str)];

#[component]
pub fn KeyList(keys: Keys) -> impl IntoView {
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
