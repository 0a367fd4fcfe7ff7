//! That something was brought to be uploaded. Takes nothing in: that comes later, with the tray.

use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct Uploads {
    /// How often something was brought.
    pub brought: RwSignal<u32>,
    /// Whether what takes it in is there, or somebody waits for it.
    pub wanted: RwSignal<bool>,
}

impl Uploads {
    #[expect(clippy::new_without_default, reason = "it makes signals, which is no default of anything")]
    pub fn new() -> Self {
        Uploads { brought: RwSignal::new(0), wanted: RwSignal::new(false) }
    }

    /// To be told when files were brought, if there were any.
    pub fn bring(&self, any: bool) {
        if any {
            self.brought.update(|times| *times += 1);
            self.want();
        }
    }

    /// Uploads may have been left behind by a page that was closed.
    pub fn want(&self) {
        if !self.wanted.get_untracked() {
            self.wanted.set(true);
        }
    }
}
