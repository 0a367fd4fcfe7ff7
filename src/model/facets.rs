//! How many pictures there are of each kind among those that are looked for.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facet {
    /// The key of the address that asks for its values.
    pub key: String,
    /// The most frequent first.
    pub values: Vec<Count>,
    /// There are others, which are found by what they are called.
    pub more: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    pub value: String,
    pub number: u32,
}
