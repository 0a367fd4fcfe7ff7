//! Cutting a piece out of the picture that is looked at: a region over it, a bar with its numbers, and what came of it.

pub mod area;
pub mod bar;
pub mod button;
pub mod done;
pub mod frame;
pub mod keys;
pub mod offer;
pub mod pointer;
pub mod several;
pub mod shape;
pub mod state;

pub use state::Crop;
