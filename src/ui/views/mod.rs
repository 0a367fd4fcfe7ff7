//! Saved views: their list in the sidebar, how many pictures each finds, and the dialog in which one is named, changed and
//! deleted. What a view shows is the gallery's.

pub mod counts;
pub mod dialog;
pub mod fields;
pub mod list;
pub mod pace;
pub mod save;
pub mod state;
pub mod words;

pub use state::Views;
