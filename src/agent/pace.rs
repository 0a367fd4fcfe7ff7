//! The bandwidth limit: how long whoever sends has to wait before the next bytes go. Sends nothing.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// What is handed to the line at once.
const CHUNK_BYTES_MAX: u64 = 256 << 10;
const CHUNK_BYTES_MIN: u64 = 4 << 10;
/// What goes with its beginning, in one request: nobody can go on with it before that is answered.
const WHOLE_BYTES_MAX: u64 = 1 << 20;
/// What a request carries of a large file: this much is lost at most when the line breaks or the program is killed.
const PIECE_BYTES_MAX: u64 = 8 << 20;
const PIECE_BYTES_MIN: u64 = 256 << 10;
/// And how long it takes at most where there is a limit, so that what is told of it is never much older.
const PIECE_S: u64 = 5;
const CHUNKS_A_SECOND: u64 = 10;

/// Shared by all who send.
pub(super) struct Pace {
    bytes_a_second: Option<u64>,
    free: Mutex<Option<Instant>>,
}

impl Pace {
    pub(super) fn new(bytes_a_second: Option<u64>) -> Pace {
        Pace { bytes_a_second: bytes_a_second.map(|rate| rate.max(1)), free: Mutex::new(None) }
    }

    /// Resolves when so many bytes may go.
    pub(super) async fn pay(&self, bytes: u64) {
        let Some(rate) = self.bytes_a_second else { return };
        let now = Instant::now();
        let at = {
            let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
            let (at, next) = turn(*free, bytes, rate, now);
            *free = Some(next);
            at
        };
        tokio::time::sleep_until(at.into()).await;
    }

    pub(super) fn chunk_bytes(&self) -> u64 {
        self.bytes_a_second
            .map_or(CHUNK_BYTES_MAX, |rate| (rate / CHUNKS_A_SECOND).clamp(CHUNK_BYTES_MIN, CHUNK_BYTES_MAX))
    }

    pub(super) fn whole_bytes(&self) -> u64 {
        self.bytes_a_second.map_or(WHOLE_BYTES_MAX, |rate| rate.min(WHOLE_BYTES_MAX))
    }

    pub(super) fn piece_bytes(&self) -> u64 {
        self.bytes_a_second
            .map_or(PIECE_BYTES_MAX, |rate| rate.saturating_mul(PIECE_S).clamp(PIECE_BYTES_MIN, PIECE_BYTES_MAX))
    }
}

/// When these bytes go, and when the next may. What was not used of the past is not caught up with: a line that was limited
/// for the sake of others is not taken whole after a break.
fn turn(free: Option<Instant>, bytes: u64, rate: u64, now: Instant) -> (Instant, Instant) {
    let at = free.map_or(now, |free| free.max(now));
    (at, at + Duration::from_secs_f64(bytes as f64 / rate as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_one_after_the_other() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        // the first go at once, and the next when their time is over
        let (at, free) = turn(None, 500, 1_000, start);
        assert_eq!((at, free), (start, after(500)));
        let (at, free) = turn(Some(free), 1_000, 1_000, after(100));
        assert_eq!((at, free), (after(500), after(1_500)));
        // whoever rested is not owed anything
        let (at, free) = turn(Some(free), 1_000, 1_000, after(60_000));
        assert_eq!((at, free), (after(60_000), after(61_000)));
    }

    #[test]
    fn a_slow_line_gets_small_pieces() {
        for (limit, chunk, piece) in [
            (None, CHUNK_BYTES_MAX, PIECE_BYTES_MAX),
            (Some(100_000_000), CHUNK_BYTES_MAX, PIECE_BYTES_MAX),
            (Some(400_000), 40_000, 2_000_000),
            (Some(1), CHUNK_BYTES_MIN, PIECE_BYTES_MIN),
            (Some(0), CHUNK_BYTES_MIN, PIECE_BYTES_MIN),
        ] {
            let pace = Pace::new(limit);
            assert_eq!((pace.chunk_bytes(), pace.piece_bytes()), (chunk, piece), "{limit:?}");
        }
    }
}
