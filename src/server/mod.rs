//! The server: catalogue, feed, folders, and the doors to them. Knows no browser.

pub mod absence;
pub mod address;
pub mod app;
pub mod background;
pub mod comparison;
pub mod config;
pub mod content;
pub mod crops;
pub mod database;
pub mod db;
pub mod details;
pub mod develop;
pub mod error;
pub mod feed;
pub mod finder;
pub mod folders;
pub mod gallery;
pub mod http;
pub mod ingest;
pub mod jobs;
pub mod lock;
pub mod outline;
pub mod past;
pub mod reconcile;
pub mod report;
pub mod room;
pub mod root;
pub mod run;
pub mod shapes;
pub mod store;
pub mod uploads;
pub mod views;
pub mod words;

pub use app::App;
pub use error::Error;
