//! The corner that tells how the uploads go. Sends nothing.

use leptos::prelude::*;

use super::{
    Uploads,
    state::{ENTRIES_MAX, Entry, Step, Tally},
};
use crate::{
    browser::live::Status,
    ui::{
        feed::Feed,
        parts::{
            icon::{Icon, Sign},
            words,
        },
    },
};

#[component]
pub fn Tray() -> impl IntoView {
    let (uploads, feed) = (expect_context::<Uploads>(), expect_context::<Feed>());
    Effect::new(move || {
        if feed.status.get() == Status::Live {
            uploads.resume();
        }
    });
    let tally = Memo::new(move |_| uploads.tally());
    let any = Memo::new(move |_| tally.get().total > 0);
    // What went well is told in a line; what did not is listed until it is settled.
    let settled = Memo::new(move |_| tally.get().is_over() && tally.get().failed == 0);
    view! {
        <Show when=move || any.get()>
            <section class="tray" aria-label="Uploads">
                <TrayHead tally/>
                <Show when=move || !settled.get()>
                    <ul class="tray-list">
                        <For each=move || uploads.entries.get() key=|entry| entry.key let:entry>
                            <Line entry/>
                        </For>
                    </ul>
                </Show>
                <LeftOut/>
            </section>
        </Show>
    }
}

#[component]
fn TrayHead(tally: Memo<Tally>) -> impl IntoView {
    let uploads = expect_context::<Uploads>();
    let over = move || tally.get().is_over();
    view! {
        <div class="tray-head">
            <p class="tray-words" role="status" aria-live="polite">{move || headline(tally.get())}</p>
            <Show when=over>
                <button type="button" class="tool" aria-label="Dismiss" title="Dismiss" on:click=move |_| uploads.clear()>
                    <Icon sign=Sign::Close/>
                </button>
            </Show>
        </div>
        <Show when=move || !over()>
            <progress class="tray-bar" aria-label="Uploaded" max=move || tally.get().total value=move || tally.get().done></progress>
        </Show>
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
    let step = entry.step.clone();
    let kind = move || match step.get() {
        Step::Waiting => "waiting",
        Step::Sending => "sending",
        Step::Done => "done",
        Step::Failed(_) | Step::Unreached => "failed",
    };
    let step = entry.step.clone();
    let words = move || match step.get() {
        Step::Waiting => "Waiting".to_owned(),
        Step::Sending => "Sending…".to_owned(),
        Step::Done => "Done".to_owned(),
        Step::Failed(reason) => reason,
        Step::Unreached => "The server cannot be reached. Sent again as soon as it is back.".to_owned(),
    };
    let step = entry.step.clone();
    let failed = move || matches!(step.get(), Step::Failed(_) | Step::Unreached);
    let (name, size) = (entry.name.clone(), words::bytes(entry.size));
    let entry = StoredValue::new(entry);
    view! {
        <li class="tray-line" data-step=kind>
            <span class="tray-name" title=name.clone()>{name.clone()}</span>
            <span class="tray-size">{size}</span>
            <span class="tray-step">{words}</span>
            <Show when=failed>
                <button type="button" class="tray-again" on:click=move |_| entry.with_value(|entry| uploads.again(entry))>
                    "Retry"
                </button>
            </Show>
        </li>
    }
}

#[component]
fn LeftOut() -> impl IntoView {
    let left_out = expect_context::<Uploads>().left_out;
    let sentence = move |number: usize| {
        let files = words::count(number as u32, "file was", "files were");
        format!(
            "{files} left out: at most {} at a time. Choose them again afterwards.",
            words::thousands(ENTRIES_MAX as u64)
        )
    };
    move || (left_out.get() > 0).then(|| view! { <p class="tray-note">{sentence(left_out.get())}</p> })
}
