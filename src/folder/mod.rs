//! The disk: what lies in a folder, what changed there, and how a file is put there safely. Knows no database.

pub mod filter;
pub mod marker;
pub mod scan;
pub mod settle;
pub mod watch;
pub mod write;

pub use scan::{Look, Seen};
