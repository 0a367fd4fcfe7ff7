//! What happened to the picture's file, the newest first. Read when somebody looks, and again when the picture changed.

use leptos::{prelude::*, task::spawn_local};

use super::{Viewer, tools::Tools};
use crate::{
    api::{Failure, pictures::show_past},
    browser::{idle::idle, wait},
    model::{self, Event, EventKind, ImageId},
    ui::parts::{
        moment,
        shared::{part, press, text, when},
    },
};

/// What is told without being asked for more.
const SHOWN_FIRST: usize = 3;
/// Of a hash: enough to tell two of them apart.
const HASH_SHOWN: usize = 8;

/// A picture as it was at one revision.
type Moment = (ImageId, i64);

#[derive(Clone, Copy)]
struct Known {
    wanted: Memo<Option<Moment>>,
    past: RwSignal<model::Past>,
    /// Whose past that is.
    of: StoredValue<Option<ImageId>>,
    trouble: RwSignal<Option<Failure>>,
    reading: RwSignal<bool>,
}

impl Known {
    fn new(viewer: Viewer, tools: Tools) -> Known {
        let wanted = Memo::new(move |_| {
            let is_seen = tools.panel.is_open();
            viewer.shown.with(|shown| shown.as_ref().filter(|_| is_seen).map(|shown| (shown.card.id, shown.card.rev)))
        });
        Known {
            wanted,
            past: RwSignal::new(model::Past::default()),
            of: StoredValue::new(None),
            trouble: RwSignal::new(None),
            reading: RwSignal::new(false),
        }
    }

    fn read(self, moment: Moment) {
        if self.of.get_value().is_some_and(|id| id != moment.0) {
            self.past.set(model::Past::default());
            self.of.set_value(None);
        }
        self.trouble.set(None);
        self.reading.set(true);
        spawn_local(async move {
            // who leafs through many pictures asks for the past of none
            idle().await;
            if !self.is_wanted(moment) {
                return;
            }
            let answer = wait::for_answer(show_past(moment.0)).await;
            if self.is_wanted(moment) {
                self.take(moment, answer);
            }
        });
    }

    /// Also false when the page is gone.
    fn is_wanted(self, moment: Moment) -> bool {
        self.wanted.try_get_untracked().flatten() == Some(moment)
    }

    fn take(self, moment: Moment, answer: Result<model::Past, Failure>) {
        self.reading.set(false);
        match answer {
            Ok(past) => {
                self.of.set_value(Some(moment.0));
                self.past.set(past);
            }
            Err(failure) => self.trouble.set(Some(failure)),
        }
    }

    fn again(self) {
        if let Some(moment) = self.wanted.get_untracked() {
            self.read(moment);
        }
    }
}

#[component]
pub fn Past() -> impl IntoView {
    let known = Known::new(expect_context(), expect_context());
    Effect::new(move || {
        if let Some(moment) = known.wanted.get() {
            known.read(moment);
        }
    });
    let count = Memo::new(move |_| known.past.with(|past| past.events.len()));
    when(
        move || count.get() > 0 || known.trouble.with(Option::is_some),
        move || {
            view! {
                <section class="past" aria-labelledby="past-heading">
                    <h3 id="past-heading">"History"</h3>
                    {events(known, 0..SHOWN_FIRST)}
                    {when(move || count.get() > SHOWN_FIRST, move || older(known, count))}
                    {when(move || known.trouble.with(Option::is_some), move || trouble(known))}
                </section>
            }
            .into_any()
        },
    )
}

fn events(known: Known, part_of: std::ops::Range<usize>) -> impl IntoView {
    let list = move || {
        let told = part_of.clone();
        known
            .past
            .with(|past| past.events.iter().skip(told.start).take(told.len()).map(event).collect_view().into_any())
    };
    view! { <ol class="past-list">{part(list)}</ol> }
}

fn older(known: Known, count: Memo<usize>) -> AnyView {
    let words = text(move || format!("Show all {}", count.get()));
    let is_cut = move || known.past.with(|past| past.is_cut);
    let end = || view! { <p class="past-end">"What was before is not shown."</p> }.into_any();
    view! {
        <details class="past-older">
            <summary>{words}</summary>
            {events(known, SHOWN_FIRST..usize::MAX)}
            {when(is_cut, end)}
        </details>
    }
    .into_any()
}

fn trouble(known: Known) -> AnyView {
    let words =
        text(move || known.trouble.with(|trouble| trouble.as_ref().map(Failure::to_string)).unwrap_or_default());
    view! {
        <p class="past-trouble" role="status">{words}</p>
        {press(text(|| "Try again".to_owned()), known.reading.into(), move || known.again())}
    }
    .into_any()
}

/// Only ever drawn in a browser, which knows its own time.
fn event(event: &Event) -> AnyView {
    let who = event.who.as_ref().map(|who| format!(", {who}"));
    let name = event.former_name.as_ref().map(|name| view! { <p>"It was " {name.clone()} "."</p> });
    let reason = event.reason.clone().map(|reason| view! { <p>{reason}</p> });
    view! {
        <li data-kind=event.kind.name()>
            <b>{title(event)}</b>
            <span class="past-when">{moment::words(event.at_ms, true)} {who}</span>
            {name}
            {hashes(event)}
            {reason}
        </li>
    }
    .into_any()
}

fn title(event: &Event) -> &'static str {
    match event.kind {
        EventKind::Arrived => "Found in its folder",
        EventKind::Uploaded => "Uploaded",
        EventKind::Cropped => "Cropped from another picture",
        EventKind::Changed if event.former_hash.is_some() => "Overwritten",
        EventKind::Changed => "Read again",
        EventKind::Moved if event.former_name.is_some() => "Renamed",
        EventKind::Moved => "Moved",
        EventKind::Missing => "Went missing",
        EventKind::Healed => "Healed",
        EventKind::Decayed => "Changed by itself",
        EventKind::Accepted => "Accepted as it is",
    }
}

/// From which content to which, or with which it all began.
fn hashes(event: &Event) -> Option<AnyView> {
    let is_first = matches!(event.kind, EventKind::Arrived | EventKind::Uploaded | EventKind::Cropped);
    let now = event.hash.as_ref()?;
    match &event.former_hash {
        Some(former) => Some(
            view! {
                <p class="past-hashes">
                    <span class="visually-hidden">"From "</span>
                    {short(former)}
                    <span aria-hidden="true">" → "</span>
                    <span class="visually-hidden">" to "</span>
                    {short(now)}
                </p>
            }
            .into_any(),
        ),
        None if is_first => Some(view! { <p class="past-hashes">{short(now)}</p> }.into_any()),
        None => None,
    }
}

fn short(hash: &str) -> impl IntoView + use<> {
    let shown = hash.get(..HASH_SHOWN).unwrap_or(hash).to_owned();
    view! { <code title=hash.to_owned()>{shown}</code> }
}
