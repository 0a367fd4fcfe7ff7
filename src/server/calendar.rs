//! Remembers how many pictures were added in each quarter of an hour, so that a place far down and the days of a grid are known
//! without anybody reading years of them. Counted once, then it follows the feed: each answer is of the moment that is asked for.

use std::collections::VecDeque;

use tokio::sync::Mutex;

use super::{
    Error,
    db::{
        Tx, feed,
        spans::{self, Moment, Step},
    },
};
use crate::model::{Cursor, ProjectId, Zone};

/// So many changes can be taken back for whoever asks for a moment that has just passed.
const STEPS_MAX: usize = 10_000;

#[derive(Default)]
pub struct Calendar(Mutex<Option<Known>>);

struct Known {
    at: Cursor,
    quarters: Quarters,
    /// The last changes that are in it, oldest first.
    steps: VecDeque<Step>,
    /// What came before this one cannot be taken back.
    since: i64,
}

impl Calendar {
    /// As it is in this snapshot.
    pub async fn read<T>(
        &self,
        tx: &mut Tx<'_>,
        project: ProjectId,
        read: impl FnOnce(&Quarters) -> T,
    ) -> Result<T, Error> {
        let head = feed::head(tx).await?;
        let mut known = self.0.lock().await;
        if let Some(known) = known.as_mut().filter(|known| known.at.epoch == head.at.epoch) {
            if (known.since..known.at.seq).contains(&head.at.seq) {
                return Ok(read(&known.before(head.at.seq)));
            }
            if known.at.seq >= head.floor && known.at.seq <= head.at.seq {
                known.follow(spans::steps(tx, project, known.at.seq, head.at.seq).await?, head.at);
                return Ok(read(&known.quarters));
            }
        }
        let quarters = Quarters::new(spans::added(tx, project).await?);
        let now = known.insert(Known { at: head.at, quarters, steps: VecDeque::new(), since: head.at.seq });
        Ok(read(&now.quarters))
    }
}

impl Known {
    fn follow(&mut self, steps: Vec<Step>, at: Cursor) {
        self.quarters.add(steps.iter().map(|step| (step.quarter, step.change)));
        self.steps.extend(steps);
        let much = self.steps.len().saturating_sub(STEPS_MAX);
        self.since = self.steps.drain(..much).next_back().map_or(self.since, |step| step.seq);
        self.at = at;
    }

    fn before(&self, seq: i64) -> Quarters {
        let mut quarters = self.quarters.clone();
        let later = self.steps.iter().rev().take_while(|step| step.seq > seq);
        quarters.add(later.map(|step| (step.quarter, -step.change)));
        quarters
    }
}

/// How many there are of each quarter of an hour since 1970, earliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quarters(Vec<(i64, i64)>);

impl Quarters {
    /// Earliest first.
    pub fn new(totals: Vec<(i64, i64)>) -> Quarters {
        Quarters(totals)
    }

    fn add(&mut self, changes: impl Iterator<Item = (i64, i64)>) {
        for (quarter, change) in changes {
            match self.0.binary_search_by_key(&quarter, |(quarter, _)| *quarter) {
                Ok(at) => self.0[at].1 += change,
                Err(at) => self.0.insert(at, (quarter, change)),
            }
        }
    }

    /// The quarter in which a place is, newest first.
    pub fn at(&self, place: i64) -> Option<Moment> {
        let mut above = 0;
        for (span, total) in self.0.iter().rev() {
            if place < above + total {
                return Some(Moment { span: *span, above });
            }
            above += total;
        }
        None
    }

    /// How many were added after the end of this quarter.
    pub fn after(&self, quarter: i64) -> i64 {
        self.0.iter().rev().take_while(|(other, _)| *other > quarter).map(|(_, total)| total).sum()
    }

    /// How many there are of each of the reader's days, newest first, without those that are held back.
    pub fn days(&self, zone: Zone, held: i64) -> Vec<(i64, i64)> {
        let (mut days, mut held) = (Vec::<(i64, i64)>::new(), held);
        for (quarter, total) in self.0.iter().rev() {
            let left_out = held.min(*total);
            held -= left_out;
            let (day, total) = (zone.day_of_quarter(*quarter), total - left_out);
            match days.last_mut().filter(|(last, _)| *last == day) {
                Some((_, sum)) => *sum += total,
                None if total > 0 => days.push((day, total)),
                None => {}
            }
        }
        days
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn step(seq: i64, quarter: i64, change: i64) -> Step {
        Step { seq, quarter, change }
    }

    fn known(totals: &[(i64, i64)]) -> Known {
        let at = Cursor { epoch: uuid::Uuid::nil(), seq: 10 };
        Known { at, quarters: Quarters::new(totals.to_vec()), steps: VecDeque::new(), since: 10 }
    }

    #[test]
    fn a_place_is_in_one_quarter_and_a_day_has_ninety_six() {
        let quarters = Quarters::new(vec![(95, 3), (96, 0), (97, 2), (200, 4)]);
        let moment = |place| quarters.at(place).map(|moment| (moment.span, moment.above));
        assert_eq!([moment(0), moment(4), moment(6), moment(9)], [Some((200, 0)), Some((97, 4)), Some((95, 6)), None]);
        assert_eq!([quarters.after(200), quarters.after(97), quarters.after(0)], [0, 4, 9]);
        assert_eq!(quarters.days(Zone::of_minutes(0), 0), [(2, 4), (1, 2), (0, 3)]);
        assert_eq!(quarters.days(Zone::of_minutes(60), 0), [(2, 4), (1, 5)]);
        assert_eq!(quarters.days(Zone::of_minutes(0), 5), [(1, 1), (0, 3)]);
    }

    #[test]
    fn what_was_followed_can_be_taken_back_as_far_as_it_is_remembered() {
        let mut known = known(&[(1, 2)]);
        let epoch = known.at.epoch;
        known.follow(vec![step(11, 1, 1), step(13, 2, 1)], Cursor { epoch, seq: 14 });
        assert_eq!(known.before(12), Quarters::new(vec![(1, 3), (2, 0)]));
        assert_eq!(known.since, 10);
        let many = (15..).take(STEPS_MAX).map(|seq| step(seq, 3, 1)).collect();
        known.follow(many, Cursor { epoch, seq: 20_000 });
        assert_eq!(known.since, 13);
    }

    proptest! {
        #[test]
        fn every_moment_is_counted_as_if_from_the_start(
            steps in prop::collection::vec((0..300i64, prop::bool::ANY), 0..60),
            cut in 0..60usize,
        ) {
            let steps: Vec<Step> = (11..).zip(&steps).map(|(seq, (quarter, comes))| step(seq, *quarter, if *comes { 1 } else { -1 })).collect();
            let counted = |steps: &[Step]| {
                let mut quarters = Quarters::default();
                quarters.add(steps.iter().map(|step| (step.quarter, step.change)));
                quarters.0.retain(|(_, total)| *total != 0);
                quarters
            };
            let cut = cut.min(steps.len());
            let mut known = known(&[]);
            known.follow(steps.clone(), Cursor { seq: 100, ..known.at });
            let mut before = known.before(10 + cut as i64);
            before.0.retain(|(_, total)| *total != 0);
            prop_assert_eq!(before, counted(&steps[..cut]));
        }
    }
}
