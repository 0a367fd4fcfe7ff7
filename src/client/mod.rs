//! The command line of a running server: asks it by REST and puts its answers for people. Writes into the folder of an export and
//! into no other; touches no database.

mod export;
mod folders;
mod http;
mod progress;
mod runs;
mod server;
mod show;
mod target;
mod unpack;

use std::{
    io::{self, Write},
    path::PathBuf,
};

use crate::server::config::{Command, ConfigError};

/// Why a command came to nothing, as people are told it.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("No PixelSync is running on {data}. Start it with: pixelsync serve --data {data}", data = .0.display())]
    NotRunning(PathBuf),
    /// In the server's words, or in ours before it was asked.
    #[error("{0}")]
    Refused(String),
    #[error("The server went before it answered ({0}). What it had begun is gone on with when it is started again.")]
    Gone(io::Error),
    #[error(
        "The answer is not understood: the server may be of another version. Use the command that it was started with."
    )]
    NotUnderstood,
    #[error("There is nowhere to write to: {0}")]
    Output(io::Error),
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// What is written through `?` is for people.
impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Problem {
        Problem::Output(error)
    }
}

/// Where it is told, and whether somebody looks on.
pub struct Told<'a> {
    pub out: &'a mut dyn Write,
    pub is_terminal: bool,
}

/// Everything but `serve` and `agent`, which are no questions.
pub fn run(command: Command, mut told: Told) -> Result<(), Problem> {
    let done = match command {
        Command::Serve(_) | Command::Agent(_) => Ok(()),
        Command::Folders { asking, act } => folders::run(&asking, act, &mut told),
        Command::Scan(what) => runs::scan(&what, &mut told),
        Command::Verify(what) => runs::verify(&what, &mut told),
        Command::Export(wanted) => export::run(&wanted, &mut told),
        Command::Status(asking) => show::status(&asking, &mut told),
    };
    match done {
        // whoever has read enough is no trouble
        Err(Problem::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}
