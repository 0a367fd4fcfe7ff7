//! The list of the gallery's keys. Opened by whoever asks for it; does none of what they do.

use leptos::prelude::*;

use crate::{
    browser::dialog,
    ui::parts::key_list::{KEYS_ID, KeyList, Keys},
};

const KEYS: Keys = &[
    (&["←", "→", "↑", "↓"], "From picture to picture"),
    (&["Enter"], "Open the picture"),
    (&["/"], "Search pictures"),
    (&["Space", "X"], "Select it, or not"),
    (&["Shift"], "with an arrow: select up to there"),
    (&["Ctrl A"], "Select all"),
    (&["B"], "Compare what is selected"),
    (&["C"], "Crop what is selected"),
    (&["E"], "Export what is selected"),
    (&["Esc"], "Clear the selection"),
    (&["?"], "This list"),
];

#[component]
pub fn GalleryKeys() -> impl IntoView {
    Effect::new(|| dialog::open(KEYS_ID));
    view! { <KeyList keys=KEYS/> }
}
