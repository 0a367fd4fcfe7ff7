//! How fast it goes and how long it will take, evened out. Knows no files.

/// What was long ago counts less and less: after so long about a third.
const MEMORY_MS: f64 = 5_000.0;
/// The first moments tell too little.
const TOLD_AFTER_MS: f64 = 2_000.0;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pace {
    /// When it was looked at last, and how many bytes had left by then.
    last: Option<(f64, u64)>,
    bytes_per_ms: f64,
    watched_ms: f64,
}

impl Pace {
    /// `sent` only grows.
    pub fn look(&mut self, now_ms: f64, sent: u64) {
        let Some((at_ms, before)) = self.last.replace((now_ms, sent)) else { return };
        let passed = now_ms - at_ms;
        // a clock that was set says nothing
        if passed <= 0.0 {
            return;
        }
        let rate = sent.saturating_sub(before) as f64 / passed;
        self.watched_ms += passed;
        // at first a plain mean
        let weight = (passed / MEMORY_MS.min(self.watched_ms)).min(1.0);
        self.bytes_per_ms += weight * (rate - self.bytes_per_ms);
    }

    /// Nothing is sent for a while, which says nothing of how fast it goes.
    pub fn rest(&mut self) {
        *self = Pace::default();
    }

    pub fn bytes_per_s(&self) -> Option<u64> {
        (self.watched_ms >= TOLD_AFTER_MS).then_some((self.bytes_per_ms * 1_000.0) as u64).filter(|rate| *rate > 0)
    }

    pub fn seconds_for(&self, bytes: u64) -> Option<u64> {
        Some(bytes.div_ceil(self.bytes_per_s()?))
    }
}

/// `40 s left`, `3 min left`, `2 h 10 min left`: no more exact than it can be known.
pub fn left(seconds: u64) -> String {
    let minutes = seconds.div_ceil(60);
    match seconds {
        0..10 => "a few seconds left".into(),
        10..60 => format!("{} s left", seconds.div_ceil(10) * 10),
        60..3_600 => format!("{minutes} min left"),
        _ => format!("{} h {} min left", minutes / 60, minutes % 60 / 10 * 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_pace_is_what_it_is() {
        let mut pace = Pace::default();
        for tick in 0..30_u32 {
            pace.look(f64::from(tick) * 500.0, u64::from(tick) * 500_000);
        }
        assert_eq!(pace.bytes_per_s(), Some(1_000_000));
        assert_eq!(pace.seconds_for(20_000_001), Some(21));
    }

    #[test]
    fn nothing_is_told_too_early() {
        let mut pace = Pace::default();
        pace.look(0.0, 0);
        pace.look(500.0, 1_000_000);
        assert_eq!(pace.bytes_per_s(), None);
        pace.look(2_500.0, 5_000_000);
        assert!(pace.bytes_per_s().is_some());
        pace.rest();
        assert_eq!(pace.bytes_per_s(), None);
    }

    #[test]
    fn what_is_left_is_told_roughly() {
        let check = |seconds: u64, expect: &str| assert_eq!(left(seconds), expect);
        check(3, "a few seconds left");
        check(34, "40 s left");
        check(61, "2 min left");
        check(3_540, "59 min left");
        check(8_040, "2 h 10 min left");
    }
}
