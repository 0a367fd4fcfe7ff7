//! Everything that is drawn. Reaches the browser only through `browser`, and the server only through `api`.

pub mod app;
pub mod compare;
pub mod export;
pub mod feed;
pub mod find;
pub mod folders;
pub mod gallery;
pub mod header;
pub mod later;
pub mod parts;
pub mod shell;
pub mod upload;
pub mod viewer;
pub mod views;

pub use app::App;
pub use parts::not_found::NotFound;
pub use shell::{Assets, shell};
