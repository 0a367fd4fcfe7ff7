//! The program: reads the command line, then serves until it is told to stop.

use std::process::ExitCode;

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

#[tokio::main]
async fn start(cli: Cli) -> Result<()> {
    let stop = CancellationToken::new();
    stop_on_signals(&stop)?;
    match cli.command {
        Command::Serve(config) => run::serve(config, stop).await,
    }
}

fn stop_on_signals(stop: &CancellationToken) -> Result<()> {
    for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
        let (mut signals, stop) = (signal(kind)?, stop.clone());
        tokio::spawn(async move {
            signals.recv().await;
            tracing::info!("ending");
            stop.cancel();
        });
    }
    Ok(())
}
