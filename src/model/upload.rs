//! What became of files that were sent.

use serde::{Deserialize, Serialize};

use super::Card;

/// Every file of one form, each for itself: one that fails takes no other with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Uploaded {
    pub images: Vec<Card>,
    pub refused: Vec<Refused>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    pub name: String,
    /// A sentence that says what to do.
    pub reason: String,
}
