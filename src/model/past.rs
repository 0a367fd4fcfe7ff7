//! What happened to a picture's file, as its page tells it.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// The newest first.
    pub events: Vec<Event>,
    /// There are older ones than these.
    pub is_cut: bool,
}

impl Past {
    /// The most events that are told of one picture.
    pub const EVENTS_MAX: usize = 200;
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    pub kind: EventKind,
    /// A person, where one is known.
    pub who: Option<String>,
    pub name: Option<String>,
    /// Where it was another.
    pub former_name: Option<String>,
    /// What the file held then: SHA-256, in hex.
    pub hash: Option<String>,
    /// Where it was another.
    pub former_hash: Option<String>,
    /// What was wrong then, as a sentence.
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    Arrived,
    Uploaded,
    Cropped,
    Changed,
    Moved,
    Missing,
    Healed,
    /// Its bytes went bad.
    Decayed,
    /// A person takes what its file holds now for meant.
    Accepted,
}

impl EventKind {
    /// As the catalogue writes it.
    pub fn name(self) -> &'static str {
        match self {
            EventKind::Arrived => "arrived",
            EventKind::Uploaded => "uploaded",
            EventKind::Cropped => "cropped",
            EventKind::Changed => "changed",
            EventKind::Moved => "moved",
            EventKind::Missing => "missing",
            EventKind::Healed => "healed",
            EventKind::Decayed => "decayed",
            EventKind::Accepted => "accepted",
        }
    }
}
