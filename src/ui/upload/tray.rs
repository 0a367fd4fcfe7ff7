//! The corner that tells how the uploads go, and what can be done about them. Sends nothing.

use std::rc::Rc;

use leptos::{html::Input, prelude::*};

use super::{
    Uploads,
    engine::{Engine, View},
    pace,
    queue::{ENTRIES_MAX, Entry, Step, Tally},
};
use crate::{
    browser::{
        files,
        held::{Facts, FileKey},
        live::Status,
    },
    model::ImageId,
    ui::{
        feed::Feed,
        later::{Later, Shown},
        parts::{
            icon::{Icon, Sign},
            pieces::InPieces,
            shared::{maybe, part, press, text, when},
            words,
        },
    },
};

/// Comes with what takes the files in, which nobody waits for before there are any.
#[component]
pub fn Tray() -> impl IntoView {
    let wanted = expect_context::<Uploads>().wanted;
    when(move || wanted.get(), || view! { <Shown later=Later::Tray/> }.into_any())
}

#[derive(Clone, Copy)]
struct Acts(StoredValue<Rc<Engine>, LocalStorage>);

impl Acts {
    fn start(view: RwSignal<View>) -> Self {
        Acts(StoredValue::new_local(Engine::start(view)))
    }

    fn act(self, act: impl Fn(&Rc<Engine>) + Send + Sync + 'static) -> impl Fn() + Send + Sync + 'static {
        move || self.0.with_value(|engine| act(engine))
    }
}

#[component]
pub fn Filled() -> impl IntoView {
    let (uploads, feed) = (expect_context::<Uploads>(), expect_context::<Feed>());
    let shown = RwSignal::new(View::default());
    let acts = Acts::start(shown);
    let (take_in, resume) = (acts.act(Engine::take_in), acts.act(Engine::resume));
    Effect::new(move || {
        uploads.brought.track();
        take_in();
    });
    Effect::new(move || {
        if feed.status.get() == Status::Live {
            resume();
        }
    });
    let any = Memo::new(move |_| shown.with(|shown| shown.tally.total > 0));
    when(move || any.get(), move || view! { <Card shown acts/> }.into_any())
}

#[component]
fn Card(shown: RwSignal<View>, acts: Acts) -> impl IntoView {
    let tally = Memo::new(move |_| shown.with(|shown| shown.tally));
    // What went well is told in a line; what did not, or is another picture already, is listed until it is settled.
    let is_listed = move || {
        let tally = tally.get();
        !tally.is_over() || tally.failed + tally.here + tally.left_behind() > 0
    };
    let keys = move || shown.with(|shown| shown.listed.iter().map(|entry| entry.key).collect::<Vec<_>>());
    let list = move || {
        view! {
            <ul class="tray-list" tabindex="0" aria-label="Files">
                <InPieces items=keys draw=move |key| view! { <Line key shown acts/> }/>
            </ul>
        }
        .into_any()
    };
    view! {
        <section class="tray" aria-label="Uploads">
            <Head shown tally acts/>
            <Choices shown tally acts/>
            {when(is_listed, list)}
            <LeftOut shown/>
        </section>
    }
}

#[component]
fn Head(shown: RwSignal<View>, tally: Memo<Tally>, acts: Acts) -> impl IntoView {
    let dismiss = move || {
        let close = acts.act(|engine| engine.close());
        view! {
            <button type="button" class="tool" aria-label="Close" title="Close" on:click=move |_| close()>
                <Icon sign=Sign::Close/>
            </button>
        }
        .into_any()
    };
    let going_on = move || {
        let (all, over) =
            (text(move || tally.get().bytes.max(1).to_string()), text(move || over(tally.get()).to_string()));
        view! {
            <p class="tray-numbers">{text(move || shown.with(numbers))}</p>
            <progress class="tray-bar" aria-label="Uploaded" max=all value=over></progress>
        }
        .into_any()
    };
    view! {
        <div class="tray-head">
            <p class="tray-words" role="status" aria-live="polite">
                {text(move || shown.with(headline))}
            </p>
            {when(move || tally.get().is_over() && tally.get().settled() > 0, dismiss)}
        </div>
        {when(move || !tally.get().is_over(), going_on)}
    }
}

fn over(tally: Tally) -> u64 {
    if tally.bytes == 0 { u64::from(tally.is_over()) } else { tally.bytes_over }
}

/// Read out whenever it changes, so it tells what lasts.
fn headline(shown: &View) -> String {
    let View { tally, is_paused, is_held, .. } = *shown;
    let going_on = tally.total - tally.left_behind();
    let pictures = |number: usize| words::count(number as u32, "picture", "pictures");
    if !tally.is_over() {
        return match (is_paused, is_held) {
            (true, _) => "Uploads are paused".into(),
            (_, true) => "Waiting for the server…".into(),
            _ => format!("Uploading {}", pictures(going_on)),
        };
    }
    if going_on == 0 {
        let was = if tally.total == 1 { "upload was" } else { "uploads were" };
        return format!("{} {was} not finished", words::thousands(tally.total as u64));
    }
    let mut told = Vec::new();
    match (tally.done, tally.failed) {
        (0, 0) => {}
        (done, 0) => told.push(format!("{} uploaded", pictures(done))),
        (done, failed) => {
            let of = words::thousands((going_on - tally.here) as u64);
            told.push(format!(
                "{} of {of} uploaded, {} not",
                words::thousands(done as u64),
                words::thousands(failed as u64)
            ));
        }
    }
    if tally.here > 0 {
        let was = if tally.here == 1 { "was" } else { "were" };
        let which = if told.is_empty() { pictures(tally.here) } else { words::thousands(tally.here as u64) };
        told.push(format!("{which} {was} here already"));
    }
    told.join(", ")
}

/// `34 of 120 · 1.2 GB of 3.4 GB · 12 MB/s · 3 min left`
fn numbers(shown: &View) -> String {
    let View { tally, is_paused, is_held, bytes_per_s, seconds, .. } = *shown;
    let all = tally.total - tally.left_behind();
    let mut told = vec![format!("{} of {}", words::thousands(tally.settled() as u64), words::thousands(all as u64))];
    told.push(format!("{} of {}", words::bytes(tally.bytes_over), words::bytes(tally.bytes)));
    if !is_paused && !is_held {
        told.extend(bytes_per_s.map(|rate| format!("{}/s", words::bytes(rate))));
        told.extend(seconds.map(pace::left));
    }
    told.join(" · ")
}

#[component]
fn Choices(shown: RwSignal<View>, tally: Memo<Tally>, acts: Acts) -> impl IntoView {
    let say = |words: &'static str| text(move || words.to_owned());
    let never = Signal::derive(|| false);
    let one =
        move |words: &'static str, act: fn(&Rc<Engine>)| move || press(say(words), never, acts.act(act)).into_any();
    // one button, so that the keyboard stays where it is
    let turn = move || {
        let words = text(move || shown.with(|shown| if shown.is_paused { "Go on" } else { "Pause" }).to_owned());
        press(words, never, acts.act(Engine::turn)).into_any()
    };
    let is_going_on = Memo::new(move |_| !tally.get().is_over());
    let is_behind = Memo::new(move |_| tally.get().left_behind() > 0);
    let any = move || is_going_on.get() || is_behind.get() || tally.get().failed > 1;
    let all = move || {
        view! {
            <div class="tray-acts">
                {when(move || is_going_on.get(), turn)}
                {when(move || is_going_on.get(), one("Cancel all", Engine::cancel_all))}
                {when(move || tally.get().failed > 1, one("Retry failed", Engine::retry_failed))}
                {when(move || tally.get().locked > 0, one("Go on", Engine::unlock))}
                {when(move || tally.get().missing > 0, || view! { <ChooseAgain/> }.into_any())}
                {when(move || is_behind.get(), one("Forget", Engine::forget_left_behind))}
            </div>
        }
        .into_any()
    };
    when(any, all)
}

/// Whatever is chosen, by whatever way: what is waited for is known by name, size and time.
#[component]
fn ChooseAgain() -> impl IntoView {
    let (uploads, field) = (expect_context::<Uploads>(), NodeRef::<Input>::new());
    let take = move |_| {
        if let Some(field) = field.get_untracked() {
            uploads.bring(files::from_field(&field));
        }
    };
    view! {
        <label class="press tray-choose">
            "Choose them again"
            <input
                class="upload-field"
                type="file"
                multiple
                node_ref=field
                on:click=move |event| files::choose(&event, move || uploads.bring(true))
                on:change=take
            />
        </label>
    }
}

#[component]
fn Line(key: FileKey, shown: RwSignal<View>, acts: Acts) -> impl IntoView {
    // what is not listed any more stays as it was until it is gone
    let entry = Memo::new(move |before: Option<&Option<Entry>>| {
        let now = shown.with(|shown| shown.listed.iter().find(|entry| entry.key == key).cloned());
        now.or_else(|| before.cloned().flatten())
    });
    let read =
        move |of: fn(&Entry) -> String| text(move || entry.with(|entry| entry.as_ref().map(of).unwrap_or_default()));
    let is = move |of: fn(&Entry) -> bool| move || entry.with(|entry| entry.as_ref().is_some_and(of));
    let is_paused = Memo::new(move |_| shown.with(|shown| shown.is_paused));
    let how = text(move || {
        let is_paused = is_paused.get();
        entry.with(|entry| entry.as_ref().map(|entry| how(entry, is_paused)).unwrap_or_default())
    });
    let sent = maybe(move || entry.with(|entry| entry.as_ref().and_then(sent)));
    let link = part(move || match entry.with(|entry| entry.as_ref().and_then(here)) {
        Some(id) => {
            let words = read(|entry| format!("Show it: {}", entry.facts.name));
            view! { <a class="tray-link" href=id.page_url() aria-label=words>"Show it"</a> }.into_any()
        }
        None => ().into_any(),
    });
    let again = move || {
        let again = acts.act(move |engine| engine.retry(key));
        view! { <button type="button" class="tray-again" on:click=move |_| again()>"Try again"</button> }.into_any()
    };
    let cancel = move || {
        let cancel = acts.act(move |engine| engine.cancel(key));
        let words = read(|entry| format!("Cancel {}", entry.facts.name));
        view! {
            <button type="button" class="tray-cancel" aria-label=words title="Cancel" on:click=move |_| cancel()>
                <Icon sign=Sign::Close/>
            </button>
        }
        .into_any()
    };
    view! {
        <li class="tray-line" data-step=read(|entry| kind(&entry.step).to_owned()) style=("--sent", sent)>
            <span class="tray-name" title=read(|entry| whole_name(&entry.facts))>{read(|entry| entry.facts.name.clone())}</span>
            <span class="tray-size">{read(|entry| words::bytes(entry.facts.size))}</span>
            <span class="tray-step">{how} {link}</span>
            {when(is(|entry| matches!(entry.step, Step::Failed(_) | Step::Unreached(_))), again)}
            {when(is(|entry| !entry.is_settled()), cancel)}
        </li>
    }
}

fn whole_name(facts: &Facts) -> String {
    if facts.path.is_empty() { facts.name.clone() } else { facts.path.clone() }
}

fn here(entry: &Entry) -> Option<ImageId> {
    match entry.step {
        Step::AlreadyHere(id) => Some(id),
        _ => None,
    }
}

fn hundredths(entry: &Entry) -> u64 {
    (entry.sent * 100).checked_div(entry.facts.size).unwrap_or(0).min(100)
}

fn sent(entry: &Entry) -> Option<String> {
    let is_begun = !entry.is_settled() && entry.sent > 0;
    is_begun.then(|| hundredths(entry).to_string())
}

fn kind(step: &Step) -> &'static str {
    match step {
        Step::Waiting | Step::Hashing | Step::Locked | Step::Missing => "waiting",
        Step::Sending => "sending",
        Step::Done => "done",
        Step::AlreadyHere(_) => "here",
        Step::Failed(_) | Step::Unreached(_) => "failed",
    }
}

fn how(entry: &Entry, is_paused: bool) -> String {
    match &entry.step {
        Step::Waiting if is_paused && entry.sent > 0 => format!("Paused at {}%", hundredths(entry)),
        Step::Waiting => "Waiting".into(),
        Step::Hashing => "Looking whether it is here…".into(),
        Step::Sending if entry.sent == 0 => "Uploading…".into(),
        Step::Sending if entry.sent >= entry.facts.size => "Being put away…".into(),
        Step::Sending => format!("Uploading, {}%", hundredths(entry)),
        Step::Done => "Uploaded".into(),
        Step::AlreadyHere(_) => "Already here.".into(),
        Step::Failed(sentence) => sentence.clone(),
        Step::Unreached(sentence) => format!("{sentence} It is tried again by itself."),
        Step::Locked => "Not finished. “Go on” lets the browser read it again.".into(),
        Step::Missing => "Not finished. Choose it again, and it goes on where it was.".into(),
    }
}

#[component]
fn LeftOut(shown: RwSignal<View>) -> impl IntoView {
    let left_out = Memo::new(move |_| shown.with(|shown| shown.left_out));
    let sentence = text(move || {
        let files = words::count(left_out.get() as u32, "file was", "files were");
        let most = words::thousands(ENTRIES_MAX as u64);
        format!("{files} left out: at most {most} at a time. Choose them again afterwards.")
    });
    when(move || left_out.get() > 0, move || view! { <p class="tray-note">{sentence}</p> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tally: Tally, expect: &str) {
        assert_eq!(headline(&View { tally, ..View::default() }), expect);
    }

    #[test]
    fn a_headline_says_what_came_of_it() {
        let none = Tally::default();
        check(Tally { total: 2, done: 1, ..none }, "Uploading 2 pictures");
        check(Tally { total: 2, done: 2, ..none }, "2 pictures uploaded");
        check(Tally { total: 3, done: 2, failed: 1, ..none }, "2 of 3 uploaded, 1 not");
        check(Tally { total: 3, done: 2, here: 1, ..none }, "2 pictures uploaded, 1 was here already");
        check(Tally { total: 3, here: 3, ..none }, "3 pictures were here already");
        check(Tally { total: 4, done: 2, failed: 1, here: 1, ..none }, "2 of 3 uploaded, 1 not, 1 was here already");
        check(Tally { total: 1, locked: 1, ..none }, "1 upload was not finished");
        check(Tally { total: 3, locked: 1, missing: 2, ..none }, "3 uploads were not finished");
    }

    #[test]
    fn numbers_stand_beside_it() {
        let tally = Tally { total: 1_200, done: 34, bytes: 3_400_000_000, bytes_over: 120_000_000, ..Tally::default() };
        let view = View { tally, bytes_per_s: Some(12_000_000), seconds: Some(250), ..View::default() };
        assert_eq!(numbers(&view), "34 of 1,200 · 120 MB of 3.4 GB · 12.0 MB/s · 5 min left");
        assert_eq!(numbers(&View { is_paused: true, ..view }), "34 of 1,200 · 120 MB of 3.4 GB");
    }
}
