//! What one look at a folder found.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncSummary {
    pub scanned: u32,
    pub added: u32,
    pub updated: u32,
    pub moved: u32,
    pub missing: u32,
    pub healed: u32,
    /// As far as it is known without decoding; of the others the cards tell.
    pub corrupted: u32,
    pub unreadable: u32,
}
