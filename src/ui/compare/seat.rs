//! One picture beside others: as near as its zoom says, and what is told of it below.

use leptos::{ev::MouseEvent, prelude::*};

use super::{
    Comparing,
    facts::{facts, list},
    link::Link,
    state::Seat,
    way::{Way, is_elsewhere},
};
use crate::{
    model::{Card, ImageId},
    ui::{
        gallery::{Gallery, marks::marks},
        parts::{
            icon::{Icon, Sign},
            shared::{maybe, part, text, when},
        },
        viewer::{
            photo::Photo,
            zoom::{Ground, Zoom, pixels},
        },
    },
};

#[component]
pub fn SeatView(id: ImageId, link: Link, way: Way) -> impl IntoView {
    // It left between the order's change and this.
    let seat = expect_context::<Comparing>().of(id)?;
    let place = NodeRef::new();
    let size = {
        let seat = seat.clone();
        Memo::new(move |_| seat.with(|seat| seat.card().and_then(pixels)))
    };
    let zoom = Zoom::new(Ground::Seat(place), size.into());
    link.join(id, zoom);
    Effect::new(move || {
        // its pixels have just come to be known, or are others
        if size.get().is_some() {
            request_animation_frame(move || link.measure_again());
        }
    });
    let chosen = maybe(move || (link.chosen.get() == Some(id)).then(String::new));
    Some(view! {
        <article
            class="seat"
            data-chosen=chosen
            on:focusin=move |_| link.choose(id)
            on:pointerdown=move |_| link.choose(id)
        >
            <div
                class="seat-place"
                node_ref=place
                data-near=maybe(move || zoom.is_near().then(String::new))
                on:wheel=move |event| zoom.by_wheel(&event)
                on:dblclick=move |event| zoom.by_double_click(&event)
                on:pointerdown=move |event| zoom.finger_down(&event)
                on:pointermove=move |event| zoom.finger_moved(&event)
                on:pointerup=move |event| zoom.finger_up(&event)
                on:pointercancel=move |event| zoom.finger_up(&event)
            >
                <Sitting seat=seat.clone() zoom/>
            </div>
            <Caption id seat zoom way/>
        </article>
    })
}

/// The picture, or why there is none.
#[component]
fn Sitting(seat: ArcRwSignal<Seat>, zoom: Zoom) -> impl IntoView {
    let comparing = expect_context::<Comparing>();
    let mend = Callback::new(move |id| comparing.mend(id));
    let card = {
        let seat = seat.clone();
        Memo::new(move |_| seat.with(|seat| seat.card().cloned()))
    };
    let word = Memo::new(move |_| seat.with(word));
    let unknown = move || {
        view! {
            <div class="blank">
                <Icon sign=Sign::Unknown/>
                <h2>"This picture is not here"</h2>
                <p>"It was removed, or the address is mistyped."</p>
            </div>
        }
        .into_any()
    };
    let awaited = || view! { <p class="visually-hidden" role="status">"Loading the picture…"</p> }.into_any();
    let removed = || view! { <p class="banner" role="status">"This picture was just removed."</p> }.into_any();
    view! {
        {when(move || card.with(Option::is_some), move || view! { <Photo card zoom mend/> }.into_any())}
        {part(move || match word.get() {
            Word::Unknown => unknown(),
            Word::Awaited => awaited(),
            Word::Removed => removed(),
            Word::None => ().into_any(),
        })}
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Word {
    None,
    Awaited,
    Unknown,
    Removed,
}

fn word(seat: &Seat) -> Word {
    match seat {
        Seat::Taken(_) => Word::None,
        Seat::Awaited => Word::Awaited,
        Seat::Unknown => Word::Unknown,
        Seat::Removed(_) => Word::Removed,
    }
}

#[component]
fn Caption(id: ImageId, seat: ArcRwSignal<Seat>, zoom: Zoom, way: Way) -> impl IntoView {
    let comparing = expect_context::<Comparing>();
    let name = {
        let seat = seat.clone();
        text(move || seat.with(|seat| seat.card().map_or_else(|| "No picture".to_owned(), |card| card.name.clone())))
    };
    let told = {
        let seat = seat.clone();
        Memo::new(move |_| seat.with(|seat| seat.sight().map(facts).unwrap_or_default()))
    };
    let open = move |event: MouseEvent| {
        if !is_elsewhere(&event) {
            comparing.open_picture();
        }
    };
    let percent = maybe(move || zoom.percent().map(|percent| format!("{percent} %")));
    view! {
        <div class="seat-caption">
            <h2 class="seat-name">
                <a href=id.page_url() data-id=id.to_string() title="Open the picture (Enter)" on:click=open>{name}</a>
            </h2>
            <Said seat/>
            <span class="seat-percent">{percent}</span>
            <TakeOut id way name/>
            {part(move || told.with(|told| list(told)))}
        </div>
    }
}

/// What people said of it, as its card does.
#[component]
fn Said(seat: ArcRwSignal<Seat>) -> impl IntoView {
    let card = Memo::new(move |_| seat.with(|seat| seat.card().cloned()));
    let offline = expect_context::<Gallery>().offline;
    let said = move |card: &Card| {
        view! { <span class="seat-said">{offline.with(|offline| marks(card, offline))}</span> }
    };
    part(move || card.with(|card| card.as_ref().map(said)).into_any())
}

/// A link, so that it works without scripts as well.
#[component]
fn TakeOut(id: ImageId, way: Way, name: Signal<String>) -> impl IntoView {
    let take = move |event: MouseEvent| {
        if !is_elsewhere(&event) {
            event.prevent_default();
            way.take_out(id);
        }
    };
    let link = move || {
        view! {
            <a
                class="tool seat-out"
                href=maybe(move || way.without(id))
                aria-label=text(move || format!("Take {} out of the comparison", name.get()))
                title="Take it out of the comparison (X)"
                on:click=take
            >
                <Icon sign=Sign::Close/>
            </a>
        }
        .into_any()
    };
    when(move || way.without(id).is_some(), link)
}
