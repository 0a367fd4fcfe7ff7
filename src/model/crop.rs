//! A piece of a picture: where it lies in the whole, and what it comes from. Proves nothing.

use serde::{Deserialize, Serialize};

use super::Card;

/// Of a picture as a person sees it, in fractions of its edges. The server proves that it lies within.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// What a picture was cut out of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    pub card: Card,
    /// Where it was cut, where that is known.
    pub region: Option<Region>,
    /// The origin has other bytes now than when it was cut.
    pub changed: bool,
}
