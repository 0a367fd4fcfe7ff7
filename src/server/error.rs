//! What can go wrong below the doors. Says it in sentences and knows no status code.

use std::{io, path::PathBuf};

use super::db::{self, DbError};
use crate::api::Failure;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("It is not here (any more).")]
    NotFound,
    /// Carries a sentence that says what to do.
    #[error("{0}")]
    Refused(String),
    /// Larger than is taken; carries a sentence.
    #[error("{0}")]
    TooLarge(String),
    /// It is not as whoever asks believes; carries a sentence.
    #[error("{0}")]
    Conflict(String),
    /// What was sent is not what its sender says; carries a sentence.
    #[error("{0}")]
    OtherSum(&'static str),
    #[error(
        "What lies on the disk is not what was sent, so it was removed. Upload it again, and have the disk checked."
    )]
    NotAsSent,
    /// The cursor is of another epoch, its changes have been dropped, or there are too many of them.
    #[error(
        "What happened since then is not known any more, or too much to tell. Load the whole again and go on from there."
    )]
    CursorTooOld,
    #[error("The disk is full. Nothing that was acknowledged is lost; make room and try again.")]
    DiskFull,
    #[error("The database is away. It is tried again by itself.")]
    Away(#[source] DbError),
    #[error("The database refused.")]
    Database(#[source] DbError),
    /// What is made of pictures cannot be put away; another picture would fare no better.
    #[error("The folder for derivatives cannot be written to: {}.", path.display())]
    Store { path: PathBuf, source: io::Error },
    #[error("{} could not be read or written.", path.display())]
    Disk { path: PathBuf, source: io::Error },
    /// A folder's root is away or not the one that it was; carries a sentence that says what to do.
    #[error("{0}")]
    Offline(String),
    /// A person ended it.
    #[error("It was cancelled. What had been done until then stays done.")]
    Cancelled,
    #[error("Too many do the same just now. Try again in a moment.")]
    Busy,
    #[error("It is still being made. Ask again in a moment.")]
    NotReady,
    #[error("A part of the server has stopped.")]
    Stopped,
}

impl Error {
    pub fn disk(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::DiskFull,
            _ => Error::Disk { path: path.into(), source },
        }
    }

    /// The sentence for whoever asked. What is nobody's business but the log's is not told.
    pub fn sentence(&self) -> String {
        match self {
            Error::Database(_) | Error::Store { .. } | Error::Disk { .. } => Failure::Broken.to_string(),
            told => told.to_string(),
        }
    }

    /// Whether the same may succeed when it is tried again later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Error::Away(_) | Error::Busy | Error::DiskFull | Error::Store { .. } | Error::Offline(_))
    }
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Error {
        if db::is_away(&error) {
            Error::Away(error)
        } else if db::is_full(&error) {
            Error::DiskFull
        } else {
            Error::Database(error)
        }
    }
}
