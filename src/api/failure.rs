//! Why a server function gave no answer, in the kinds that a page treats differently. Knows no status codes.

use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
pub enum Failure {
    /// The request or its answer never arrived: trying again later is right.
    #[error("The server cannot be reached. It is tried again by itself.")]
    Unreachable,
    /// The server is there, its database is not.
    #[error("The database is away. It is tried again by itself.")]
    Away,
    #[error("It is not here (any more).")]
    NotFound,
    /// What was asked for cannot be done, with a sentence that says what to do.
    #[error("{0}")]
    Refused(String),
    #[error("Something went wrong on the server; its log says what. Please try again.")]
    Broken,
}

impl Failure {
    /// Whether the same may succeed when it is tried again later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Failure::Unreachable | Failure::Away)
    }
}

impl FromServerFnError for Failure {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Deserialization(_) => Failure::Unreachable,
            ServerFnErrorErr::Args(text) | ServerFnErrorErr::MissingArg(text) => Failure::Refused(text),
            _ => Failure::Broken,
        }
    }
}
