//! What the picture was cut out of, and what was cut out of it. Each is made once and follows what is known of it.

use leptos::{ev::MouseEvent, prelude::*};

use super::{Viewer, crop::Crop, turn::Turn};
use crate::{
    browser::focus,
    model::{Card, ImageId, Origin, Picture, Query, State},
    ui::parts::{
        icon::Icon,
        shared::{choose, maybe, part, press, text, when},
        state_words::{label, sign},
        words,
    },
};

const KIN_ID: &str = "kin";

/// The part itself is always there, so that the keyboard keeps its place when one goes from one to the other.
#[component]
pub fn Kin() -> impl IntoView {
    let viewer = expect_context::<Viewer>();
    let turn = Turn::new();
    let has = move |asked: fn(&Picture) -> bool| move || viewer.shown.with(|shown| shown.as_ref().is_some_and(asked));
    let origin = when(has(|shown| shown.origin.is_some()), move || view! { <OfOrigin turn/> }.into_any());
    let pieces = when(has(|shown| !shown.pieces.is_empty()), move || view! { <Pieces turn/> }.into_any());
    view! { <div class="kin" id=KIN_ID tabindex="-1">{origin} {pieces}</div> }
}

#[component]
fn OfOrigin(turn: Turn) -> impl IntoView {
    let viewer = expect_context::<Viewer>();
    let origin = Memo::new(move |_| viewer.shown.with(|shown| shown.as_ref()?.origin.clone()));
    let id = Memo::new(move |_| origin.with(|origin| origin.as_ref().map(|origin| origin.card.id)));
    let card = move |id: ImageId| {
        origin.with(|origin| origin.as_ref().map(|origin| origin.card.clone()).filter(|card| card.id == id))
    };
    let relative = part(move || match id.get() {
        Some(id) => view! { <Relative turn id card=Signal::derive(move || card(id))/> }.into_any(),
        None => ().into_any(),
    });
    let is_changed = move || origin.with(|origin| origin.as_ref().is_some_and(|origin| origin.changed));
    view! {
        <section aria-labelledby="kin-origin">
            <h3 id="kin-origin">"Cropped from"</h3>
            {relative}
            <div role="status">{when(is_changed, move || view! { <Changed origin/> }.into_any())}</div>
        </section>
    }
}

/// What it was cut out of is another picture by now: what to do about that.
#[component]
fn Changed(origin: Memo<Option<Origin>>) -> impl IntoView {
    let crop = expect_context::<Crop>();
    let name =
        text(move || origin.with(|origin| origin.as_ref().map(|origin| origin.card.name.clone()).unwrap_or_default()));
    let place = move || origin.with(|origin| origin.as_ref().and_then(|origin| Some((origin.card.id, origin.region?))));
    let word = text(move || if crop.busy.get() { "Cropping…" } else { "Crop again" }.to_owned());
    let again = move || {
        let act = move || {
            if let Some((of, region)) = untrack(place) {
                crop.cut_out(of, region);
            }
        };
        press(word, Signal::stored(false), act).into_any()
    };
    view! {
        <div class="kin-changed">
            <p>
                <strong>{name}</strong>
                " has changed since. This crop is of what it was."
                {when(move || place().is_some(), || view! { <span class="kin-hint">" Crop again, and the same region of what it is now becomes one more picture."</span> }.into_any())}
            </p>
            {when(move || place().is_some(), again)}
        </div>
    }
}

#[component]
fn Pieces(turn: Turn) -> impl IntoView {
    let viewer = expect_context::<Viewer>();
    let of_pieces = move |read: fn(&Picture) -> Vec<ImageId>| {
        viewer.shown.with(|shown| shown.as_ref().map(read).unwrap_or_default())
    };
    let ids = Memo::new(move |_| of_pieces(|shown| shown.pieces.iter().map(|piece| piece.id).collect()));
    let card = move |id: ImageId| {
        viewer.shown.with(|shown| shown.as_ref()?.pieces.iter().find(|piece| piece.id == id).cloned())
    };
    let heading = text(move || {
        let total = viewer.shown.with(|shown| shown.as_ref().map_or(0, |shown| shown.pieces_total));
        words::count(total, "crop of this picture", "crops of this picture")
    });
    let left = move || {
        viewer.shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.pieces.len() < shown.pieces_total as usize))
    };
    let is_several = move || viewer.shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.pieces_total > 1));
    let of = move || viewer.shown.with(|shown| shown.as_ref().map(|shown| shown.card.id));
    let all = move || Query { crops_of: of(), ..Query::default() }.page_url();
    view! {
        <section aria-labelledby="kin-pieces">
            <h3 id="kin-pieces">{heading}</h3>
            <ul class="kin-pieces">
                <For each=move || ids.get() key=|id| *id let:id>
                    <li><Relative turn id card=Memo::new(move |_| card(id)).into()/></li>
                </For>
            </ul>
            {when(left, || view! { <p class="kin-more">"These are the newest."</p> }.into_any())}
            {when(is_several, move || view! { <a class="kin-more" href=text(all)>"See them in the gallery"</a> }.into_any())}
        </section>
    }
}

#[component]
fn Relative(turn: Turn, id: ImageId, card: Signal<Option<Card>>) -> impl IntoView {
    let read = move |of: fn(&Card) -> Option<String>| maybe(move || card.with(|card| card.as_ref().and_then(of)));
    let follow = move |event: MouseEvent| {
        if turn.by_click(&event, id) {
            focus::move_to(KIN_ID);
        }
    };
    let thumbnail = read(|card| card.thumbnail_url().filter(|_| card.thumbhash.is_some()));
    let image =
        move || view! { <img src=thumbnail alt="" loading="lazy" decoding="async" draggable="false"/> }.into_any();
    let state = move || card.with(|card| card.as_ref().map_or(State::Pending, |card| card.state));
    let blank = move || part(move || view! { <Icon sign=sign(state())/> }.into_any()).into_any();
    view! {
        <a class="relative" href=id.page_url() title=read(|card| Some(card.name.clone())) on:click=follow>
            <span class="relative-picture" style:background-color=read(Card::colour)>
                {choose(move || thumbnail.with(Option::is_some), image, blank)}
            </span>
            <span class="relative-name">{read(|card| Some(card.name.clone()))}</span>
            <span class="relative-size">{read(about)}</span>
        </a>
    }
}

/// Its size, and what is the matter with it.
fn about(card: &Card) -> Option<String> {
    let size = card.width.zip(card.height).map(|(width, height)| {
        format!("{} × {}", words::thousands(width.max(0) as u64), words::thousands(height.max(0) as u64))
    });
    let parts: Vec<String> = size.into_iter().chain(label(card.state).map(str::to_owned)).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
