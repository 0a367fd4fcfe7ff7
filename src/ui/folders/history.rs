//! What ran over a folder, the newest first. Read when it is opened, and again when something ended.

use leptos::{prelude::*, task::spawn_local};

use super::{row::Row, words};
use crate::{
    api::folders::list_operations,
    browser::wait,
    model::{Operation, SyncStatus},
    ui::parts::{
        moment,
        shared::{part, press, text, when},
    },
};

/// The server tells more than this at a time: fewer are the last.
const PAGE_MIN: usize = 10;

#[derive(Clone, Copy)]
struct Known {
    row: Row,
    operations: RwSignal<Vec<Operation>>,
    has_more: RwSignal<bool>,
    reading: RwSignal<bool>,
    /// Why the rest is not there; empty when nothing is the matter.
    trouble: RwSignal<String>,
}

impl Known {
    fn new(row: Row) -> Self {
        Known {
            row,
            operations: RwSignal::new(Vec::new()),
            has_more: RwSignal::new(false),
            reading: RwSignal::new(false),
            trouble: RwSignal::new(String::new()),
        }
    }

    fn read(self, before: Option<i64>) {
        self.reading.set(true);
        spawn_local(async move {
            let answer = wait::for_answer(list_operations(self.row.id, before)).await;
            // the page may be gone by now
            if self.reading.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(told) => self.take(told, before),
                Err(failure) => self.trouble.set(failure.to_string()),
            }
        });
    }

    fn take(self, told: Vec<Operation>, before: Option<i64>) {
        self.trouble.set(String::new());
        let (is_long, end) = (told.len() >= PAGE_MIN, told.last().map(|last| last.id));
        self.operations.update(|known| *known = join(std::mem::take(known), told, before));
        // the newest of many say nothing of what comes after the oldest
        if before.is_some() || self.end() == end {
            self.has_more.set(is_long);
        }
    }

    fn end(self) -> Option<i64> {
        self.operations.with_untracked(|known| known.last().map(|last| last.id))
    }

    fn read_older(self) {
        self.read(self.end());
    }
}

/// A newest page that does not reach what is known replaces it: between them may be more.
fn join(mut known: Vec<Operation>, told: Vec<Operation>, before: Option<i64>) -> Vec<Operation> {
    if before.is_some() {
        known.extend(told);
        return known;
    }
    let reach = told.last().map_or(i64::MAX, |last| last.id);
    let meets = known.first().is_some_and(|first| first.id >= reach);
    known.retain(|operation| meets && operation.id < reach);
    told.into_iter().chain(known).collect()
}

#[component]
pub fn History(row: Row) -> impl IntoView {
    let (known, open) = (Known::new(row), RwSignal::new(false));
    Effect::new(move |read: Option<Option<Option<i64>>>| {
        let last = row.last().map(|last| last.id);
        let wanted = open.get().then_some(last);
        if wanted.is_some() && read.flatten() != wanted {
            known.read(None);
        }
        wanted
    });
    view! {
        <button
            type="button"
            class="press history-switch"
            aria-expanded=text(move || open.get().to_string())
            on:click=move |_| open.update(|open| *open = !*open)
        >
            "History"
        </button>
        {when(move || open.get(), move || view! { <Runs known/> }.into_any())}
    }
}

#[component]
fn Runs(known: Known) -> impl IntoView {
    let list = move || known.operations.with(|known| known.iter().map(run).collect_view()).into_any();
    let note = text(move || {
        if !known.trouble.with(String::is_empty) {
            known.trouble.get()
        } else if known.operations.with(|known| !known.is_empty()) {
            String::new()
        } else if known.reading.get() {
            "Loading…".to_owned()
        } else {
            "Nothing has run yet.".to_owned()
        }
    });
    let older = move || press(text(|| "Older".to_owned()), known.reading.into(), move || known.read_older()).into_any();
    let again =
        move || press(text(|| "Try again".to_owned()), known.reading.into(), move || known.read(None)).into_any();
    let failed = move || !known.trouble.with(String::is_empty);
    view! {
        <ul class="runs">{part(list)}</ul>
        <p class="runs-note" role="status">{note}</p>
        {when(failed, again)}
        {when(move || known.has_more.get(), older)}
    }
}

/// Only ever drawn in a browser, which knows its own time.
fn run(operation: &Operation) -> AnyView {
    let begun = moment::words(operation.started_ms, true);
    let took = operation.ended_ms.map(|ended| words::duration(ended - operation.started_ms));
    let when = took.map_or(begun.clone(), |took| begun + ", " + &took);
    let bad = (operation.status == SyncStatus::Failed).to_string();
    view! {
        <li class="run">
            <b>{words::kind(operation.kind)}</b>
            <span class="run-status" data-bad=bad>{words::status(operation.status)}</span>
            <span class="run-when">{when}</span>
            <span class="run-found">{words::outcome(operation)}</span>
            <span class="run-error">{operation.error.clone()}</span>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::{FolderId, SyncKind, SyncSummary};

    fn operations(ids: &[i64]) -> Vec<Operation> {
        let operation = |id: &i64| Operation {
            id: *id,
            folder: FolderId(Uuid::nil()),
            kind: SyncKind::Manual,
            status: SyncStatus::Completed,
            found: SyncSummary::default(),
            expected: None,
            error: None,
            started_ms: 0,
            ended_ms: None,
        };
        ids.iter().map(operation).collect()
    }

    fn check(known: &[i64], told: &[i64], before: Option<i64>, expect: &[i64]) {
        let joined = join(operations(known), operations(told), before);
        assert_eq!(joined.iter().map(|operation| operation.id).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn pages_are_joined_without_doubles_and_gaps() {
        check(&[], &[9, 8, 7], None, &[9, 8, 7]);
        check(&[9, 8, 7], &[6, 5], Some(7), &[9, 8, 7, 6, 5]);
        check(&[9, 8, 7, 6], &[10, 9, 8], None, &[10, 9, 8, 7, 6]);
        check(&[3, 2, 1], &[9, 8, 7], None, &[9, 8, 7]);
        check(&[3, 2, 1], &[], None, &[]);
    }
}
