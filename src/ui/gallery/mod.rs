//! The gallery: all pictures, or those that are asked for, as one long grid of which only a window exists.

pub mod bar;
pub mod cell;
pub mod choosing;
pub mod day;
pub mod drawn;
pub mod empty;
pub mod filler;
pub mod fold;
pub mod found;
pub mod grid;
pub mod keys;
pub mod layout;
pub mod look;
pub mod lookout;
pub mod marks;
pub mod opener;
pub mod order;
pub mod outliner;
pub mod pace;
pub mod page;
pub mod pill;
pub mod screen;
pub mod scrub;
pub mod sections;
pub mod selected;
pub mod selection;
pub mod shapes;
pub mod shelf;
pub mod sidebar;
pub mod state;
pub mod window;

pub use filler::Filler;
pub use page::GalleryPage;
pub use state::Gallery;
