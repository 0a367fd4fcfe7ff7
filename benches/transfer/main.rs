//! The figures of what comes in and goes out: uploads, pictures until they are seen, archives, each beside a peer's in the same run.

#![expect(clippy::print_stdout, reason = "figures are this program's answer")]

mod archives;
#[path = "../measuring/database.rs"]
mod database;
mod export;
#[path = "../measuring/figure.rs"]
mod figure;
mod ingest;
mod line;
#[path = "../measuring/memory.rs"]
mod memory;
mod peer;
#[path = "../measuring/photograph.rs"]
mod photograph;
#[path = "../measuring/program.rs"]
mod program;
mod upload;
mod wait;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use figure::Figure;

/// Measures what PixelSync takes in and sends out: `cargo xtask bench transfer -- --only export`
#[derive(Parser)]
struct Arguments {
    /// How many files are exported
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    files: u32,
    /// How many photographs are taken in
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    photographs: u32,
    /// Measure this part alone; may be given several times
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
    /// Said by `cargo bench` itself
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Part {
    Upload,
    Ingest,
    Export,
    Archives,
}

fn main() -> ExitCode {
    let mut all_reached = true;
    let mut tell = |figure: Figure| {
        println!("{figure}");
        all_reached &= figure.is_reached();
    };
    match measure(&Arguments::parse(), &mut tell) {
        Ok(()) if all_reached => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(error) => {
            println!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments, tell: &mut dyn FnMut(Figure)) -> Result<()> {
    let want = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    if want(Part::Upload) {
        upload::measure(tell).context("the part `upload` failed")?;
    }
    if want(Part::Ingest) {
        ingest::measure(arguments.photographs, tell).context("the part `ingest` failed")?;
    }
    if want(Part::Export) {
        export::measure(arguments.files, tell).context("the part `export` failed")?;
    }
    if want(Part::Archives) {
        archives::measure(tell).context("the part `archives` failed")?;
    }
    Ok(())
}
