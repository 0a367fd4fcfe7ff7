//! The change feed as it travels: a position in it and what happened since. Knows neither SQL nor streams.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Card, ImageId, View};

/// A place in the feed. Two cursors of different epochs cannot be compared: the catalogue was restored or replaced between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    pub epoch: Uuid,
    pub seq: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.epoch, self.seq)
    }
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a cursor looks like EPOCH:NUMBER, as a batch's `to` does")]
pub struct BadCursor;

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (epoch, seq) = text.split_once(':').ok_or(BadCursor)?;
        let epoch = Uuid::parse_str(epoch).map_err(|_| BadCursor)?;
        let seq = seq.parse().ok().filter(|seq| *seq >= 0).ok_or(BadCursor)?;
        Ok(Cursor { epoch, seq })
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Everything that happened after `from`, up to and with `to`. Whoever stands before `from` has missed something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    pub from: Cursor,
    pub to: Cursor,
    /// How many images there are at `to`.
    pub total: u32,
    /// At most one for each image when several batches were drawn together: the newest.
    pub changes: Vec<Change>,
    /// All saved views as they are at `to`, where anything happened to one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub views: Option<Vec<View>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub seq: i64,
    pub id: ImageId,
    pub rev: i64,
    pub op: Op,
    /// There unless the image was removed.
    pub card: Option<Card>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    Insert,
    Update,
    Delete,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<i64>) {
        assert_eq!(text.parse::<Cursor>().ok().map(|cursor| cursor.seq), expect, "{text}");
    }

    #[test]
    fn cursors_are_read_strictly() {
        let epoch = "0190a5a0-0000-7000-8000-000000000001";
        check(&format!("{epoch}:42"), Some(42));
        check(&format!("{epoch}:0"), Some(0));
        check(&format!("{epoch}:-1"), None);
        check(&format!("{epoch}:"), None);
        check("x:1", None);
        check("", None);
    }

    #[test]
    fn a_cursor_reads_back_what_it_wrote() {
        let cursor = Cursor { epoch: Uuid::from_u128(7), seq: 9 };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
}
