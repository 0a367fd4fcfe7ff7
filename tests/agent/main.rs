//! The folder agent as a program: what it sends, what it leaves, and how it goes on after whatever befell it.
#![cfg(not(target_arch = "wasm32"))]

mod full;
mod lines;
#[expect(dead_code, reason = "what other disks than full ones need is not needed here")]
#[path = "../mounting/mod.rs"]
mod mounting;
#[path = "../process/mod.rs"]
mod process;
mod scene;
mod sending;
#[expect(dead_code, reason = "what the tests of the server's own life need is not needed here")]
#[path = "../serving/mod.rs"]
mod serving;
mod stand_in;
mod together;
