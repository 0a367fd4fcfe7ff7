//! The gallery: all pictures, newest first, as one long grid of which only a window exists.

pub mod bar;
pub mod cell;
pub mod empty;
pub mod filler;
pub mod geometry;
pub mod grid;
pub mod lookout;
pub mod opener;
pub mod page;
pub mod pill;
pub mod shelf;
pub mod sidebar;
pub mod state;

pub use filler::Filler;
pub use page::GalleryPage;
pub use state::Gallery;
