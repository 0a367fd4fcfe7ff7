//! One picture: fitted to the window or as near as one wants, with its facts, and the way to its neighbours.

pub mod crop;
pub mod facts;
pub mod geometry;
pub mod head;
pub mod kin;
pub mod page;
pub mod stage;
pub mod state;
pub mod turn;
pub mod zoom;

pub use page::PicturePage;
pub use state::Viewer;
