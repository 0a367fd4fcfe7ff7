//! Sending pictures: chosen, dropped or pasted, a few at a time, each for itself.

pub mod drop_zone;
pub mod form;
pub mod state;
pub mod tray;

pub use state::Uploads;
