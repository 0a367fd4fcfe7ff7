//! The pictures around the one that is shown, as small ones below it.

pub mod film;
pub mod frames;
pub mod geometry;
pub mod state;

pub use frames::FilmStrip;
pub use state::Strip;
