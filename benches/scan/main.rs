//! The figures of the disk: looking at a tree of small files, hashing, resting, hearing of what comes, each beside a peer's.

#![expect(clippy::print_stdout, reason = "figures are this program's answer")]

mod arrivals;
#[path = "../measuring/figure.rs"]
mod figure;
mod hashing;
#[path = "../measuring/http.rs"]
mod http;
mod idle;
mod ingest;
mod library;
#[path = "../measuring/memory.rs"]
mod memory;
#[path = "../measuring/photograph.rs"]
mod photograph;
mod process;
#[path = "../measuring/program.rs"]
mod program;
mod rescan;
mod syncthing;
mod tree;
mod walk;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use figure::Figure;
use library::Library;
use tree::Tree;

/// Measures what PixelSync does with the disk: `cargo xtask bench scan -- --files 1000000 --only rescan`
#[derive(Parser)]
struct Arguments {
    /// How many small files are looked at
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    files: u32,
    /// Measure this part alone; may be given several times
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
    /// Said by `cargo bench` itself
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Part {
    Walk,
    Ingest,
    Rescan,
    Idle,
    Arrivals,
    Hashing,
}

const AT_REST: &[Part] = &[Part::Rescan, Part::Idle, Part::Arrivals];

impl Arguments {
    fn want(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    fn want_any(&self, parts: &[Part]) -> bool {
        parts.iter().any(|part| self.want(*part))
    }
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

/// Each alone on the machine: whatever was measured before has ended, or is at rest.
fn measure(arguments: &Arguments, tell: &mut dyn FnMut(Figure)) -> Result<()> {
    if arguments.want_any(&[Part::Walk, Part::Ingest]) || arguments.want_any(AT_REST) {
        let tree = Tree::small(arguments.files).context("the tree of small files could not be made")?;
        measure_tree(arguments, &tree, tell)?;
    }
    if arguments.want(Part::Hashing) {
        hashing::measure(tell).context("the part `hashing` failed")?;
    }
    Ok(())
}

fn measure_tree(arguments: &Arguments, tree: &Tree, tell: &mut dyn FnMut(Figure)) -> Result<()> {
    tell(walk::measure(tree).context("the part `walk` failed")?);
    if !arguments.want(Part::Ingest) && !arguments.want_any(AT_REST) {
        return Ok(());
    }
    let peer_s = arguments.want(Part::Ingest).then(|| syncthing::first_scan(tree)).transpose()?;
    peer_s.map(|seconds| Figure::told("syncthing_first_scan", seconds, "s")).into_iter().for_each(&mut *tell);
    let library = Library::open()?;
    let filled = ingest::fill(&library, tree).context("the part `ingest` failed")?;
    if let Some(peer_s) = peer_s {
        ingest::figures(tree, filled.seconds, peer_s).into_iter().for_each(&mut *tell);
    }
    if !arguments.want_any(AT_REST) {
        return Ok(());
    }
    library.call_developed()?;
    library.rest()?;
    // what filling it took is not what it needs from then on
    let library = library.restart(filled.folder)?;
    if arguments.want(Part::Rescan) {
        rescan::measure(&library, filled.folder, tree, tell).context("the part `rescan` failed")?;
    }
    if arguments.want(Part::Idle) {
        idle::measure(&library, tell).context("the part `idle` failed")?;
    }
    if arguments.want(Part::Arrivals) {
        arrivals::measure(&library, tell).context("the part `arrivals` failed")?;
    }
    Ok(())
}
