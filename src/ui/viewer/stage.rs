//! Where the picture lies, and what a finger or a press does there. Draws no picture itself.

use leptos::{
    ev::{MouseEvent, TouchEvent},
    html::Main,
    prelude::*,
};

use super::{
    Viewer,
    crop::{done::CropDone, frame::CropFrame},
    photo::Photo,
    tools::Fading,
    turn::Turn,
    zoom::Zoom,
};
use crate::{
    browser::viewport,
    ui::parts::{
        icon::{Icon, Sign},
        problem::Banner,
        shared::{maybe, when},
    },
};

/// A finger that moved less than this, or more up than aside, turned no page. Over a picture that was zoomed into, it moves that.
const SWIPE_MIN_PX: f64 = 48.0;

#[component]
pub fn Stage(turn: Turn, zoom: Zoom, stage: NodeRef<Main>) -> impl IntoView {
    let viewer = expect_context::<Viewer>();
    let card = Memo::new(move |_| viewer.seen.with(|seen| seen.as_ref().map(|seen| seen.card.clone())));
    let mend = Callback::new(move |id| viewer.mend(id));
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
            node_ref=stage
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
            <Photo card zoom mend/>
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
