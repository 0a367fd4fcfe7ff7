//! `cargo xtask`: the project's commands. Each lives in a file of its own; here they only get their names and help.

mod bench;
mod brotli;
mod checkout;
mod css;
mod database;
mod front;
mod fuzz;
mod prune;
mod screenshots;
mod server;
mod setup;
mod shell;
mod site;
mod split;
mod sqlx;
mod tally;
mod test;
mod watch;

use anyhow::Result;
use checkout::{Checkout, Profile};
use clap::{Parser, Subcommand};
use setup::Need;
use std::process::ExitCode;

/// Sets up, builds, runs, tests and measures PixelSync.
///
/// A fresh machine needs only Rust: every command first adds what it lacks, and says so.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and start the server; it prints its address and the folder to drop pictures into
    Run {
        /// Build quickly, with neither optimisation nor compression
        #[arg(long)]
        dev: bool,
        /// Arguments for `pixelsync serve`, such as `-- --listen 127.0.0.1:4000`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Run the quick build, and build and start it again whenever a source file changes
    Watch {
        /// Arguments for `pixelsync serve`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Make the one release binary, with everything the browser needs inside
    Build {
        /// Build quickly, with neither optimisation nor compression
        #[arg(long)]
        dev: bool,
    },
    /// Run every check and test; the last line is `N passed, N failed`
    Test {
        /// Run this part alone; may be given several times
        #[arg(long, value_name = "PART")]
        only: Vec<test::Part>,
    },
    /// Feed what reads strangers' bytes with spoiled pictures, for longer than the tests do
    Fuzz {
        /// One of the targets in `imaging/fuzz`; without it, all of them in turn
        target: Option<String>,
        /// How long, for each target
        #[arg(long, value_name = "N", default_value_t = 60)]
        seconds: u32,
    },
    /// Run a benchmark on the release build, or list them when no name is given
    Bench {
        name: Option<String>,
        /// Arguments for the benchmark
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Take a picture of every screen, at three sizes and in both themes, into target/screenshots
    Screenshots,
    /// Write `.sqlx` anew, after a query or a migration changed
    Prepare,
    /// Only set up what building, running and testing need
    Setup,
}

fn main() -> ExitCode {
    match carry_out(CommandLine::parse().command) {
        Ok(code) => code,
        Err(error) => {
            shell::complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: Command) -> Result<ExitCode> {
    let checkout = Checkout::find()?;
    match command {
        Command::Run { dev, arguments } => {
            setup::ensure(&checkout, &Need::to_run(&arguments))?;
            let binary = build(&checkout, Profile::from_dev(dev))?;
            return Err(server::become_server(&checkout, &binary, &arguments));
        }
        Command::Watch { arguments } => watch::watch(&checkout, &arguments)?,
        Command::Build { dev } => {
            let binary = build(&checkout, Profile::from_dev(dev))?;
            shell::say(format!("Built {}", binary.display()));
        }
        Command::Test { only } => return test::run(&checkout, &only),
        Command::Fuzz { target, seconds } => fuzz::run(&checkout, target.as_deref(), seconds)?,
        Command::Bench { name: None, .. } => bench::list(&checkout),
        Command::Bench { name: Some(name), arguments } => bench::run(&checkout, &name, &arguments)?,
        Command::Screenshots => screenshots::run(&checkout)?,
        Command::Prepare => sqlx::prepare(&checkout)?,
        Command::Setup => setup::ensure(&checkout, &Need::ALL)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The front first: a release server embeds the site that it finds.
fn build(checkout: &Checkout, profile: Profile) -> Result<std::path::PathBuf> {
    setup::ensure(checkout, Need::to_build(profile))?;
    front::build(checkout, profile)?;
    server::build(checkout, profile)
}
