//! The picture that is looked at, the neighbours that are ready, and what the feed does to them. Knows no element.

use std::collections::HashMap;

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::{Failure, pictures},
    browser::{preload::preload, wait},
    model::{Batch, Card, Change, Cursor, ImageId, Op, Picture, Query, State},
    ui::parts::retry::Again,
};

/// What is seen of a picture first, if anything was made of it.
pub fn preview_of(card: &Card) -> Option<String> {
    card.thumbhash.as_ref()?;
    card.preview_url()
}

/// What is looked at, as soon as it is known: of a picture of the gallery that is before the rest of it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub card: Card,
    pub newer: Option<ImageId>,
    pub older: Option<ImageId>,
    /// 1 is the first; 0 is not among them.
    pub place: u32,
    pub total: u32,
}

impl Seen {
    fn of(picture: &Picture) -> Seen {
        let Picture { card, newer, older, place, total, .. } = picture;
        Seen { card: card.clone(), newer: *newer, older: *older, place: *place, total: *total }
    }
}

/// How the reader got here, and with it where "back" leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Back {
    /// By an address: to the gallery, as another page.
    #[default]
    Address,
    Gallery,
    Comparison,
}

#[derive(Clone, Copy)]
pub struct Viewer {
    /// All that is told of the picture; that of the one before until it is read.
    pub shown: RwSignal<Option<Picture>>,
    pub seen: Memo<Option<Seen>>,
    /// It is seen, and the rest is not read yet.
    glimpse: RwSignal<Option<Seen>>,
    /// The picture was removed while it was looked at.
    pub removed: RwSignal<bool>,
    pub trouble: RwSignal<Option<Failure>>,
    /// Neighbours as they were read, until something moves.
    ready: StoredValue<HashMap<ImageId, Picture>>,
    /// Neighbours that are being read, each with the number of its request. What changes meanwhile is taken out.
    asked: StoredValue<HashMap<ImageId, u32>>,
    requests: StoredValue<u32>,
    /// Among which pictures one turns, as the address says.
    view: StoredValue<Query>,
    /// What the address asks for.
    wanted: StoredValue<Option<ImageId>>,
    back: StoredValue<Back>,
    reading: StoredValue<bool>,
    outdated: StoredValue<bool>,
    again: Again,
}

impl Viewer {
    #[expect(clippy::new_without_default, reason = "it makes signals, which is no default of anything")]
    pub fn new() -> Self {
        let (shown, glimpse) = (RwSignal::new(None::<Picture>), RwSignal::new(None));
        let read = move || shown.with(|shown| shown.as_ref().map(Seen::of));
        Viewer {
            shown,
            seen: Memo::new(move |_| glimpse.get().or_else(read)),
            glimpse,
            removed: RwSignal::new(false),
            trouble: RwSignal::new(None),
            ready: StoredValue::new(HashMap::new()),
            asked: StoredValue::new(HashMap::new()),
            requests: StoredValue::new(0),
            view: StoredValue::new(Query::default()),
            wanted: StoredValue::new(None),
            back: StoredValue::new(Back::default()),
            reading: StoredValue::new(false),
            outdated: StoredValue::new(false),
            again: Again::new(),
        }
    }

    pub fn view(&self) -> Query {
        self.view.get_value()
    }

    pub fn set_view(&self, view: Query) {
        if self.view.with_value(|before| *before != view) {
            self.let_go_of_neighbours();
            self.view.set_value(view);
        }
    }

    pub fn back(&self) -> Back {
        self.back.get_value()
    }

    pub fn set_back(&self, back: Back) {
        self.back.set_value(back);
    }

    /// The page is left.
    pub fn close(&self) {
        self.wanted.set_value(None);
        self.glimpse.set(None);
        self.shown.set(None);
        self.let_go_of_neighbours();
        self.settle();
        self.removed.set(false);
    }

    fn let_go_of_neighbours(&self) {
        self.ready.update_value(HashMap::clear);
        self.asked.update_value(HashMap::clear);
    }

    /// There is nothing (more) to try again.
    fn settle(&self) {
        self.again.cancel();
        self.trouble.set(None);
    }

    pub fn show(&self, picture: Picture) {
        self.wanted.set_value(Some(picture.card.id));
        self.removed.set(false);
        self.settle();
        if self.shown.with_untracked(|shown| shown.as_ref() != Some(&picture)) {
            self.shown.set(Some(picture));
        }
        self.glimpse.set(None);
    }

    pub fn wants(&self, id: ImageId) -> bool {
        self.wanted.get_value() == Some(id)
    }

    /// What is shown stays until the other is there, or seen.
    pub fn go_to(&self, id: ImageId, glimpse: Option<Seen>) {
        self.wanted.set_value(Some(id));
        match self.ready.with_value(|ready| ready.get(&id).cloned()) {
            Some(picture) => {
                self.show(picture);
                self.look_first();
                self.make_ready();
            }
            None => {
                if let Some(seen) = glimpse {
                    self.removed.set(false);
                    self.glimpse.set(Some(seen));
                }
                self.read();
            }
        }
    }

    /// Reads what is wanted, one at a time and the newest wish last.
    pub fn read(&self) {
        self.outdated.set_value(true);
        if self.reading.get_value() {
            return;
        }
        self.reading.set_value(true);
        let viewer = *self;
        spawn_local(async move {
            while viewer.outdated.get_value() {
                viewer.outdated.set_value(false);
                let Some(id) = viewer.wanted.get_value() else { break };
                let answer = wait::for_answer(pictures::show_picture(viewer.view(), id)).await;
                if viewer.wants(id) {
                    viewer.take(answer);
                }
            }
            viewer.reading.set_value(false);
        });
    }

    fn take(&self, answer: Result<Picture, Failure>) {
        match answer {
            Ok(picture) => {
                self.show(picture);
                self.look_first();
                self.make_ready();
            }
            Err(Failure::NotFound) if self.is_seen() => self.removed.set(true),
            Err(failure) => {
                if failure.is_passing() {
                    let viewer = *self;
                    self.again.later(move || viewer.retry());
                }
                self.trouble.set(Some(failure));
            }
        }
    }

    /// All of what is told of the picture is there, its neighbours as well.
    pub fn is_read(&self) -> bool {
        self.glimpse.with(Option::is_none)
    }

    fn is_seen(&self) -> bool {
        let wanted = self.wanted.get_value();
        self.seen.with_untracked(|seen| seen.as_ref().map(|seen| seen.card.id) == wanted)
    }

    /// Somebody wants one more attempt at a picture that was given up. What comes of it comes by the feed.
    pub fn mend(&self, id: ImageId) {
        let viewer = *self;
        spawn_local(async move {
            let answer = wait::for_answer(pictures::mend(id)).await;
            if let Some(failure) = answer.err().filter(|_| viewer.wants(id)) {
                viewer.trouble.set(Some(failure));
            }
        });
    }

    /// The line is back, or somebody asks once more for what could not be had.
    pub fn retry(&self) {
        if self.trouble.with_untracked(Option::is_some) {
            self.read();
        }
    }

    /// What is looked at and still to be made goes before all others.
    pub fn look_first(&self) {
        let pending = self.shown.with_untracked(|shown| {
            shown.as_ref().map(|shown| &shown.card).filter(|card| card.state == State::Pending).map(|card| card.id)
        });
        if let Some(id) = pending {
            // it is made in any case, only later
            spawn_local(async move { _ = wait::for_answer(pictures::look_first(vec![id])).await });
        }
    }

    /// Fetches the neighbours, so that a key is answered at once.
    pub fn make_ready(&self) {
        let Some(picture) = self.shown.get_untracked() else { return };
        let near = [picture.newer, picture.older];
        let shown = picture.card.id;
        self.ready.update_value(|ready| {
            ready.retain(|id, _| near.contains(&Some(*id)));
            ready.insert(shown, picture);
        });
        for id in near.into_iter().flatten() {
            let known = self.ready.with_value(|ready| ready.contains_key(&id))
                || self.asked.with_value(|asked| asked.contains_key(&id));
            if !known {
                let viewer = *self;
                spawn_local(async move { viewer.make_one_ready(id).await });
            }
        }
    }

    async fn make_one_ready(self, id: ImageId) {
        let request = self.requests.get_value().wrapping_add(1);
        self.requests.set_value(request);
        self.asked.update_value(|asked| _ = asked.insert(id, request));
        let answer = wait::for_answer(pictures::show_picture(self.view(), id)).await;
        if self.asked.with_value(|asked| asked.get(&id) != Some(&request)) {
            return;
        }
        self.asked.update_value(|asked| _ = asked.remove(&id));
        // A neighbour that cannot be had says so when it is gone to.
        let Ok(picture) = answer else { return };
        if let Some(url) = preview_of(&picture.card) {
            preload(url);
        }
        let near = self.shown.with_untracked(|shown| {
            shown.as_ref().is_some_and(|shown| shown.newer == Some(id) || shown.older == Some(id))
        });
        if near {
            self.ready.update_value(|ready| _ = ready.insert(id, picture));
        }
    }

    /// Once the neighbour is ready. None where it cannot be had, or has nothing to show.
    pub async fn preview_of_neighbour(self, id: ImageId) -> Option<String> {
        if !self.ready.with_value(|ready| ready.contains_key(&id)) {
            self.make_one_ready(id).await;
        }
        self.ready.with_value(|ready| preview_of(&ready.get(&id)?.card))
    }

    pub fn apply(&self, batch: &Batch) {
        let Some((id, at)) = self.shown.with_untracked(|shown| shown.as_ref().map(|shown| (shown.card.id, shown.at)))
        else {
            return;
        };
        // whatever changed may have come among what is found, or left it
        let is_narrow = self.view.with_value(|view| !view.is_all());
        let moved = batch.changes.iter().any(|change| is_narrow || change.op != Op::Update);
        self.change_neighbours(&batch.changes, moved);
        if at.epoch == batch.to.epoch && batch.to.seq <= at.seq {
            return;
        }
        for change in batch.changes.iter().filter(|change| change.id == id) {
            self.change_shown(change);
        }
        // What is wanted may be under way already, and as old as before this.
        let told =
            |id: ImageId| self.shown.with_untracked(|shown| shown.as_ref().is_some_and(|shown| shown.tells_of(id)));
        let outdated = moved || batch.changes.iter().any(|change| told(change.id) || self.wants(change.id));
        // Of one that was removed there is nothing to read.
        let over = self.removed.get_untracked() && self.wants(id);
        if outdated && !over {
            self.read();
        }
    }

    /// What is ready, or was asked for before this, may be of before this.
    fn change_neighbours(&self, changes: &[Change], moved: bool) {
        if moved {
            return self.let_go_of_neighbours();
        }
        for change in changes {
            self.ready.update_value(|ready| ready.retain(|_, picture| !picture.tells_of(change.id)));
            self.asked.update_value(|asked| _ = asked.remove(&change.id));
        }
    }

    fn change_shown(&self, change: &Change) {
        let Some(card) = change.card.clone() else { return self.removed.set(true) };
        self.removed.set(false);
        let newer = self.shown.with_untracked(|shown| shown.as_ref().is_some_and(|shown| card.rev > shown.card.rev));
        if newer {
            self.shown.update(|shown| {
                if let Some(shown) = shown {
                    shown.card = card;
                }
            });
        }
    }

    /// After the feed began anew. None when no picture is looked at.
    pub async fn restart(&self) -> Result<Option<Cursor>, Failure> {
        self.let_go_of_neighbours();
        let Some(id) = self.wanted.get_value() else { return Ok(None) };
        match wait::for_answer(pictures::show_picture(self.view(), id)).await {
            Ok(picture) => {
                let at = picture.at;
                // The reader may have gone on meanwhile.
                if self.wants(id) {
                    self.show(picture);
                }
                Ok(Some(at))
            }
            Err(Failure::NotFound) => {
                if self.wants(id) {
                    self.removed.set(true);
                }
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }
}
