//! Moments in the reader's own time, or in UTC until the browser has said where it is. Knows no page.

use leptos::prelude::*;

use super::words;
use crate::browser::clock;

/// False for the first drawing, which has to be the server's.
pub fn awake() -> RwSignal<bool> {
    let awake = RwSignal::new(false);
    Effect::new(move || awake.set(true));
    awake
}

pub fn words(at_ms: i64, awake: bool) -> String {
    if awake { words::moment(at_ms + clock::zone_offset_ms(at_ms)) } else { words::moment(at_ms) + " UTC" }
}
