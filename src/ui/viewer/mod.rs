//! One picture: fitted to the window, with its facts, and the way to its neighbours.

pub mod facts;
pub mod head;
pub mod page;
pub mod stage;
pub mod state;
pub mod turn;

pub use page::PicturePage;
pub use state::Viewer;
