//! Sync operations: each run over a folder, and what it found.

use serde::{Deserialize, Serialize};

use super::FolderId;

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

impl std::ops::AddAssign for SyncSummary {
    fn add_assign(&mut self, other: SyncSummary) {
        self.scanned += other.scanned;
        self.added += other.added;
        self.updated += other.updated;
        self.moved += other.moved;
        self.missing += other.missing;
        self.healed += other.healed;
        self.corrupted += other.corrupted;
        self.unreadable += other.unreadable;
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum SyncKind {
    Startup,
    /// After so much happened at once that everything is looked at.
    Realtime,
    /// By the clock, whatever was heard.
    Reconciliation,
    /// A person asked.
    Manual,
    /// Every file is read and hashed again.
    Verify,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum SyncStatus {
    Running,
    Completed,
    Failed,
    Cancelled,
}

/// A run, under way or ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    pub id: i64,
    pub folder: FolderId,
    pub kind: SyncKind,
    pub status: SyncStatus,
    pub found: SyncSummary,
    /// How many files it will be, as far as is known.
    pub expected: Option<u32>,
    /// What went wrong or was left undone, as a sentence.
    pub error: Option<String>,
    /// Milliseconds since 1970.
    pub started_ms: i64,
    pub ended_ms: Option<i64>,
}
