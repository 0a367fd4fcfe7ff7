//! What the grid shows of one image. Carries no facts that only the picture's page needs.

use serde::{Deserialize, Serialize};

use super::ImageId;

/// The SQL function `image_card` makes the same shape: the feed and every query speak it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub id: ImageId,
    /// Grows with every change; a card is replaced only by a newer one.
    pub rev: i64,
    pub name: String,
    pub state: State,
    /// Why the state is not `Ok`, as a sentence for people.
    pub reason: Option<String>,
    /// The first 16 hex digits of the content hash: names this version of the bytes in addresses.
    pub version: Option<String>,
    pub mime: Option<String>,
    pub size: i64,
    /// As a person sees it, orientation applied.
    pub width: Option<i32>,
    pub height: Option<i32>,
    /// Base64.
    pub thumbhash: Option<String>,
    /// Milliseconds since 1970.
    pub taken_ms: Option<i64>,
    pub added_ms: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum State {
    Ok,
    /// The bytes are damaged or no picture; what could be decoded is shown.
    Corrupted,
    /// A picture of a kind that this build cannot decode.
    Unsupported,
    /// The file is gone from its folder; record, tags and place stay until it returns.
    Missing,
    /// The file is there and may not be read.
    Unreadable,
}

impl State {
    /// As the catalogue and the wire write it.
    pub fn name(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Corrupted => "corrupted",
            State::Unsupported => "unsupported",
            State::Missing => "missing",
            State::Unreadable => "unreadable",
        }
    }
}

impl Card {
    /// Changes with the content and only with it, so browsers may keep it for good.
    pub fn thumbnail_url(&self) -> Option<String> {
        self.version.as_ref().map(|version| format!("/images/{}/thumbnail?v={version}", self.id))
    }

    pub fn preview_url(&self) -> Option<String> {
        self.version.as_ref().map(|version| format!("/images/{}/preview?v={version}", self.id))
    }

    pub fn original_url(&self) -> String {
        format!("/files/{}", self.id)
    }

    pub fn page_url(&self) -> String {
        format!("/pictures/{}", self.id)
    }

    /// The average colour of the picture, as CSS: stands in its cell until the thumbnail is there.
    pub fn colour(&self) -> Option<String> {
        use base64::{Engine, prelude::BASE64_STANDARD};
        let bytes = BASE64_STANDARD.decode(self.thumbhash.as_ref()?).ok()?;
        // thumbhash reads its five header bytes unchecked
        if bytes.len() < 5 {
            return None;
        }
        let (red, green, blue, _) = thumbhash::thumb_hash_to_average_rgba(&bytes).ok()?;
        let part = |x: f32| (x.clamp(0.0, 1.0) * 255.0).round() as u8;
        Some(format!("rgb({} {} {})", part(red), part(green), part(blue)))
    }
}
