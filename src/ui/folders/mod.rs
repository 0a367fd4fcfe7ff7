//! The folders: how each is, what runs over it, what ran, and what can be done to it.

pub mod act;
pub mod card;
pub mod dialog;
pub mod fields;
pub mod history;
pub mod operation;
pub mod page;
pub mod row;
pub mod state;
pub mod words;

pub use page::FoldersPage;
