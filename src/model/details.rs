//! What is known of a picture beside what its card says: what people and cameras wrote. Knows no page.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Details {
    pub title: Option<String>,
    pub caption: Option<String>,
    /// Stars, none to five.
    pub rating: Option<u8>,
    pub flag: Option<Flag>,
    /// Mostly a colour's name.
    pub label: Option<String>,
    pub tags: Vec<String>,
    /// As EXIF numbers it; the picture is shown turned already.
    pub orientation: Option<u8>,
    /// Bits of one channel.
    pub depth: Option<u8>,
    /// The colour profile, as it calls itself.
    pub profile: Option<String>,
    pub animated: bool,
    /// Put for people: "35 mm".
    pub focal_length: Option<String>,
    /// Whether it fired.
    pub flash: Option<bool>,
    pub place: Option<Place>,
    /// When the file was written, in milliseconds since 1970.
    pub modified_ms: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    Pick,
    Reject,
}

/// Degrees, north and east positive, and metres above the sea.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    pub latitude: f64,
    pub longitude: f64,
    pub altitude: Option<f64>,
}
