//! What a file turned out to hold: hashed and looked into, nothing decoded. Knows neither paths nor records.

use sha2::{Digest, Sha256};

use super::db::contents::Judgement;
use crate::{
    imaging::{self, Facts, Format, Said, Verdict},
    model::State,
};

#[derive(Debug)]
pub struct Content {
    /// SHA-256; None when the bytes could not be read.
    pub hash: Option<[u8; 32]>,
    pub mime: Option<&'static str>,
    pub state: State,
    /// Why it is not `Ok`, for people.
    pub reason: Option<String>,
    /// As a person sees it.
    pub size: Option<(u32, u32)>,
    pub thumbhash: Option<Vec<u8>>,
    pub orientation: Option<u8>,
    pub facts: Facts,
    pub said: Said,
}

impl Content {
    /// Looks at the bytes alone; names are not believed. What only decoding can tell is pending.
    pub fn of(bytes: &[u8], sidecar: Option<&[u8]>) -> Content {
        let probe = imaging::probe(bytes, sidecar);
        let (state, reason) = probe.verdict.map_or((State::Pending, None), judged);
        Content {
            hash: Some(Sha256::digest(bytes).into()),
            mime: probe.format.map(Format::mime),
            state,
            reason,
            size: probe.size,
            thumbhash: None,
            orientation: probe.format.map(|_| probe.orientation),
            facts: probe.facts,
            said: probe.said,
        }
    }

    pub fn unread(state: State, reason: &str) -> Content {
        Content {
            hash: None,
            mime: None,
            state,
            reason: Some(reason.into()),
            size: None,
            thumbhash: None,
            orientation: None,
            facts: Facts::default(),
            said: Said::default(),
        }
    }

    /// The same bytes were developed before.
    pub fn settle(&mut self, before: Judgement) {
        (self.state, self.reason, self.thumbhash) = (before.state, before.reason, before.thumbhash);
        self.size = before.size.or(self.size);
    }
}

pub fn judged(verdict: Verdict) -> (State, Option<String>) {
    match verdict {
        Verdict::Ok => (State::Ok, None),
        Verdict::Corrupted(reason) => (State::Corrupted, Some(reason)),
        Verdict::Unsupported(reason) => (State::Unsupported, Some(reason)),
    }
}
