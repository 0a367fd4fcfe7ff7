//! Bytes in, facts and small pictures out. Knows no database, no http and no folder.

mod decode;
mod derive;
mod facts;
mod kind;

use sha2::{Digest, Sha256};

pub use derive::{Derived, Encoded};
pub use facts::{Facts, Taken};

use crate::model::State;

/// Everything that is to be known of a file's content.
#[derive(Debug)]
pub struct Judged {
    /// SHA-256; None when the bytes could not be read.
    pub hash: Option<[u8; 32]>,
    pub mime: Option<&'static str>,
    pub state: State,
    /// Why it is not `Ok`, for people.
    pub reason: Option<String>,
    pub facts: Facts,
    /// None when nothing could be decoded.
    pub derived: Option<Derived>,
}

/// Looks at the bytes alone; names are not believed. Takes tens to hundreds of milliseconds of one core.
pub fn judge(bytes: &[u8]) -> Judged {
    let hash = Some(Sha256::digest(bytes).into());
    let kind = match kind::of(bytes) {
        Ok(kind) => kind,
        Err(reason) => return without_pixels(hash, None, State::Corrupted, reason),
    };
    let Some(format) = kind.decoder else {
        return without_pixels(
            hash,
            Some(kind.mime),
            State::Unsupported,
            format!("This build cannot decode {} yet.", kind.name),
        );
    };
    let facts = facts::read(bytes);
    let decoded = match decode::decode(bytes, format) {
        Ok(decoded) => decoded,
        Err(reason) => return Judged { facts, ..without_pixels(hash, Some(kind.mime), State::Corrupted, reason) },
    };
    match derive::derive(&decoded.pixels, decoded.orientation) {
        Ok(derived) => Judged {
            hash,
            mime: Some(kind.mime),
            state: if decoded.damage.is_some() { State::Corrupted } else { State::Ok },
            reason: decoded.damage,
            facts,
            derived: Some(derived),
        },
        Err(reason) => Judged { facts, ..without_pixels(hash, Some(kind.mime), State::Corrupted, reason) },
    }
}

fn without_pixels(hash: Option<[u8; 32]>, mime: Option<&'static str>, state: State, reason: String) -> Judged {
    Judged { hash, mime, state, reason: Some(reason), facts: Facts::default(), derived: None }
}

#[cfg(test)]
mod tests;
