//! What the page of one picture shows.

use serde::{Deserialize, Serialize};

use super::{Card, Cursor, Details, ImageId, Origin};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    pub at: Cursor,
    pub card: Card,
    /// The neighbours among what was asked for: the one before it, newer in the gallery's order, and the one after it.
    pub newer: Option<ImageId>,
    pub older: Option<ImageId>,
    /// Where it stands, 1 is the first, and how many there are; 0 is not among them.
    pub place: u32,
    pub total: u32,
    /// The path below its folder, and the folder's name.
    pub path: String,
    pub folder: String,
    pub camera: Option<String>,
    pub lens: Option<String>,
    /// Put for people: "1/250 s, f/2.8, ISO 200".
    pub exposure: Option<String>,
    /// The wall clock at the place it was taken, `2026-11-17 16:42:05`, not converted to anybody's zone.
    pub taken: Option<String>,
    /// SHA-256 of the file, in hex.
    pub hash: Option<String>,
    pub details: Details,
    /// What it was cut out of.
    pub origin: Option<Origin>,
    /// What was cut out of it: the newest ones, newest first, and how many there are.
    pub pieces: Vec<Card>,
    pub pieces_total: u32,
}

impl Picture {
    /// More are not listed.
    pub const PIECES_MAX: u32 = 60;

    /// Whether its page shows something of that image.
    pub fn tells_of(&self, id: ImageId) -> bool {
        let is_origin = self.origin.as_ref().is_some_and(|origin| origin.card.id == id);
        self.card.id == id || is_origin || self.pieces.iter().any(|piece| piece.id == id)
    }
}
