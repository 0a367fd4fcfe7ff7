//! Folders and what is done to them, as pages and programs see it. Knows no disk.

use serde::{Deserialize, Serialize};

use super::{FolderId, Operation};

/// A folder with what is going on in it just now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Folder {
    pub id: FolderId,
    pub name: String,
    pub path: String,
    /// The project's own: uploads are written there, and it cannot be removed.
    pub managed: bool,
    pub state: FolderState,
    /// What people should know of the state, as a sentence.
    pub said: Option<String>,
    /// What a person chose.
    pub watching: Watching,
    /// Of `FILE_TYPES`; none means all.
    pub types: Vec<String>,
    /// Files that have a record and are there.
    pub present: u32,
    pub missing: u32,
    pub running: Option<Operation>,
    pub last: Option<Operation>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum FolderState {
    /// Not looked at yet.
    #[default]
    Starting,
    /// What happens in it is heard at once.
    Watching,
    /// Looked at by the clock: nothing tells of what happens there.
    Timer,
    Paused,
    /// Its root is not the folder that it was, or not there. Nothing in it is judged.
    Offline,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum Watching {
    /// By the clock on network file systems, else watched.
    #[default]
    Auto,
    /// By the clock whatever it lies on.
    Timer,
}

/// What a folder may be limited to.
pub const FILE_TYPES: &[&str] = &["jpeg", "png", "gif", "webp", "tiff", "bmp", "avif", "heic", "jxl", "raw"];

/// A folder that somebody wants to add.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderDraft {
    pub path: String,
    /// The last part of the path where there is none.
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub watching: Watching,
    #[serde(default)]
    pub types: Vec<String>,
}

/// What somebody wants to change; what is not there stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderEdit {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub paused: Option<bool>,
    #[serde(default)]
    pub watching: Option<Watching>,
    #[serde(default)]
    pub types: Option<Vec<String>>,
}

/// What becomes of the records of a folder that is removed. Its files are never touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Records {
    /// Kept out of sight, for the day when it is added again.
    Keep,
    Forget,
}

/// What the page of folders is opened with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FolderList {
    pub folders: Vec<Folder>,
    /// Only below these may folders be added; none means nowhere.
    pub allowed: Vec<String>,
}
