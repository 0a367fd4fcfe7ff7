//! One picture: fitted to the window or as near as one wants, with its facts, and the way to its neighbours.

pub mod beside;
pub mod crop;
pub mod facts;
pub mod geometry;
pub mod head;
pub mod histogram;
pub mod kin;
pub mod page;
pub mod panel;
pub mod past;
pub mod photo;
pub mod place;
pub mod said;
pub mod screen;
pub mod slides;
pub mod stage;
pub mod state;
pub mod strip;
pub mod tones;
pub mod tools;
pub mod turn;
pub mod zoom;

pub use page::PicturePage;
pub use state::Viewer;
