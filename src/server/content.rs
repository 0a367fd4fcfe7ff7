//! What a file turned out to hold: read, hashed, judged, and made small. Knows neither paths nor records.

use sha2::{Digest, Sha256};

use crate::{
    imaging::{self, Derived, Facts, Limits, Said, Verdict},
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
    pub orientation: Option<u8>,
    pub facts: Facts,
    pub said: Said,
    /// None when nothing could be decoded.
    pub derived: Option<Derived>,
}

impl Content {
    /// Looks at the bytes alone; names are not believed. Takes tens to hundreds of milliseconds of one core.
    pub fn of(bytes: &[u8], sidecar: Option<&[u8]>) -> Content {
        let probe = imaging::probe(bytes, sidecar);
        let developed = imaging::develop(bytes, &Limits::default());
        let (state, reason) = match developed.verdict {
            Verdict::Ok => (State::Ok, None),
            Verdict::Corrupted(reason) => (State::Corrupted, Some(reason)),
            Verdict::Unsupported(reason) => (State::Unsupported, Some(reason)),
        };
        let decoded_size = developed.derived.as_ref().map(|derived| (derived.width, derived.height));
        Content {
            hash: Some(Sha256::digest(bytes).into()),
            mime: probe.format.map(imaging::Format::mime),
            state,
            reason,
            size: decoded_size.or(probe.size),
            orientation: probe.format.map(|_| probe.orientation),
            facts: probe.facts,
            said: probe.said,
            derived: developed.derived,
        }
    }

    pub fn unread(state: State, reason: &str) -> Content {
        Content {
            hash: None,
            mime: None,
            state,
            reason: Some(reason.into()),
            size: None,
            orientation: None,
            facts: Facts::default(),
            said: Said::default(),
            derived: None,
        }
    }
}
