//! What came of a look at a folder, counted and in words. Looks at nothing itself.

use super::ingest::Outcome;
use crate::model::{State, SyncSummary};

/// What came of a look.
#[derive(Default)]
pub struct Report {
    pub found: SyncSummary,
    /// Files that could not be taken in, for reasons of their own.
    pub failed: u32,
    /// Why files that are absent were not called missing.
    pub held_back: Option<String>,
}

impl Report {
    /// What was left undone, for people.
    pub fn undone(&self) -> Option<String> {
        let failed = match self.failed {
            0 => None,
            1 => Some("1 file could not be taken in; the log says why.".to_owned()),
            many => Some(format!("{many} files could not be taken in; the log says why.")),
        };
        let said: Vec<&str> = [&self.held_back, &failed].into_iter().filter_map(Option::as_deref).collect();
        (!said.is_empty()).then(|| said.join(" "))
    }

    pub fn merge(&mut self, more: Report) {
        self.found += more.found;
        self.failed += more.failed;
        self.held_back = more.held_back.or(self.held_back.take());
    }

    pub fn add(&mut self, outcome: Outcome) {
        let state = match outcome {
            Outcome::Added(_, state) => {
                self.found.added += 1;
                state
            }
            Outcome::Updated(state) => {
                self.found.updated += 1;
                state
            }
            Outcome::Healed => {
                self.found.healed += 1;
                State::Ok
            }
            Outcome::Moved => {
                self.found.moved += 1;
                State::Ok
            }
            Outcome::StillUnread(state) => state,
            Outcome::Rotten => State::Corrupted,
            Outcome::Same | Outcome::Later => State::Ok,
        };
        self.found.corrupted += u32::from(state == State::Corrupted);
        self.found.unreadable += u32::from(state == State::Unreadable);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_undone_is_said() {
        let report = |failed, held_back: Option<&str>| {
            Report { failed, held_back: held_back.map(str::to_owned), ..Report::default() }.undone()
        };
        assert_eq!(report(0, None), None);
        assert_eq!(report(1, None).as_deref(), Some("1 file could not be taken in; the log says why."));
        assert_eq!(
            report(2, Some("They went.")).as_deref(),
            Some("They went. 2 files could not be taken in; the log says why.")
        );
    }
}
