//! The pictures that lie beside each other, and what the feed does to them. Knows no element.

use std::collections::HashMap;

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::{Failure, pictures},
    browser::wait,
    model::{Batch, Card, Change, Comparison, Cursor, ImageId, Sight, Sights, State},
    ui::{parts::retry::Again, viewer::state::Back},
};

/// One place in the comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Seat {
    /// It is being asked for.
    Awaited,
    Taken(Sight),
    /// It was removed while it was looked at.
    Removed(Sight),
    /// The library has no such picture.
    Unknown,
}

impl Seat {
    pub fn sight(&self) -> Option<&Sight> {
        match self {
            Seat::Taken(sight) | Seat::Removed(sight) => Some(sight),
            Seat::Awaited | Seat::Unknown => None,
        }
    }

    pub fn card(&self) -> Option<&Card> {
        self.sight().map(|sight| &sight.card)
    }

    /// What the server told of it last.
    fn told(&mut self, sight: Option<Sight>) {
        *self = match (std::mem::replace(self, Seat::Unknown), sight) {
            // the feed was ahead of the answer
            (Seat::Taken(before), Some(sight)) if before.card.rev > sight.card.rev => Seat::Taken(before),
            (_, Some(sight)) => Seat::Taken(sight),
            (Seat::Taken(before) | Seat::Removed(before), None) => Seat::Removed(before),
            (Seat::Awaited | Seat::Unknown, None) => Seat::Unknown,
        };
    }

    fn changed(&mut self, card: Option<Card>) {
        match (&mut *self, card) {
            (Seat::Taken(sight), None) => *self = Seat::Removed(sight.clone()),
            (Seat::Taken(sight), Some(card)) if card.rev > sight.card.rev => sight.card = card,
            _ => {}
        }
    }
}

#[derive(Clone, Copy)]
pub struct Comparing {
    /// In the order of the address; drives the seats.
    pub ids: RwSignal<Vec<ImageId>>,
    pub trouble: RwSignal<Option<Failure>>,
    seats: StoredValue<HashMap<ImageId, ArcRwSignal<Seat>>>,
    at: StoredValue<Option<Cursor>>,
    reading: StoredValue<bool>,
    outdated: StoredValue<bool>,
    again: Again,
    /// What "back" is on the page of a picture that one comes back to, and on one that is opened from here.
    came_with: StoredValue<Option<Back>>,
    leads: StoredValue<Option<Back>>,
}

impl Comparing {
    #[expect(clippy::new_without_default, reason = "it makes signals, which is no default of anything")]
    pub fn new() -> Self {
        Comparing {
            ids: RwSignal::new(Vec::new()),
            trouble: RwSignal::new(None),
            seats: StoredValue::new(HashMap::new()),
            at: StoredValue::new(None),
            reading: StoredValue::new(false),
            outdated: StoredValue::new(false),
            again: Again::new(),
            came_with: StoredValue::new(None),
            leads: StoredValue::new(None),
        }
    }

    /// With what the page was opened with.
    pub fn open(&self, comparison: &Comparison, sights: Sights) {
        self.seat(comparison);
        self.take(sights);
    }

    pub fn close(&self) {
        self.ids.set(Vec::new());
        self.seats.update_value(HashMap::clear);
        self.again.cancel();
        self.trouble.set(None);
    }

    /// The address asks for these. Who is there already stays.
    pub fn change(&self, comparison: &Comparison) {
        self.seat(comparison);
        let is_awaited = |seat: &ArcRwSignal<Seat>| seat.with_untracked(|seat| *seat == Seat::Awaited);
        if self.seats.with_value(|seats| seats.values().any(is_awaited)) {
            self.read();
        }
    }

    fn seat(&self, comparison: &Comparison) {
        let ids = &comparison.ids;
        self.seats.update_value(|seats| {
            seats.retain(|id, _| ids.contains(id));
            for id in ids {
                seats.entry(*id).or_insert_with(|| ArcRwSignal::new(Seat::Awaited));
            }
        });
        if self.ids.with_untracked(|before| before != ids) {
            self.ids.set(ids.clone());
        }
    }

    /// None when it has just left.
    pub fn of(&self, id: ImageId) -> Option<ArcRwSignal<Seat>> {
        self.seats.with_value(|seats| seats.get(&id).cloned())
    }

    /// Whether anything of it can be seen: none of them may be in the library.
    pub fn is_any(&self) -> bool {
        let is_here = |seat: &ArcRwSignal<Seat>| seat.with_untracked(|seat| *seat != Seat::Unknown);
        self.seats.with_value(|seats| seats.values().any(is_here))
    }

    fn take(&self, Sights { at, sights }: Sights) {
        self.at.set_value(Some(at));
        self.seats.with_value(|seats| {
            for (id, seat) in seats {
                let sight = sights.iter().find(|sight| sight.card.id == *id);
                let mut now = seat.get_untracked();
                now.told(sight.cloned());
                set(seat, now);
            }
        });
    }

    /// What is looked at and still to be made goes before all others.
    pub fn look_first(&self) {
        let pending = |(id, seat): (&ImageId, &ArcRwSignal<Seat>)| {
            let state = seat.with_untracked(|seat| seat.card().map(|card| card.state));
            (state == Some(State::Pending)).then_some(*id)
        };
        let pending: Vec<ImageId> = self.seats.with_value(|seats| seats.iter().filter_map(pending).collect());
        if !pending.is_empty() {
            // they are made in any case, only later
            spawn_local(async move { _ = wait::for_answer(pictures::look_first(pending)).await });
        }
    }

    /// Reads all of them, one request at a time and the newest wish last.
    fn read(&self) {
        self.outdated.set_value(true);
        if self.reading.get_value() {
            return;
        }
        self.reading.set_value(true);
        let comparing = *self;
        spawn_local(async move {
            while comparing.outdated.get_value() {
                comparing.outdated.set_value(false);
                let asked = comparing.ids.get_untracked();
                if asked.is_empty() {
                    break;
                }
                let answer = wait::for_answer(pictures::compare(asked.clone())).await;
                if comparing.ids.with_untracked(|ids| ids.iter().all(|id| asked.contains(id))) {
                    comparing.answered(answer);
                }
            }
            comparing.reading.set_value(false);
        });
    }

    fn answered(&self, answer: Result<Sights, Failure>) {
        match answer {
            Ok(sights) => {
                self.again.cancel();
                self.trouble.set(None);
                self.take(sights);
                self.look_first();
            }
            Err(failure) => {
                if failure.is_passing() {
                    let comparing = *self;
                    self.again.later(move || comparing.retry());
                }
                self.trouble.set(Some(failure));
            }
        }
    }

    /// The line is back, or a while has passed.
    pub fn retry(&self) {
        if self.trouble.with_untracked(Option::is_some) {
            self.read();
        }
    }

    /// Somebody wants one more attempt at a picture that was given up. What comes of it comes by the feed.
    pub fn mend(&self, id: ImageId) {
        let comparing = *self;
        spawn_local(async move {
            let answer = wait::for_answer(pictures::mend(id)).await;
            if let Some(failure) = answer.err().filter(|_| comparing.of(id).is_some()) {
                comparing.trouble.set(Some(failure));
            }
        });
    }

    pub fn apply(&self, batch: &Batch) {
        let Some(at) = self.at.get_value() else { return };
        if at.epoch == batch.to.epoch && batch.to.seq <= at.seq {
            return;
        }
        let mut is_outdated = false;
        for Change { id, card, .. } in &batch.changes {
            let Some(seat) = self.of(*id) else { continue };
            let mut now = seat.get_untracked();
            now.changed(card.clone());
            set(&seat, now);
            // its card does not say when it was taken, and one that was unknown may be there now
            is_outdated |= card.is_some();
        }
        if is_outdated {
            self.read();
        }
    }

    /// After the feed began anew. None when nothing is compared.
    pub async fn restart(&self) -> Result<Option<Cursor>, Failure> {
        let asked = self.ids.get_untracked();
        if asked.is_empty() {
            return Ok(None);
        }
        let sights = wait::for_answer(pictures::compare(asked.clone())).await?;
        let at = sights.at;
        // The reader may have gone on meanwhile.
        if self.ids.with_untracked(|ids| *ids == asked) {
            self.take(sights);
        }
        Ok(Some(at))
    }

    /// The reader comes here from the page of a picture that has this way back.
    pub fn come_from_picture(&self, back: Back) {
        self.came_with.set_value(Some(back));
    }

    /// One of the pictures is opened.
    pub fn open_picture(&self) {
        self.leads.set_value(Some(Back::Comparison));
    }

    /// The reader goes back to where the comparison was begun.
    pub fn leave(&self) {
        self.leads.set_value(self.came_with.try_update_value(Option::take).flatten());
    }

    /// What "back" is on the page of a picture that opens now, if one comes from here. Asked once.
    pub fn take_back(&self) -> Option<Back> {
        self.leads.try_update_value(Option::take).flatten()
    }
}

fn set(seat: &ArcRwSignal<Seat>, now: Seat) {
    if seat.with_untracked(|before| *before != now) {
        seat.set(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::gallery::shelf::tests::card;

    fn sight(rev: i64) -> Sight {
        Sight { card: Card { rev, ..card(1) }, taken: None, exposure: None }
    }

    fn check(mut seat: Seat, told: Option<Sight>, expect: Seat) {
        seat.told(told);
        assert_eq!(seat, expect);
    }

    #[test]
    fn what_is_told_of_a_seat_is_believed_unless_it_is_old() {
        check(Seat::Awaited, Some(sight(2)), Seat::Taken(sight(2)));
        check(Seat::Awaited, None, Seat::Unknown);
        check(Seat::Taken(sight(3)), Some(sight(2)), Seat::Taken(sight(3)));
        check(Seat::Taken(sight(3)), None, Seat::Removed(sight(3)));
        check(Seat::Removed(sight(3)), Some(sight(4)), Seat::Taken(sight(4)));
        check(Seat::Unknown, Some(sight(1)), Seat::Taken(sight(1)));
    }

    #[test]
    fn a_seat_follows_the_feed() {
        let mut seat = Seat::Taken(sight(2));
        seat.changed(Some(card(1)));
        assert_eq!(seat, Seat::Taken(sight(2)), "an older card changes nothing");
        seat.changed(Some(sight(5).card));
        assert_eq!(seat.card().map(|card| card.rev), Some(5));
        seat.changed(None);
        assert_eq!(seat, Seat::Removed(sight(5)));
    }
}
