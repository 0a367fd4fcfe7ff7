//! The picture itself, as large as the window allows, or what is known instead of it.

use leptos::{
    ev::{MouseEvent, TouchEvent},
    prelude::*,
};

use super::{
    Viewer,
    crop::{done::CropDone, frame::CropFrame},
    tools::Fading,
    turn::Turn,
    zoom::Zoom,
};
use crate::{
    browser::viewport,
    model::{Card, ImageId, State},
    ui::parts::{
        icon::{Icon, Sign},
        problem::Banner,
        shared::{choose, maybe, part, when},
        state_words::{advice, label, sentence, sign},
    },
};

/// A finger that moved less than this, or more up than aside, turned no page. Over a picture that was zoomed into, it moves that.
const SWIPE_MIN_PX: f64 = 48.0;

#[component]
pub fn Stage(turn: Turn, zoom: Zoom) -> impl IntoView {
    let viewer = expect_context::<Viewer>();
    let touched = StoredValue::new(None::<(f64, f64)>);
    let start = move |event: TouchEvent| {
        let turns = event.touches().length() == 1 && !viewport::is_zoomed() && !untrack(|| zoom.is_near());
        touched.set_value(finger(&event).filter(|_| turns));
    };
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
        <main
            class="stage"
            node_ref=zoom.stage
            data-near=maybe(move || zoom.is_near().then(String::new))
            on:touchstart=start
            on:touchend=end
            on:wheel=move |event| zoom.by_wheel(&event)
            on:dblclick=move |event| zoom.by_double_click(&event)
            on:pointerdown=move |event| zoom.finger_down(&event)
            on:pointermove=move |event| zoom.finger_moved(&event)
            on:pointerup=move |event| zoom.finger_up(&event)
            on:pointercancel=move |event| zoom.finger_up(&event)
        >
            {when(move || viewer.removed.get(), removed)}
            <Banner failure=viewer.trouble/>
            <Photo zoom/>
            <Fading/>
            <TurnLink turn newer=true/>
            <TurnLink turn newer=false/>
            <CropFrame/>
            <CropDone turn/>
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
    let href = maybe(move || target().map(|id| turn.url(id)));
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
    let link = move || {
        view! {
            <a class=class href=href aria-label=label title=label on:click=press>
                <Icon sign=sign/>
            </a>
        }
        .into_any()
    };
    when(move || target().is_some(), link)
}

fn removed() -> AnyView {
    view! { <p class="banner" role="status">"This picture was just removed. Its neighbours are still here."</p> }
        .into_any()
}

#[derive(Clone, Default, PartialEq)]
struct Source {
    of: Option<ImageId>,
    preview: Option<String>,
}

impl Source {
    /// What could be decoded is shown, also of a damaged or missing file; and of a file that was overwritten the former
    /// picture, until the new one is there.
    fn of(card: Option<&Card>, former: Option<&Source>) -> Source {
        let Some(card) = card else { return Source::default() };
        let preview = match card.state {
            State::Pending => {
                former.filter(|former| former.of == Some(card.id)).and_then(|former| former.preview.clone())
            }
            _ => card.thumbhash.as_ref().and_then(|_| card.preview_url()),
        };
        Source { of: Some(card.id), preview }
    }
}

#[component]
fn Photo(zoom: Zoom) -> impl IntoView {
    let viewer = expect_context::<Viewer>();
    let card = Memo::new(move |_| viewer.shown.with(|shown| shown.as_ref().map(|shown| shown.card.clone())));
    let read = move |part: fn(&Card) -> Option<String>| maybe(move || card.with(|card| card.as_ref().and_then(part)));
    let source = Memo::new(move |former: Option<&Source>| card.with(|card| Source::of(card.as_ref(), former)));
    // the preview stays below it until it is there
    let whole = read(|card| card.thumbhash.as_ref().and_then(|_| card.full_url()));
    let image = move || {
        view! {
            <div class="lens" data-eased=maybe(move || zoom.eased.get().then(String::new)) style:transform=maybe(move || zoom.transform())>
            <img
                class="photo"
                src=maybe(move || source.get().preview)
                alt=read(|card| Some(card.name.clone()))
                width=read(|card| card.width.map(|width| width.to_string()))
                height=read(|card| card.height.map(|height| height.to_string()))
                decoding="sync"
                fetchpriority="high"
                draggable="false"
            />
            {when(move || zoom.is_near(), move || view! { <img class="whole" src=whole alt="" draggable="false"/> }.into_any())}
            </div>
            {part(move || card.with(|card| note(card, viewer)))}
        }
        .into_any()
    };
    let known = move || source.with(|source| source.preview.is_some());
    choose(known, image, move || part(move || card.with(|card| blank(card.as_ref(), viewer))).into_any())
}

/// Stands where the picture would be.
fn blank(card: Option<&Card>, viewer: Viewer) -> AnyView {
    let Some(card) = card else { return ().into_any() };
    let id = card.id;
    let again = (card.state == State::Failed).then(|| {
        view! {
            <button type="button" class="button" on:click=move |_| viewer.mend(id)>
                "Try again"
            </button>
        }
    });
    view! {
        <div class="blank">
            <Icon sign=sign(card.state)/>
            <h2>{label(card.state).unwrap_or("No preview")}</h2>
            <p>{sentence(card)}</p>
            <p class="blank-advice">{advice(card.state)}</p>
            {again}
        </div>
    }
    .into_any()
}

/// Over a picture that is shown although not all is well with its file.
fn note(card: &Option<Card>, viewer: Viewer) -> AnyView {
    let Some((card, label)) = card.as_ref().and_then(|card| Some((card, label(card.state)?))) else {
        return ().into_any();
    };
    view! {
        <p class="state-note">
            <span class="badge" data-kind=label>{label}</span>
            {sentence(card)}
            " "
            {if card.is_decayed() { accept(card.id, viewer) } else { advice(card.state).into_any() }}
        </p>
    }
    .into_any()
}

fn accept(id: ImageId, viewer: Viewer) -> AnyView {
    view! {
        <button type="button" class="button" on:click=move |_| viewer.mend(id)>
            "Accept"
        </button>
    }
    .into_any()
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
