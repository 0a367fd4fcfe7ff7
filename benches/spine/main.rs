//! The figures of the whole way, from a file to the screens, each beside its goal. Measures; asserts nothing but the goals.

#![expect(clippy::print_stdout, reason = "figures are this program's answer")]

mod answer;
#[path = "../measuring/database.rs"]
mod database;
mod feed;
#[path = "../measuring/figure.rs"]
mod figure;
mod page;
#[path = "../measuring/photograph.rs"]
mod photograph;
#[path = "../measuring/program.rs"]
mod program;
mod screens;
mod start;

use std::{path::Path, process::ExitCode};

use anyhow::{Context, Result, ensure};
use figure::Figure;

fn main() -> ExitCode {
    match measure() {
        Ok(figures) if figures.iter().all(Figure::is_reached) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            println!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Only the parts that are named, or all: `cargo xtask bench spine -- feed page`.
fn measure() -> Result<Vec<Figure>> {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let mut figures = Vec::new();
    for (name, part) in [
        ("size", sizes as fn() -> Result<Vec<Figure>>),
        ("start", start::measure),
        ("screens", screens::measure),
        ("page", page::measure),
        ("feed", feed::measure),
    ] {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            let measured = part().with_context(|| format!("the part `{name}` failed"))?;
            measured.iter().for_each(|figure| println!("{figure}"));
            figures.extend(measured);
        }
    }
    Ok(figures)
}

/// What a browser loads before the gallery is awake, and what draws the other screens, which it loads afterwards.
fn sizes() -> Result<Vec<Figure>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/site/pkg");
    let (mut first, mut later) = (0, 0);
    for entry in std::fs::read_dir(&folder).with_context(|| format!("there is no {}", folder.display()))? {
        let entry = entry?;
        let (name, bytes) = (entry.file_name(), entry.metadata()?.len());
        match name.to_str() {
            Some("pixelsync.wasm.br" | "pixelsync.js.br") => first += bytes,
            Some(name) if name.ends_with(".wasm.br") => later += bytes,
            _ => {}
        }
    }
    ensure!(first > 0, "the release build left nothing in {}", folder.display());
    Ok(vec![
        Figure::below("wasm_and_js_brotli", first as f64 / 1000.0, "kB", 400.0),
        Figure::below("later_wasm_brotli", later as f64 / 1000.0, "kB", 300.0),
    ])
}
