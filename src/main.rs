//! The program: reads the command line, then serves until it is told to stop.

use std::{process::ExitCode, time::Duration};

use anyhow::Result;
use clap::Parser;
use pixelsync::server::{
    config::{Cli, Command},
    run,
};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("PIXELSYNC_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match start(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // for whoever typed the command, whatever is logged
            eprintln!("PixelSync cannot go on: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What a program that a signal ended is said to have returned: 128 and the signal's number, here of an interrupt.
const INTERRUPTED: i32 = 130;
/// A file that is being decoded, or a database that is being started, is not waited for any longer.
const LAST_WORK_MAX: Duration = Duration::from_secs(2);

fn start(cli: Cli) -> Result<()> {
    // by hand, because one that is dropped waits for all blocking work, however long that takes
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        let stop = CancellationToken::new();
        stop_on_signals(&stop)?;
        match cli.command {
            Command::Serve(config) => run::serve(config, stop).await,
        }
    });
    runtime.shutdown_timeout(LAST_WORK_MAX);
    done
}

/// Whoever asks a second time does not want to wait for an end in order.
fn stop_on_signals(stop: &CancellationToken) -> Result<()> {
    let (mut interrupts, mut ends) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let stop = stop.clone();
    tokio::spawn(async move {
        let mut asked = async || tokio::select! { _ = interrupts.recv() => {}, _ = ends.recv() => {} };
        asked().await;
        tracing::info!("ending; ask once more to end at once");
        stop.cancel();
        asked().await;
        std::process::exit(INTERRUPTED);
    });
    Ok(())
}
