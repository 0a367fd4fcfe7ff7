//! What the grid shows of one image. Carries no facts that only the picture's page needs.

use serde::{Deserialize, Serialize};

use super::{FolderId, ImageId, thumbhash};

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
    /// One to five stars; none where nobody gave any.
    pub rating: Option<i16>,
    /// `pick` or `reject`.
    pub flag: Option<String>,
    pub label: Option<String>,
    /// What it is a piece of, and whether that is another than it was when the piece was cut.
    pub parent: Option<ImageId>,
    pub parent_changed: bool,
    pub animated: bool,
    pub folder: FolderId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Taken in and safe; what is seen of it is still being made.
    Pending,
    Ok,
    /// The bytes are damaged or no picture; what could be decoded is shown.
    Corrupted,
    /// A picture of a kind that this build cannot decode.
    Unsupported,
    /// The server did not get to an end with it, several times.
    Failed,
    /// The file is gone from its folder; record, tags and place stay until it returns.
    Missing,
    /// The file is there and may not be read.
    Unreadable,
}

/// Why a picture is called corrupted whose bytes changed by themselves.
pub const DECAYED: &str = "The file's bytes changed on the disk although nothing wrote to it. Put a good copy in its place, or \
                           accept the file as it is now.";

impl State {
    /// As the catalogue and the wire write it.
    pub fn name(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Ok => "ok",
            State::Corrupted => "corrupted",
            State::Unsupported => "unsupported",
            State::Failed => "failed",
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

    /// Every pixel of it, as something that browsers show.
    pub fn full_url(&self) -> Option<String> {
        self.version.as_ref().map(|version| format!("/images/{}/full?v={version}", self.id))
    }

    pub fn original_url(&self) -> String {
        format!("/files/{}", self.id)
    }

    /// Its bytes changed by themselves, and what is shown is what they were.
    pub fn is_decayed(&self) -> bool {
        self.reason.as_deref() == Some(DECAYED)
    }

    /// The average colour of the picture, as CSS: stands in its cell until the thumbnail is there.
    pub fn colour(&self) -> Option<String> {
        let [red, green, blue] = thumbhash::colour(self.thumbhash.as_ref()?)?;
        Some(format!("rgb({red} {green} {blue})"))
    }

    /// What is to be seen of it without asking for anything, as the address of an image.
    pub fn sketch_url(&self) -> Option<String> {
        let ratio = self.width?.max(1) as f32 / self.height?.max(1) as f32;
        Some(thumbhash::sketch(self.thumbhash.as_ref()?, ratio)?.url())
    }
}
