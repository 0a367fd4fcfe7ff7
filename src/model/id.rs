//! Ids as types of their own, so that one noun's id is never taken for another's. Knows no table.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map($name)
            }
        }
    };
}

id!(
    /// UUIDv7: its order is the order of arrival, which is the gallery's.
    ImageId
);
id!(FolderId);
id!(ProjectId);
id!(ViewId);

impl ImageId {
    /// When it was drawn, which is when its picture was added: milliseconds since 1970.
    pub fn added_ms(&self) -> i64 {
        // 48 bits fit
        (self.0.as_u128() >> 80) as i64
    }

    pub fn page_url(&self) -> String {
        format!("/pictures/{self}")
    }
}
