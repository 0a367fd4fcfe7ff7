//! What the feed has brought and nobody has applied yet: in order, without doubles, without gaps.
//! Knows neither the stream it came by nor the page it is for.

use std::collections::VecDeque;

use crate::model::{Batch, Cursor};

/// Beyond this many waiting batches all are let go and asked for again as one.
pub const BATCHES_MAX: usize = 1_000;

/// How a batch stands to the place that the tab has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Next,
    /// All of it is known.
    Old,
    /// Something between was missed.
    Gap,
    /// The catalogue was restored or replaced.
    OtherEpoch,
}

pub fn judge(at: Cursor, batch: &Batch) -> Verdict {
    if batch.from.epoch != at.epoch || batch.to.epoch != at.epoch {
        Verdict::OtherEpoch
    } else if batch.to.seq <= at.seq {
        Verdict::Old
    } else if batch.from.seq > at.seq {
        Verdict::Gap
    } else {
        Verdict::Next
    }
}

/// What has to be fetched before it can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Nothing,
    /// The changes since this tab's own place.
    CatchUp(Cursor),
    /// Everything that is shown, anew.
    Restart,
}

pub struct Inbox {
    at: Cursor,
    waiting: VecDeque<Batch>,
    /// There is more than what waits here: it was dropped, or a heartbeat told of it.
    behind: bool,
    /// A part of the page is of another epoch than the rest.
    torn: bool,
}

impl Inbox {
    pub fn new(at: Cursor) -> Self {
        Inbox { at, waiting: VecDeque::new(), behind: false, torn: false }
    }

    pub fn at(&self) -> Cursor {
        self.at
    }

    pub fn push(&mut self, batch: Batch) {
        if self.waiting.len() >= BATCHES_MAX {
            self.waiting.clear();
            self.behind = true;
        }
        self.waiting.push_back(batch);
    }

    /// A heartbeat's head: when it is past all that is here, something was missed.
    pub fn hear_head(&mut self, head: Cursor) {
        let end = self.waiting.back().map_or(self.at, |batch| batch.to);
        self.behind |= head.epoch != end.epoch || head.seq > end.seq;
    }

    /// Everything that is ready, in order, and what is needed before the rest can be.
    pub fn take(&mut self) -> (Vec<Batch>, Need) {
        let mut ready = Vec::new();
        if self.torn {
            return (ready, Need::Restart);
        }
        while let Some(batch) = self.waiting.pop_front() {
            match judge(self.at, &batch) {
                Verdict::Old => {}
                Verdict::Next => {
                    self.at = batch.to;
                    ready.push(batch);
                }
                Verdict::OtherEpoch => return (ready, Need::Restart),
                Verdict::Gap => {
                    self.waiting.push_front(batch);
                    return (ready, Need::CatchUp(self.at));
                }
            }
        }
        let need = if self.behind { Need::CatchUp(self.at) } else { Need::Nothing };
        (ready, need)
    }

    /// The answer to [`Need::CatchUp`]: it reaches to the server's head, so nothing is missing before it.
    pub fn caught_up(&mut self, batch: Batch) {
        self.behind = false;
        self.waiting.push_front(batch);
    }

    /// Something on the page was read at `at`. A younger place is not taken: other parts may be older than it.
    pub fn include(&mut self, at: Cursor) {
        if at.epoch != self.at.epoch {
            self.torn = true;
        } else if at.seq < self.at.seq {
            self.at = at;
            self.behind = true;
        }
    }

    /// Everything that is shown was read anew and is true at `at`.
    pub fn restart_at(&mut self, at: Cursor) {
        self.at = at;
        self.behind = false;
        self.torn = false;
        self.waiting.retain(|batch| batch.to.epoch == at.epoch);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn cursor(seq: i64) -> Cursor {
        Cursor { epoch: Uuid::from_u128(1), seq }
    }

    fn batch(from: i64, to: i64) -> Batch {
        Batch { from: cursor(from), to: cursor(to), total: 0, changes: Vec::new(), views: None }
    }

    fn spans(batches: &[Batch]) -> Vec<(i64, i64)> {
        batches.iter().map(|batch| (batch.from.seq, batch.to.seq)).collect()
    }

    fn check(batches: &[(i64, i64)], expect: &[(i64, i64)], need: Need) {
        let mut inbox = Inbox::new(cursor(10));
        for (from, to) in batches {
            inbox.push(batch(*from, *to));
        }
        let (ready, needed) = inbox.take();
        assert_eq!((spans(&ready).as_slice(), needed), (expect, need), "{batches:?}");
    }

    #[test]
    fn batches_pass_once_and_in_order() {
        check(&[(10, 12), (12, 13)], &[(10, 12), (12, 13)], Need::Nothing);
        check(&[(10, 12), (10, 12)], &[(10, 12)], Need::Nothing);
        check(&[(4, 10), (3, 7)], &[], Need::Nothing);
        check(&[(8, 11), (11, 12)], &[(8, 11), (11, 12)], Need::Nothing);
        check(&[], &[], Need::Nothing);
    }

    #[test]
    fn a_gap_stops_what_is_after_it() {
        check(&[(10, 11), (13, 14)], &[(10, 11)], Need::CatchUp(cursor(11)));
    }

    #[test]
    fn a_gap_closes_and_what_waited_goes_on() {
        let mut inbox = Inbox::new(cursor(10));
        inbox.push(batch(12, 13));
        inbox.push(batch(13, 15));
        assert_eq!(inbox.take().1, Need::CatchUp(cursor(10)));
        inbox.caught_up(batch(10, 14));
        let (ready, need) = inbox.take();
        assert_eq!((spans(&ready), need), (vec![(10, 14), (13, 15)], Need::Nothing));
        assert_eq!(inbox.at(), cursor(15));
    }

    #[test]
    fn another_epoch_restarts() {
        let mut inbox = Inbox::new(cursor(10));
        let other = Cursor { epoch: Uuid::from_u128(2), seq: 3 };
        inbox.push(Batch { from: other, to: other, total: 0, changes: Vec::new(), views: None });
        assert_eq!(inbox.take().1, Need::Restart);
        inbox.restart_at(other);
        assert_eq!((inbox.at(), inbox.take().1), (other, Need::Nothing));
    }

    #[test]
    fn a_heartbeat_tells_of_what_was_missed() {
        let mut inbox = Inbox::new(cursor(10));
        inbox.hear_head(cursor(10));
        assert_eq!(inbox.take().1, Need::Nothing);
        inbox.push(batch(10, 11));
        inbox.hear_head(cursor(11));
        assert_eq!(inbox.take().1, Need::Nothing);
        inbox.hear_head(cursor(12));
        assert_eq!(inbox.take().1, Need::CatchUp(cursor(11)));
    }

    #[test]
    fn an_older_part_of_the_page_brings_the_place_back() {
        let mut inbox = Inbox::new(cursor(10));
        inbox.include(cursor(12));
        assert_eq!(inbox.at(), cursor(10));
        inbox.include(cursor(7));
        assert_eq!(inbox.take().1, Need::CatchUp(cursor(7)));
    }

    #[test]
    fn a_part_of_another_epoch_restarts_the_rest() {
        let mut inbox = Inbox::new(cursor(10));
        let other = Cursor { epoch: Uuid::from_u128(2), seq: 3 };
        inbox.push(batch(10, 11));
        inbox.include(other);
        assert_eq!(inbox.take(), (Vec::new(), Need::Restart));
        inbox.restart_at(other);
        assert_eq!((inbox.at(), inbox.take()), (other, (Vec::new(), Need::Nothing)));
    }

    #[test]
    fn too_much_is_let_go_and_asked_for_again() {
        let mut inbox = Inbox::new(cursor(10));
        for _ in 0..=BATCHES_MAX {
            inbox.push(batch(10, 11));
        }
        assert_eq!(inbox.waiting.len(), 1);
        assert_eq!(inbox.take().1, Need::CatchUp(cursor(11)));
    }
}
