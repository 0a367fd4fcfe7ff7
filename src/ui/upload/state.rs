//! Which files are to be sent and how each went. Holds no file: those stay in the browser's room.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::Failure,
    browser::files::{self, Chosen, FileKey},
    model::Uploaded,
};

/// At once; more would wait for each other at the disk, and a browser has few connections to one server.
const SENDING_MAX: usize = 3;
/// In the list at one time. What is chosen beyond is left out, and the tray says so.
pub const ENTRIES_MAX: usize = 2_000;

#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Waiting,
    Sending,
    Done,
    /// A sentence that says what to do.
    Failed(String),
    /// To be sent again by itself as soon as the server and its database are back.
    Unreached,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub key: FileKey,
    pub name: String,
    pub size: u64,
    pub step: ArcRwSignal<Step>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub total: usize,
    pub done: usize,
    pub failed: usize,
    /// Of those that failed, these are sent again by themselves.
    pub unreached: usize,
    pub sending: usize,
}

impl Tally {
    fn of<'a>(steps: impl Iterator<Item = &'a Step>) -> Self {
        steps.fold(Tally::default(), |mut tally, step| {
            tally.total += 1;
            match step {
                Step::Waiting => {}
                Step::Sending => tally.sending += 1,
                Step::Done => tally.done += 1,
                Step::Failed(_) => tally.failed += 1,
                Step::Unreached => {
                    tally.failed += 1;
                    tally.unreached += 1;
                }
            }
            tally
        })
    }

    pub fn is_over(&self) -> bool {
        self.done + self.failed == self.total
    }
}

#[derive(Clone, Copy)]
pub struct Uploads {
    pub entries: RwSignal<Vec<Entry>>,
    /// How many files did not fit in the list.
    pub left_out: RwSignal<usize>,
}

impl Uploads {
    #[expect(clippy::new_without_default, reason = "it makes signals, which is no default of anything")]
    pub fn new() -> Self {
        Uploads { entries: RwSignal::new(Vec::new()), left_out: RwSignal::new(0) }
    }

    pub fn tally(&self) -> Tally {
        self.entries.with(|entries| {
            let steps: Vec<Step> = entries.iter().map(|entry| entry.step.get()).collect();
            Tally::of(steps.iter())
        })
    }

    /// A batch that is over makes room for the next.
    pub fn add(&self, chosen: Vec<Chosen>) {
        if chosen.is_empty() {
            return;
        }
        let before = untrack(|| self.tally());
        if before.failed == 0 && before.is_over() {
            self.clear();
        }
        let room = ENTRIES_MAX.saturating_sub(self.entries.with_untracked(Vec::len));
        let beyond = chosen.len().saturating_sub(room);
        self.left_out.update(|left_out| *left_out += beyond);
        for left_out in chosen.iter().skip(room) {
            files::forget(left_out.key);
        }
        self.entries.update(|entries| {
            entries.extend(chosen.into_iter().take(room).map(|Chosen { key, name, size }| Entry {
                key,
                name,
                size,
                step: ArcRwSignal::new(Step::Waiting),
            }));
        });
        self.work();
    }

    pub fn again(&self, entry: &Entry) {
        entry.step.set(Step::Waiting);
        self.work();
    }

    /// The server may be back.
    pub fn resume(&self) {
        self.entries.with_untracked(|entries| {
            for entry in entries.iter().filter(|entry| entry.step.with_untracked(|step| *step == Step::Unreached)) {
                entry.step.set(Step::Waiting);
            }
        });
        self.work();
    }

    pub fn clear(&self) {
        for entry in self.entries.get_untracked() {
            files::forget(entry.key);
        }
        self.entries.set(Vec::new());
        self.left_out.set(0);
    }

    fn work(&self) {
        let entries = self.entries.get_untracked();
        let is = |entry: &&Entry, wanted: &Step| entry.step.with_untracked(|step| step == wanted);
        let sending = entries.iter().filter(|entry| is(entry, &Step::Sending)).count();
        let free = SENDING_MAX.saturating_sub(sending);
        for entry in entries.iter().filter(|entry| is(entry, &Step::Waiting)).take(free) {
            entry.step.set(Step::Sending);
            let (uploads, entry) = (*self, entry.clone());
            spawn_local(async move {
                let step = outcome(files::send(entry.key).await);
                if step == Step::Done {
                    files::forget(entry.key);
                }
                entry.step.set(step);
                uploads.work();
            });
        }
    }
}

fn outcome(answer: Result<Uploaded, Failure>) -> Step {
    match answer {
        Ok(uploaded) => match uploaded.refused.into_iter().next() {
            Some(refused) => Step::Failed(refused.reason),
            None => Step::Done,
        },
        Err(failure) if failure.is_passing() => Step::Unreached,
        Err(failure) => Step::Failed(failure.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::upload::Refused;

    #[test]
    fn a_tally_counts_each_file_once() {
        let steps = [Step::Waiting, Step::Sending, Step::Done, Step::Failed(String::new()), Step::Unreached];
        let tally = Tally::of(steps.iter());
        assert_eq!(tally, Tally { total: 5, done: 1, failed: 2, unreached: 1, sending: 1 });
        assert!(!tally.is_over());
        assert!(Tally::of([Step::Done, Step::Unreached].iter()).is_over());
    }

    #[test]
    fn an_answer_is_an_outcome() {
        assert_eq!(outcome(Ok(Uploaded::default())), Step::Done);
        assert_eq!(outcome(Err(Failure::Unreachable)), Step::Unreached);
        assert_eq!(outcome(Err(Failure::Away)), Step::Unreached);
        let refused = vec![Refused { name: "a.txt".into(), reason: "No picture.".into() }];
        let expect = Step::Failed("No picture.".into());
        assert_eq!(outcome(Ok(Uploaded { refused, ..Uploaded::default() })), expect);
    }
}
