//! A dialog that asks something and sends the answer: opened when it is drawn, with a way out and a way on.
//! Knows no question.

use std::sync::Arc;

use leptos::{ev::SubmitEvent, prelude::*};

use super::shared::{press, text};
use crate::browser::dialog;

pub struct Question {
    pub id: &'static str,
    pub heading: String,
    pub body: AnyView,
    /// At the other end of the line of buttons.
    pub aside: AnyView,
    /// The way on.
    pub word: &'static str,
}

type Act = Arc<dyn Fn() + Send + Sync>;

/// `busy` is set while the answer is under way.
pub fn asking(
    question: Question,
    busy: RwSignal<bool>,
    send: impl Fn() + Send + Sync + 'static,
    closed: impl Fn() + Send + Sync + 'static,
) -> impl IntoView {
    drawn(question, busy, Arc::new(send), Arc::new(closed))
}

fn drawn(question: Question, busy: RwSignal<bool>, send: Act, closed: Act) -> impl IntoView {
    let Question { id, heading, body, aside, word } = question;
    let (heading_id, labelled_by) = (format!("{id}-what"), format!("{id}-what"));
    Effect::new(move || dialog::open(id));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            busy.set(true);
            send();
        }
    };
    // the browser tells late: the same element may ask the next thing by then
    let told = move |_| {
        if !dialog::is_open(id) {
            closed();
        }
    };
    view! {
        <dialog class="dialog" id=id aria-labelledby=labelled_by on:close=told>
            <form on:submit=submit>
                <h2 id=heading_id>{heading}</h2>
                {body}
                <div class="dialog-end">
                    {aside}
                    {press(text(|| "Cancel".to_owned()), Signal::stored(false), move || dialog::close(id))}
                    <button class="button" disabled=busy>{word}</button>
                </div>
            </form>
        </dialog>
    }
}

/// Beside the field that it is about, and read out when it comes.
pub fn said(problem: RwSignal<String>) -> impl IntoView {
    view! { <p class="problem" id="problem" role="alert">{problem}</p> }
}
