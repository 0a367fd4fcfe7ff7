//! The strip in its scroller: follows the picture that is shown, a moment after it, and asks for what comes into sight.

use std::{ops::Range, time::Duration};

use leptos::{html::Div, prelude::*};

use super::{
    Strip,
    geometry::{PITCH_PX, centred, seen},
};
use crate::{
    browser::{
        focus,
        frame::OncePerFrame,
        viewport::{self, SizeWatch},
    },
    model::{Card, ImageId, State},
    ui::{
        parts::{
            icon::Icon,
            shared::{maybe, part, text, when},
            state_words::{label, sign},
        },
        viewer::{Viewer, tools::Tools, turn::Turn},
    },
};

pub const STRIP_ID: &str = "strip";

#[derive(Clone, Copy)]
struct Scroller {
    strip: Strip,
    element: NodeRef<Div>,
}

impl Scroller {
    fn measure(self) -> Option<Range<u32>> {
        let element = self.element.try_get_untracked().flatten()?;
        let (scrolled, width) = viewport::across(&element);
        let reach = self.strip.reach.try_get_untracked()?;
        (width > 0.0 && !reach.is_empty()).then(|| seen(scrolled, width, &reach))
    }

    fn look(self) {
        if let Some(seen) = self.measure() {
            self.strip.see(&seen);
        }
    }

    /// What is marked comes to the middle: gliding where it is near, and where things may move.
    fn centre(self, glide: bool) {
        let place = self.strip.marked.try_get_untracked().flatten().and_then(|id| self.strip.place_of(id));
        let (Some(place), Some(element)) = (place, self.element.try_get_untracked().flatten()) else { return };
        let is_near = self.measure().is_some_and(|seen| seen.contains(&place));
        let to = centred(place, &self.strip.reach.get_untracked());
        viewport::scroll_across(&element, to, glide && is_near && !viewport::is_calm());
    }

    /// What was at one place is at another one now, and stays where it is seen.
    fn shift(self, from: u32, to: u32) {
        let Some(element) = self.element.try_get_untracked().flatten() else { return };
        let (scrolled, _) = viewport::across(&element);
        let by = (f64::from(to) - f64::from(from)) * PITCH_PX;
        viewport::scroll_across(&element, scrolled + by, false);
    }
}

#[component]
pub fn FilmStrip(turn: Turn) -> impl IntoView {
    let (viewer, strip, tools) = (expect_context::<Viewer>(), expect_context::<Strip>(), expect_context::<Tools>());
    let scroller = Scroller { strip, element: NodeRef::new() };
    on_cleanup(move || strip.clear());
    let is_there = Memo::new(move |_| tools.has_strip());
    follow_picture(viewer, strip, is_there);
    follow_order(scroller, is_there);
    let look = OncePerFrame::new(move || scroller.look());
    let pixels = |count: u32| format!("{:.0}px", f64::from(count) * PITCH_PX);
    let count = maybe(move || Some(pixels(strip.reach.with(|reach| reach.end - reach.start))));
    let first = move || strip.reach.with(|reach| strip.start.get().saturating_sub(reach.start));
    let before = maybe(move || Some(pixels(first())));
    view! {
        <nav class="strip" id=STRIP_ID aria-label="Filmstrip">
            <div class="strip-scroller" node_ref=scroller.element on:scroll=move |_| look.ask()>
                <div class="strip-frames" style=("--length", count) style=("--before", before)>
                    <For each=move || strip.order.get() key=|id| *id let:id>
                        <Frame id turn/>
                    </For>
                </div>
            </div>
        </nav>
    }
}

/// A moment after it was drawn, so that turning waits for nothing here.
fn follow_picture(viewer: Viewer, strip: Strip, is_there: Memo<bool>) {
    let shown = Memo::new(move |_| {
        viewer.shown.with(|shown| shown.as_ref().map(|shown| (shown.card.id, shown.place, shown.total)))
    });
    Effect::new(move || {
        let Some((id, place, total)) = shown.get().filter(|_| is_there.get()) else { return };
        let mark = move || {
            if is_there.try_get_untracked() == Some(true) {
                strip.mark(viewer.view(), id, place.checked_sub(1), total);
            }
        };
        request_animation_frame(move || set_timeout(mark, Duration::ZERO));
    });
}

fn follow_order(scroller: Scroller, is_there: Memo<bool>) {
    let strip = scroller.strip;
    Effect::new(move || {
        let shift = strip.shift.get();
        if shift.from != shift.to {
            scroller.shift(shift.from, shift.to);
        }
    });
    // The one that is marked is centred once it is held: at once where it was not held before.
    let held = Memo::new(move |_| {
        let marked = strip.marked.get()?;
        strip.order.with(|order| order.contains(&marked)).then_some(marked)
    });
    Effect::new(move |before: Option<Option<ImageId>>| {
        let now = held.get().filter(|_| is_there.get());
        if let Some(id) = now {
            let glide = before.flatten().is_some();
            let keeps_focus = focus::has_within(STRIP_ID);
            request_animation_frame(move || {
                scroller.centre(glide);
                scroller.look();
                if keeps_focus {
                    focus::focus_cell(id);
                }
            });
        }
        now
    });
    Effect::new(move || {
        strip.stale.track();
        strip.order.track();
        request_animation_frame(move || scroller.look());
    });
    // The effect keeps the watch, and lets go of it with the page.
    Effect::new(move |_: Option<Option<SizeWatch>>| {
        let element = scroller.element.get()?;
        let once = OncePerFrame::new(move || {
            scroller.centre(false);
            scroller.look();
        });
        SizeWatch::new(&[&element], move || once.ask())
    });
}

#[component]
fn Frame(id: ImageId, turn: Turn) -> impl IntoView {
    let strip = expect_context::<Strip>();
    // It left between the order's change and this.
    let card = strip.card(id)?;
    let read = {
        let card = card.clone();
        move |part: fn(&Card) -> Option<String>| {
            let card = card.clone();
            maybe(move || card.with(part))
        }
    };
    let is_marked = Memo::new(move |_| strip.marked.get() == Some(id));
    // of all of them the keyboard stops at one
    let stop = text(move || if is_marked.get() { "0" } else { "-1" }.to_owned());
    Some(view! {
        <a
            class="frame"
            href=turn.url(id)
            data-id=id.to_string()
            data-state=read(|card| Some(card.state.name().to_owned()))
            aria-label=read(|card| Some(name(card)))
            aria-current=maybe(move || is_marked.get().then(|| "true".to_owned()))
            tabindex=stop
            title=read(|card| Some(card.name.clone()))
            draggable="false"
            style:background-color=read(Card::colour)
            on:click=move |event| _ = turn.by_click(&event, id)
        >
            <Thumbnail card/>
        </a>
    })
}

fn name(card: &Card) -> String {
    match label(card.state) {
        Some(label) => format!("{}, {}", card.name, label.to_ascii_lowercase()),
        None => card.name.clone(),
    }
}

/// A sign where something is wrong, and where there is nothing to be seen yet.
#[component]
fn Thumbnail(card: ArcRwSignal<Card>) -> impl IntoView {
    let source = {
        let card = card.clone();
        // of a file that was overwritten, the former picture stays until the new one is there
        Memo::new(move |former: Option<&Option<String>>| {
            card.with(|card| match card.state {
                State::Ok => card.thumbhash.as_ref().and_then(|_| card.thumbnail_url()),
                State::Pending => former.cloned().flatten(),
                _ => None,
            })
        })
    };
    let state = Memo::new(move |_| card.with(|card| card.state));
    let image =
        move || view! { <img src=maybe(move || source.get()) alt="" decoding="async" draggable="false"/> }.into_any();
    view! {
        {when(move || source.with(Option::is_some), image)}
        {part(move || match source.with(Option::is_none) {
            true => view! { <Icon sign=sign(state.get())/> }.into_any(),
            false => ().into_any(),
        })}
    }
}
