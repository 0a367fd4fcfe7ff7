//! When what stands in the sidebar is counted again. Pure: knows no clock, no query and no number.

use std::time::Duration;

use crate::model::Cursor;

/// What changed is counted after this long, so that many changes are one request.
const PAUSE: Duration = Duration::from_millis(400);
/// As long as the counts stay behind, they are asked for ever less often, up to this.
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// Of the time that an answer takes, so many times as much passes before the next request.
const SHARE: u32 = 5;

#[derive(Debug, Default)]
pub struct Pace {
    /// Up to where the counts hold the feed, and up to where the page has heard it.
    read_at: Option<Cursor>,
    heard_at: Option<Cursor>,
    /// Answers in a row that did not hold all that was heard, and those that did not come.
    behind: u32,
    took: Duration,
}

impl Pace {
    /// What is of an epoch that is over is not waited for.
    pub fn hear(&mut self, at: Cursor) {
        let is_newer = self.heard_at.is_none_or(|heard| heard.epoch != at.epoch || heard.seq < at.seq);
        if is_newer {
            self.heard_at = Some(at);
        }
    }

    /// Something changed that the counts do not hold yet, or nothing is counted yet.
    pub fn is_stale(&self) -> bool {
        match (self.heard_at, self.read_at) {
            (None, _) => false,
            (Some(heard), Some(read)) => heard.epoch != read.epoch || heard.seq > read.seq,
            (Some(_), None) => true,
        }
    }

    pub fn answered(&mut self, at: Cursor, took: Duration) {
        self.read_at = Some(at);
        self.took = took;
        self.behind = if self.is_stale() { self.behind + 1 } else { 0 };
    }

    pub fn failed(&mut self) {
        self.behind += 1;
    }

    pub fn pause(&self) -> Duration {
        let doubled = PAUSE * (1 << self.behind.min(8));
        doubled.max(self.took * SHARE).min(PAUSE_MAX)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const SOON: Duration = Duration::from_millis(20);

    fn at(seq: i64) -> Cursor {
        Cursor { epoch: Uuid::nil(), seq }
    }

    /// Heard and counted up to 10.
    fn rested() -> Pace {
        let mut pace = Pace::default();
        assert!(!pace.is_stale(), "a page that has heard nothing counts nothing");
        pace.hear(at(10));
        assert!(pace.is_stale());
        pace.answered(at(10), SOON);
        pace
    }

    #[test]
    fn where_nothing_happens_nothing_is_asked() {
        let mut pace = rested();
        assert!(!pace.is_stale());
        pace.hear(at(9));
        pace.hear(at(10));
        assert!(!pace.is_stale());
    }

    #[test]
    fn a_change_is_counted_until_the_counts_hold_it() {
        let mut pace = rested();
        pace.hear(at(11));
        assert_eq!(pace.pause(), PAUSE);
        pace.answered(at(10), SOON);
        assert!(pace.is_stale(), "the finder had not heard of it yet");
        assert_eq!(pace.pause(), PAUSE * 2);
        pace.answered(at(11), SOON);
        assert!(!pace.is_stale());
        assert_eq!(pace.pause(), PAUSE);
    }

    #[test]
    fn many_changes_and_failures_slow_it_down_to_a_bound() {
        let mut pace = rested();
        for seq in 11..100 {
            pace.hear(at(seq + 1));
            pace.answered(at(seq), SOON);
        }
        assert_eq!(pace.pause(), PAUSE_MAX);
        pace.answered(at(100), SOON);
        for _ in 0..100 {
            pace.failed();
        }
        assert_eq!(pace.pause(), PAUSE_MAX);
    }

    #[test]
    fn what_takes_long_is_asked_less_often() {
        let mut pace = rested();
        pace.answered(at(10), Duration::from_millis(600));
        assert_eq!(pace.pause(), Duration::from_secs(3));
        pace.answered(at(10), Duration::from_secs(60));
        assert_eq!(pace.pause(), PAUSE_MAX);
    }

    #[test]
    fn another_epoch_is_counted_anew() {
        let mut pace = rested();
        let other = Cursor { epoch: Uuid::max(), seq: 3 };
        pace.hear(other);
        assert!(pace.is_stale());
        pace.answered(at(99), SOON);
        assert!(pace.is_stale(), "an answer of before says nothing of now");
        pace.answered(other, SOON);
        assert!(!pace.is_stale());
    }
}
