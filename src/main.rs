//! The program: reads the command line, then serves or sends until it is told to stop, or asks the server that runs.

use std::{
    io::{self, IsTerminal},
    process::ExitCode,
    time::Duration,
};

use anyhow::Result;
use clap::Parser;
use pixelsync::{
    agent,
    client::{self, Told},
    server::{
        config::{AgentAct, AgentCommand, AgentMode, AgentSettings, Cli, Command, Config, ConfigError},
        run,
    },
};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("PIXELSYNC_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    // for whoever typed the command, whatever is logged
    let said = match Cli::parse().command {
        Command::Serve(config) => start(*config).map_err(|error| format!("PixelSync cannot go on: {error:#}")),
        Command::Agent(command) => send(*command).map_err(|problem| format!("{problem:#}")),
        command => ask(command).map_err(|problem| problem.to_string()),
    };
    match said {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn ask(command: Command) -> Result<(), client::Problem> {
    let mut out = io::stdout();
    let is_terminal = out.is_terminal();
    client::run(command, Told { out: &mut out, is_terminal })
}

/// What a program that a signal ended is said to have returned: 128 and the signal's number, here of an interrupt.
const INTERRUPTED: i32 = 130;
/// A file that is being decoded, or a database that is being started, is not waited for any longer.
const LAST_WORK_MAX: Duration = Duration::from_secs(2);

fn start(config: Config) -> Result<()> {
    work(async |stop| run::serve(config, stop).await)
}

fn send(command: AgentCommand) -> Result<()> {
    let mut out = io::stdout();
    let is_terminal = out.is_terminal();
    work(async |stop| {
        match command.act {
            None => agent::run(agent_settings(command.settings)?, stop, out, is_terminal).await?,
            Some(AgentAct::Status { state, json }) => agent::status(&state.file()?, json, &mut out).await?,
            Some(AgentAct::Retry(state)) => agent::retry(&state.file()?, &mut out).await?,
        }
        Ok(())
    })
}

fn agent_settings(set: AgentSettings) -> Result<agent::Settings, ConfigError> {
    Ok(agent::Settings {
        state: set.state.file()?,
        // without one the command line was not understood
        server: set.server.unwrap_or_default(),
        project: set.project,
        folders: set.folders,
        only_new: set.mode == AgentMode::OnlyNew,
        bytes_a_second: set.limit,
        once: set.once,
    })
}

/// Until it is done, or told to stop.
fn work(what: impl AsyncFnOnce(CancellationToken) -> Result<()>) -> Result<()> {
    // by hand, because one that is dropped waits for all blocking work, however long that takes
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        let stop = CancellationToken::new();
        stop_on_signals(&stop)?;
        what(stop).await
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
