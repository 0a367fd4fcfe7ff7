//! The promise of the catalogue: what it says is what the disk holds, whatever people, programs and accidents do to the disk
//! and to the server meanwhile. With the real program, real files and a real PostgreSQL.
#![cfg(not(target_arch = "wasm32"))]

mod asking;
mod away;
mod cancelled;
mod crowded;
mod full;
mod killed;
#[path = "../mounting/mod.rs"]
mod mounting;
mod names;
mod pictures;
#[path = "../process/mod.rs"]
mod process;
mod programs;
mod rot;
mod rules;
mod scene;
#[expect(dead_code, reason = "what the tests of the server's own life need is not needed here")]
#[path = "../serving/mod.rs"]
mod serving;
mod storms;
