//! The corner that tells how the uploads go. Sends nothing.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    Uploads,
    state::{ENTRIES_MAX, Entry, Step, Tally},
};
use crate::{
    browser::live::Status,
    ui::{
        feed::Feed,
        later::{Later, Shown},
        parts::{
            icon::{Icon, Sign},
            shared::{text, when},
            words,
        },
    },
};

const RESUME_MS: u64 = 5_000;

#[component]
pub fn Tray() -> impl IntoView {
    let (uploads, feed) = (expect_context::<Uploads>(), expect_context::<Feed>());
    let tally = Memo::new(move |_| uploads.tally());
    Effect::new(move || {
        if feed.status.get() == Status::Live {
            uploads.resume();
        }
    });
    resume_while_live(tally);
    let any = Memo::new(move |_| tally.get().total > 0);
    when(move || any.get(), move || view! { <Shown later=Later::Tray(tally)/> }.into_any())
}

#[component]
pub fn Filled(tally: Memo<Tally>) -> impl IntoView {
    let uploads = expect_context::<Uploads>();
    // What went well is told in a line; what did not is listed until it is settled.
    let settled = Memo::new(move |_| tally.get().is_over() && tally.get().failed == 0);
    let list = move || {
        view! {
            <ul class="tray-list" tabindex="0">
                <For each=move || uploads.entries.get() key=|entry| entry.key let:entry>
                    <Line entry/>
                </For>
            </ul>
        }
        .into_any()
    };
    view! {
        <section class="tray" aria-label="Uploads">
            <TrayHead tally/>
            {when(move || !settled.get(), list)}
            <LeftOut/>
        </section>
    }
}

/// An upload can fail although the line to the server holds; then nothing comes back that would tell when to send it again.
fn resume_while_live(tally: Memo<Tally>) {
    let (uploads, feed) = (expect_context::<Uploads>(), expect_context::<Feed>());
    let stranded = Memo::new(move |_| tally.with(|tally| tally.unreached > 0));
    Effect::new(move || {
        if stranded.get() && feed.status.get() == Status::Live {
            let resume = set_timeout_with_handle(move || uploads.resume(), Duration::from_millis(RESUME_MS)).ok();
            on_cleanup(move || _ = resume.map(|resume| resume.clear()));
        }
    });
}

#[component]
fn TrayHead(tally: Memo<Tally>) -> impl IntoView {
    let uploads = expect_context::<Uploads>();
    let dismiss = move || {
        view! {
            <button type="button" class="tool" aria-label="Close" title="Close" on:click=move |_| uploads.clear()>
                <Icon sign=Sign::Close/>
            </button>
        }
        .into_any()
    };
    let bar = move || {
        let (all, done) = (text(move || tally.get().total.to_string()), text(move || tally.get().done.to_string()));
        view! { <progress class="tray-bar" aria-label="Uploaded" max=all value=done></progress> }.into_any()
    };
    view! {
        <div class="tray-head">
            <p class="tray-words" role="status" aria-live="polite">
                {text(move || headline(tally.get()))}
            </p>
            {when(move || tally.get().is_over(), dismiss)}
        </div>
        {when(move || !tally.get().is_over(), bar)}
    }
}

fn headline(tally: Tally) -> String {
    let pictures = |number: usize| words::count(number as u32, "picture", "pictures");
    let of = || format!("{} of {}", words::thousands(tally.done as u64), words::thousands(tally.total as u64));
    if !tally.is_over() {
        format!("Uploading, {}", of())
    } else if tally.failed == 0 {
        format!("{} uploaded", pictures(tally.done))
    } else {
        format!("{} uploaded, {} not", of(), words::thousands(tally.failed as u64))
    }
}

#[component]
fn Line(entry: Entry) -> impl IntoView {
    let uploads = expect_context::<Uploads>();
    let read = |of: fn(&Step) -> String| {
        let step = entry.step.clone();
        text(move || step.with(of))
    };
    let failed = {
        let step = entry.step.clone();
        move || step.with(|step| matches!(step, Step::Failed(_) | Step::Unreached))
    };
    let (name, size) = (entry.name.clone(), words::bytes(entry.size));
    let (kind, how) = (read(|step| kind(step).to_owned()), read(how));
    let entry = StoredValue::new(entry);
    let again = move || {
        let press = move |_| entry.with_value(|entry| uploads.again(entry));
        view! { <button type="button" class="tray-again" on:click=press>"Try again"</button> }.into_any()
    };
    view! {
        <li class="tray-line" data-step=kind>
            <span class="tray-name" title=name.clone()>{name.clone()}</span>
            <span class="tray-size">{size}</span>
            <span class="tray-step">{how}</span>
            {when(failed, again)}
        </li>
    }
}

fn kind(step: &Step) -> &'static str {
    match step {
        Step::Waiting => "waiting",
        Step::Sending => "sending",
        Step::Done => "done",
        Step::Failed(_) | Step::Unreached => "failed",
    }
}

fn how(step: &Step) -> String {
    let words = match step {
        Step::Waiting => "Waiting",
        Step::Sending => "Uploading…",
        Step::Done => "Uploaded",
        Step::Failed(reason) => reason,
        Step::Unreached => "The server or its database cannot be reached. It is tried again by itself.",
    };
    words.to_owned()
}

#[component]
fn LeftOut() -> impl IntoView {
    let left_out = expect_context::<Uploads>().left_out;
    let sentence = text(move || {
        let files = words::count(left_out.get() as u32, "file was", "files were");
        let most = words::thousands(ENTRIES_MAX as u64);
        format!("{files} left out: at most {most} at a time. Choose them again afterwards.")
    });
    when(move || left_out.get() > 0, move || view! { <p class="tray-note">{sentence}</p> }.into_any())
}
