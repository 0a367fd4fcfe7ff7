//! Whether a page that opens was gone to from another one of ours, so that going back stays here. Knows no page.

use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct Trail(StoredValue<bool>);

impl Trail {
    #[expect(clippy::new_without_default, reason = "it waits for the first page, which is no default of anything")]
    pub fn new() -> Self {
        let begun = StoredValue::new(false);
        // after the first page was drawn
        Effect::new(move || begun.set_value(true));
        Trail(begun)
    }

    /// Asked while a page is made.
    pub fn has_begun(&self) -> bool {
        self.0.get_value()
    }
}
