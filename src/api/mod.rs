//! The typed wire between browser and server: server functions, a file a noun. Holds no logic.

pub mod exports;
pub mod failure;
pub mod folders;
pub mod gallery;
pub mod pictures;
pub mod uploads;
pub mod views;

pub use failure::Failure;
