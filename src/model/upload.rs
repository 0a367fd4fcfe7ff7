//! What became of files that were sent.

use serde::{Deserialize, Serialize};

use super::{Card, ImageId};

/// Every file of one form, each for itself: one that fails takes no other with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Uploaded {
    pub images: Vec<Card>,
    /// Files that others say of pictures, which are no pictures themselves.
    pub sidecars: u32,
    pub refused: Vec<Refused>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    pub name: String,
    /// A sentence that says what to do.
    pub reason: String,
}

/// A content that lies in the project already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlreadyHere {
    /// As hexadecimal digits.
    pub sha256: String,
    pub id: ImageId,
}
