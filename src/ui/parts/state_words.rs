//! What a picture's state is called, and what to do about it.

use super::icon::Sign;
use crate::model::{Card, State};

/// None when there is nothing to say.
pub fn label(state: State) -> Option<&'static str> {
    match state {
        State::Ok => None,
        State::Pending => Some("Getting ready"),
        State::Corrupted => Some("Damaged"),
        State::Unsupported => Some("Not supported"),
        State::Failed => Some("Failed"),
        State::Missing => Some("Missing"),
        State::Unreadable => Some("Unreadable"),
    }
}

pub fn sign(state: State) -> Sign {
    match state {
        State::Ok => Sign::Picture,
        State::Pending => Sign::Waiting,
        State::Corrupted | State::Failed => Sign::Broken,
        State::Unsupported => Sign::Unknown,
        State::Missing => Sign::Missing,
        State::Unreadable => Sign::Lock,
    }
}

/// What happened.
pub fn sentence(card: &Card) -> String {
    card.reason.clone().unwrap_or_else(|| {
        let general = match card.state {
            State::Ok => "",
            State::Pending => "The file is safe; what is seen of it is being made.",
            State::Corrupted => "The file is damaged.",
            State::Unsupported => "Pictures of this type cannot be shown here.",
            State::Failed => "Its picture could not be made.",
            State::Missing => "The file is gone from its folder.",
            State::Unreadable => "The file is there and cannot be read.",
        };
        general.to_owned()
    })
}

/// What helps.
pub fn advice(state: State) -> &'static str {
    match state {
        State::Ok => "",
        State::Pending => "It shows by itself.",
        State::Corrupted => "Put a good copy in its place, and it heals by itself.",
        State::Unsupported => "The original is untouched and can be opened with a program that knows it.",
        State::Failed => "The original is untouched. Try again, or open it with another program.",
        State::Missing => "Its record and its place stay. When the file returns, it is here again by itself.",
        State::Unreadable => "Give the server permission to read the file, then scan again.",
    }
}
