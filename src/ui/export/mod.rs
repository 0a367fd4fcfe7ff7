//! Exporting what is selected: as what, prepared, and then saved by the browser.

pub mod dialog;
pub mod fields;
