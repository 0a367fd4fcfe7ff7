//! Pictures on their way out: what is asked for, and how far the archive is. Knows no file.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ImageId;

/// What is to be exported, and as what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExportDraft {
    pub of: Of,
    #[serde(default)]
    pub what: What,
    /// The long edge of a JPEG, and how fine it is.
    #[serde(default = "edge_first")]
    pub edge: u32,
    #[serde(default = "quality_first")]
    pub quality: u8,
    /// Beside each picture an XMP file with what people said of it.
    #[serde(default)]
    pub sidecars: bool,
    #[serde(default)]
    pub names: Naming,
}

pub fn edge_first() -> u32 {
    2048
}

pub fn quality_first() -> u8 {
    90
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Of {
    Ids {
        ids: Vec<ImageId>,
    },
    /// What an address of the gallery finds; without anything, everything.
    Search {
        search: String,
        #[serde(default)]
        without: Vec<ImageId>,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    #[default]
    Originals,
    Previews,
    Jpeg,
}

impl What {
    pub fn name(self) -> &'static str {
        match self {
            What::Originals => "originals",
            What::Previews => "previews",
            What::Jpeg => "jpeg",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Naming {
    /// With the time of the export, so that two exports into one folder do not meet.
    #[default]
    Stamped,
    Plain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    Preparing,
    Ready,
    Failed,
}

/// An archive that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Export {
    pub id: Uuid,
    /// Of the file.
    pub name: String,
    pub url: String,
    pub state: ExportState,
    /// Why it failed, as a sentence.
    pub error: Option<String>,
    /// What lies beside pictures counts as well.
    pub files: u32,
    pub prepared: u32,
    /// Of the whole archive, once it is ready.
    pub bytes: Option<u64>,
    /// They were not there; the list of hashes in the archive names them.
    pub left_out: u32,
}
