//! Small pieces that several pages are made of. They know no page.

pub mod asking;
pub mod icon;
pub mod key_list;
pub mod live_dot;
pub mod moment;
pub mod not_found;
pub mod notice;
pub mod page_data;
pub mod pieces;
pub mod problem;
pub mod retry;
pub mod shared;
pub mod state_words;
pub mod theme_switch;
pub mod trail;
pub mod words;
