//! The grid over very many pictures: how long the server takes for any part of it, and how it goes in a real browser.
//! Measures; asserts nothing but the goals.
//!
//! `cargo xtask bench grid -- --rows 1000000 server plans` for a million rows, without the browser and with PostgreSQL's plans.

#![expect(clippy::print_stdout, reason = "figures are this program's answer")]

mod browser;
#[path = "../measuring/database.rs"]
mod database;
#[path = "../measuring/figure.rs"]
mod figure;
#[path = "../measuring/http.rs"]
mod http;
mod lighthouse;
#[path = "../measuring/photograph.rs"]
mod photograph;
#[path = "../measuring/program.rs"]
mod program;
mod seed;
mod server;

use std::process::ExitCode;

use anyhow::Result;
use figure::Figure;
use http::Host;
use program::Program;

const ROWS: u32 = 300_000;

/// A program that shows many pictures, and where they stand.
pub(crate) struct Stage {
    pub(crate) host: Host,
    pub(crate) url: String,
    pub(crate) rows: u32,
}

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

fn measure() -> Result<Vec<Figure>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let rows = words.iter().position(|word| word == "--rows").and_then(|at| words.get(at + 1)?.parse().ok());
    let parts: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| ["server", "browser", "lighthouse", "plans"].contains(word))
        .collect();
    let is_wanted = |part: &str| parts.contains(&part) || (parts.is_empty() && part != "plans");
    let rows = rows.unwrap_or(ROWS);
    let data = program::data_folder()?;
    let url = seed::run(database::fresh_database("grid"))?;
    let program = Program::start(data.path(), Some(&url), &[])?;
    let stage = Stage { host: Host { address: program.address, key: None }, url, rows };
    seed::fill(&stage, &program.pictures)?;
    let mut figures = Vec::new();
    let mut tell = |measured: Vec<Figure>| {
        measured.iter().for_each(|figure| println!("{figure}"));
        figures.extend(measured);
    };
    if is_wanted("server") {
        tell(server::measure(&stage)?);
    }
    if is_wanted("plans") {
        server::show_plans(&stage)?;
    }
    if is_wanted("browser") {
        tell(browser::measure(&stage)?);
    }
    if is_wanted("lighthouse") {
        tell(lighthouse::measure(&stage)?);
    }
    Ok(figures)
}
