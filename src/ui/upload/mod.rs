//! Sending pictures: chosen, dropped or pasted, a few at a time, each for itself, and going on where it broke off.
//!
//! What a page needs at once only brings files along; all that takes them in comes later, with the tray.

pub mod drop_zone;
pub mod engine;
pub mod form;
pub mod pace;
pub mod queue;
pub mod state;
pub mod tray;

pub use state::Uploads;
