//! The picture itself, as large as the window allows, or what is known instead of it.

use leptos::{
    ev::{MouseEvent, TouchEvent},
    prelude::*,
};

use super::{Viewer, turn::Turn};
use crate::{
    model::{Card, ImageId, State},
    ui::parts::{
        icon::{Icon, Sign},
        problem::Banner,
        state_words::{advice, label, sentence, sign},
    },
};

/// A finger that moved less than this, or more up than aside, turned no page.
const SWIPE_MIN_PX: f64 = 48.0;

#[component]
pub fn Stage(turn: Turn) -> impl IntoView {
    let viewer = expect_context::<Viewer>();
    let touched = StoredValue::new(None::<(f64, f64)>);
    let start = move |event: TouchEvent| touched.set_value(finger(&event).filter(|_| event.touches().length() == 1));
    let end = move |event: TouchEvent| {
        let (Some(from), Some(to)) = (touched.get_value(), finger(&event)) else { return };
        touched.set_value(None);
        match swipe(to.0 - from.0, to.1 - from.1) {
            Some(Swipe::Left) => turn.to(untrack(|| turn.older())),
            Some(Swipe::Right) => turn.to(untrack(|| turn.newer())),
            None => {}
        }
    };
    view! {
        <main class="stage" on:touchstart=start on:touchend=end>
            <Show when=move || viewer.removed.get()>
                <p class="banner" role="status">"This picture was just removed. Its neighbours are still here."</p>
            </Show>
            <Banner failure=viewer.trouble/>
            <Photo/>
            <TurnLink turn newer=true/>
            <TurnLink turn newer=false/>
        </main>
    }
}

fn finger(event: &TouchEvent) -> Option<(f64, f64)> {
    let finger = event.changed_touches().get(0)?;
    Some((f64::from(finger.client_x()), f64::from(finger.client_y())))
}

#[derive(Debug, PartialEq, Eq)]
enum Swipe {
    Left,
    Right,
}

fn swipe(across: f64, down: f64) -> Option<Swipe> {
    if across.abs() < SWIPE_MIN_PX || across.abs() < down.abs() * 1.5 {
        None
    } else if across < 0.0 {
        Some(Swipe::Left)
    } else {
        Some(Swipe::Right)
    }
}

#[component]
fn TurnLink(turn: Turn, newer: bool) -> impl IntoView {
    let target = move || if newer { turn.newer() } else { turn.older() };
    let known = Memo::new(move |_| target().is_some());
    let href = move || target().map(|id: ImageId| format!("/pictures/{id}"));
    let (class, label, sign) = match newer {
        true => ("turn newer", "Previous picture", Sign::Left),
        false => ("turn older", "Next picture", Sign::Right),
    };
    let press = move |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            turn.to(untrack(target));
        }
    };
    view! {
        <Show when=move || known.get()>
            <a class=class href=href aria-label=label title=label on:click=press>
                <Icon sign=sign/>
            </a>
        </Show>
    }
}

/// What could be decoded is shown, also of a damaged or missing file.
fn preview(card: &Card) -> Option<String> {
    card.thumbhash.as_ref().and_then(|_| card.preview_url())
}

#[component]
fn Photo() -> impl IntoView {
    let viewer = expect_context::<Viewer>();
    let card = Memo::new(move |_| viewer.shown.with(|shown| shown.as_ref().map(|shown| shown.card.clone())));
    let read = move |part: fn(&Card) -> Option<String>| move || card.with(|card| card.as_ref().and_then(part));
    let source = Memo::new(move |_| read(preview)());
    let known = Memo::new(move |_| source.get().is_some());
    let size = move || card.with(|card| card.as_ref().map(|card| (card.width, card.height))).unwrap_or_default();
    view! {
        <Show when=move || known.get() fallback=move || view! { <Blank card/> }>
            <img
                class="photo"
                src=move || source.get()
                alt=read(|card| Some(card.name.clone()))
                width=move || size().0
                height=move || size().1
                decoding="sync"
                fetchpriority="high"
                draggable="false"
            />
            <StateNote card/>
        </Show>
    }
}

/// Stands where the picture would be.
#[component]
fn Blank(card: Memo<Option<Card>>) -> impl IntoView {
    move || {
        let card = card.get()?;
        Some(view! {
            <div class="blank">
                <Icon sign=sign(card.state)/>
                <h2>{label(card.state).unwrap_or("No preview")}</h2>
                <p>{sentence(&card)}</p>
                <p class="blank-advice">{advice(card.state)}</p>
            </div>
        })
    }
}

/// Over a picture that is shown although not all is well with its file.
#[component]
fn StateNote(card: Memo<Option<Card>>) -> impl IntoView {
    move || {
        let card = card.get().filter(|card| card.state != State::Ok)?;
        Some(view! {
            <p class="state-note">
                <span class="badge" data-kind=label(card.state)>{label(card.state)}</span>
                {sentence(&card)}
                " "
                {advice(card.state)}
            </p>
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swipe_goes_aside() {
        let check = |across: f64, down: f64, expect: Option<Swipe>| assert_eq!(swipe(across, down), expect);
        check(-80.0, 10.0, Some(Swipe::Left));
        check(80.0, -10.0, Some(Swipe::Right));
        check(30.0, 0.0, None);
        check(80.0, 70.0, None);
    }
}
