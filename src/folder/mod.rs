//! The disk: what lies in a folder, what changed there, and how a file is put there safely. Knows no database.

pub mod filter;
pub mod hash;
pub mod marker;
pub mod mount;
pub mod names;
pub mod rules;
pub mod scan;
pub mod settle;
pub mod sidecar;
pub mod uncached;
pub mod watch;
pub mod whole;
pub mod write;

pub use rules::Rules;
pub use scan::{Look, Seen};
