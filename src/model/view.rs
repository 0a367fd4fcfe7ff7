//! Views that somebody saved: a query under a name. Knows no table and no screen.

use serde::{Deserialize, Serialize};

use super::{Cursor, Query, ViewId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    pub id: ViewId,
    pub name: String,
    /// Written as an address has it, so that programs can go there.
    #[serde(with = "as_address")]
    pub query: Query,
}

impl View {
    pub const NAME_SIGNS_MAX: usize = 60;
    /// Of one project.
    pub const VIEWS_MAX: usize = 100;
}

/// All of a project's, in the order in which they stand, as they were at a place of the feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Views {
    pub at: Cursor,
    pub views: Vec<View>,
}

/// A view that somebody wants to save.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewDraft {
    pub name: String,
    /// As an address has it.
    pub query: String,
}

/// What somebody wants to change; what is not there stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewEdit {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub query: Option<String>,
    /// Among the others, counted from 0. One past the end is the end.
    #[serde(default)]
    pub position: Option<u32>,
}

/// How many pictures each of several queries finds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Up to where the feed is in them.
    pub at: Cursor,
    /// In the order in which it was asked.
    pub numbers: Vec<u32>,
}

impl Counts {
    /// The views, and what else stands beside them.
    pub const QUERIES_MAX: usize = View::VIEWS_MAX + 10;
}

mod as_address {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Query;

    pub(super) fn serialize<S: Serializer>(query: &Query, serializer: S) -> Result<S::Ok, S::Error> {
        query.search().serialize(serializer)
    }

    /// What a newer server wrote is read as far as it is understood.
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Query, D::Error> {
        String::deserialize(deserializer).map(|search| Query::read(&search).0)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_view_travels_as_its_address() {
        let query = Query::read("?q=white+boat&type=raw&sort=name").0;
        let view = View { id: ViewId(Uuid::nil()), name: "Boats".into(), query };
        let text = serde_json::to_string(&view).expect("it is written");
        assert!(text.contains(r#""query":"?q=white%20boat&type=raw&sort=name""#), "{text}");
        assert_eq!(serde_json::from_str::<View>(&text).expect("it is read"), view);
    }
}
