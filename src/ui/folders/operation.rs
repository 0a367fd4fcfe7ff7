//! What runs over a folder now, and what ran last.

use leptos::prelude::*;

use super::{
    act::{Act, carry_out},
    row::Row,
    state::Bar,
    words,
};
use crate::{
    browser::clock,
    model::Operation,
    ui::parts::{
        moment,
        notice::Notices,
        shared::{press, text, when},
    },
};

#[component]
pub fn Running(row: Row) -> impl IntoView {
    let notices = expect_context::<Notices>();
    // the server, which draws it first, has another clock
    let awake = moment::awake();
    let pace = text(move || match row.running() {
        Some(operation) if awake.get() => words::pace(&operation, clock::now_ms() as i64),
        _ => String::new(),
    });
    // not the card's: a scan that was asked for here keeps that one until it is over
    let busy = RwSignal::new(false);
    let cancel = move || carry_out(Act::Cancel(row.id), busy, notices);
    let running = move || {
        view! {
            <div class="operation" role="group" aria-label="Under way">
                <b>{row.of_running(|operation| words::kind(operation.kind).to_owned())}</b>
                <span class="operation-done">{row.of_running(words::progress)}</span>
                {press(text(|| "Cancel".to_owned()), busy.into(), cancel)}
                <Bar row/>
                <span class="operation-found">{row.of_running(|operation| words::found(&operation.found))}</span>
                <span class="operation-pace">{pace}</span>
            </div>
        }
        .into_any()
    };
    when(row.is(|folder| folder.running.is_some()), running)
}

/// Not beside what runs: it is about to be replaced.
#[component]
pub fn Last(row: Row) -> impl IntoView {
    let awake = moment::awake();
    let sentence = text(move || row.last().map(|last| last_words(&last, awake.get())).unwrap_or_default());
    when(row.is(|folder| folder.running.is_none() && folder.last.is_some()), move || {
        view! { <p class="folder-last">{sentence}</p> }.into_any()
    })
}

fn last_words(last: &Operation, awake: bool) -> String {
    let (kind, when) = (words::kind(last.kind), moment::words(last.started_ms, awake));
    let (status, error) = (words::status(last.status), last.error.as_deref().unwrap_or_default());
    format!("{kind}, {when}. {status}. {} {error}", words::outcome(last))
}
