//! Everything that only a browser can do, in one room. Knows the wire (`api`), not what is drawn.
//!
//! It compiles for the server too, where calling it would panic: call it from effects and event handlers.

pub mod ask;
pub mod choices;
pub mod clipboard;
pub mod clock;
pub mod dialog;
pub mod download;
pub mod fields;
pub mod files;
pub mod focus;
pub mod frame;
pub mod fullscreen;
pub mod held;
pub mod history;
pub mod idle;
pub mod images;
pub mod inbox;
pub mod kept;
pub mod leaving;
pub mod listen;
pub mod live;
pub mod look;
pub mod number;
pub mod panel;
pub mod pixels;
pub mod preload;
pub mod strip;
pub mod tabs;
pub mod theme;
pub mod tus;
pub mod unpack;
pub mod viewport;
pub mod wait;
pub mod wake;
