//! Tells cargo what the server is made of besides its source. Builds nothing: that is what `cargo xtask build` is for.

use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        println!("cargo:rustc-link-arg-cdylib=--emit-relocs");
    }
    if env::var_os("CARGO_FEATURE_SSR").is_none() {
        return;
    }
    // The migrations are compiled in.
    println!("cargo:rerun-if-changed=migrations");
    // rust-embed refuses to compile without the folder, and linting or testing needs nothing in it.
    if let Err(error) = fs::create_dir_all("target/site") {
        println!("cargo:warning=target/site can't be created: {error}");
    }
    // A release server holds all that the browser loads; a quick build reads it from the disk while it runs.
    if env::var_os("PROFILE").is_some_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=target/site");
    }
}
