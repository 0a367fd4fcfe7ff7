//! Finding: the field in the header, the line of what is asked for, the filters and the order. What is asked for stands in the
//! address and nowhere else.

pub mod address;
mod called;
pub mod chips;
pub mod dates;
pub mod facets;
pub mod field;
pub mod group;
pub mod nothing;
pub mod panel;
pub mod ready;
pub mod sort;
pub mod values;
pub mod words;

pub use address::Address;
