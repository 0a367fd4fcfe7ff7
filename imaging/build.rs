//! Refuses to build what would be slow: without nasm libjpeg's build drops all its vector code and says nothing.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = std::env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    let is_needed = target == "x86_64" || target == "x86";
    if is_needed && std::process::Command::new("nasm").arg("-v").output().is_err() {
        println!(
            "cargo:error=nasm is missing: install it (Debian: apt-get install nasm), then run `cargo clean --package mozjpeg-sys`"
        );
    }
}
