//! Whether a piece can be cut out of a picture, and why not. Knows only its card.

use super::area::Size;
use crate::model::{Card, State};

/// The picture's size, or a sentence that says what is in the way.
pub fn offer(card: &Card) -> Result<Size, &'static str> {
    let is_seen = card.thumbhash.is_some();
    if let Some(reason) = obstacle(card.state, card.is_decayed(), is_seen) {
        return Err(reason);
    }
    let size = card.width.zip(card.height).and_then(|(width, height)| Size::new(width, height));
    size.filter(|_| is_seen).ok_or("Nothing of this picture can be seen, so there is nothing to crop.")
}

fn obstacle(state: State, is_decayed: bool, is_seen: bool) -> Option<&'static str> {
    match state {
        State::Missing => Some("The file is gone from its folder. When it returns, it can be cropped."),
        State::Unreadable => {
            Some("The file cannot be read, so it cannot be cropped. Give the server permission to read it.")
        }
        State::Failed => Some("Its picture could not be made, so there is nothing to crop. Try that again first."),
        State::Unsupported => Some("Pictures of this type cannot be shown here, so they cannot be cropped."),
        _ if is_decayed => {
            Some("The file's bytes are not those that are shown. Put a good copy in its place or accept it, then crop.")
        }
        State::Pending if !is_seen => Some("The picture is still being made. In a moment it can be cropped."),
        // of what is damaged, as much as could be decoded
        State::Ok | State::Pending | State::Corrupted => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_and_there_can_be_cut() {
        for state in [State::Ok, State::Pending, State::Corrupted] {
            assert_eq!(obstacle(state, false, true), None, "{state:?}");
        }
        for state in [State::Missing, State::Unreadable, State::Failed, State::Unsupported] {
            assert!(obstacle(state, false, true).is_some_and(|sentence| sentence.ends_with('.')), "{state:?}");
        }
        assert!(obstacle(State::Corrupted, true, true).is_some_and(|sentence| sentence.contains("accept")));
        assert!(obstacle(State::Pending, false, false).is_some_and(|sentence| sentence.contains("still being made")));
    }
}
