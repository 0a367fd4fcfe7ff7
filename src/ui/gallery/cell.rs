//! One picture in the grid. Follows its own card and nothing else.

use leptos::prelude::*;

use super::{
    Gallery,
    layout::{Rect, px},
    marks::CellMarks,
    selection::Selection,
    shapes::ratio,
};
use crate::{
    model::{Card, ImageId, State},
    ui::parts::{
        icon::{Icon, Sign},
        shared::{choose, maybe, part, text},
        state_words::{label, sentence, sign},
    },
};

/// `room` is where it is in its day, once that is known.
#[component]
pub fn Cell(id: ImageId, room: Signal<Option<Rect>>) -> impl IntoView {
    // It left the window between the order's change and this.
    let gallery = expect_context::<Gallery>();
    let (card, view) = (gallery.card(id)?, gallery.shown_view);
    let styled = card.clone();
    let selection = expect_context::<Selection>();
    let chosen = move || selection.contains(id);
    let style = text(move || styled.with(|card| style(card, room.get())));
    Some(view! {
        <a
            class="cell"
            href=text(move || view.with(|view| view.picture_url(id)))
            data-id=id.to_string()
            data-state=read(&card, state)
            data-chosen=maybe(move || chosen().then(String::new))
            draggable="false"
            style=style
        >
            <Thumbnail card=card.clone()/>
            <Badge card=card.clone()/>
            <CellMarks card=card.clone()/>
            <span class="cell-name" aria-hidden="true">{read(&card, name)}</span>
            <span class="cell-check" title="Select">
                <Icon sign=Sign::Done/>
                <span class="visually-hidden">{maybe(move || chosen().then(|| "Selected".to_owned()))}</span>
            </span>
        </a>
    })
}

/// Its edges on whole pixels, so that they are sharp.
fn style(card: &Card, room: Option<Rect>) -> String {
    let place = match room {
        Some(Rect { left, top, width, height }) => {
            let (from, to) = (left.round(), (left + width).round());
            let (upper, lower) = (top.round(), (top + height).round());
            format!("left:{};top:{};width:{};height:{}", px(from), px(upper), px(to - from), px(lower - upper))
        }
        None => format!("--ratio:{:.2}", ratio(card)),
    };
    card.colour().map_or(place.clone(), |colour| format!("{place};background-color:{colour}"))
}

/// A part of the card in words.
fn read(card: &ArcRwSignal<Card>, part: fn(&Card) -> Option<String>) -> Signal<Option<String>> {
    let card = card.clone();
    maybe(move || card.with(part))
}

fn state(card: &Card) -> Option<String> {
    Some(card.state.name().to_owned())
}

fn name(card: &Card) -> Option<String> {
    Some(card.name.clone())
}

/// There is a thumbnail exactly when something could be decoded, and then there is a hash of it as well.
fn thumbnail(card: &Card) -> Option<String> {
    card.thumbhash.as_ref().and_then(|_| card.thumbnail_url())
}

#[component]
fn Thumbnail(card: ArcRwSignal<Card>) -> impl IntoView {
    // Of a file that was overwritten, the former picture stays until the new one is there.
    let source = {
        let card = card.clone();
        Memo::new(move |former: Option<&Option<String>>| {
            card.with(|card| match card.state {
                State::Pending => former.cloned().flatten(),
                _ => thumbnail(card),
            })
        })
    };
    let has_one = move || source.with(Option::is_some);
    let without = card.clone();
    let image = move || {
        view! {
            <img
                src=maybe(move || source.get())
                alt=read(&card, name)
                width=read(&card, |card| card.width.map(|width| width.to_string()))
                height=read(&card, |card| card.height.map(|height| height.to_string()))
                loading="eager"
                decoding="async"
                draggable="false"
            />
        }
        .into_any()
    };
    choose(has_one, image, move || view! { <Blank card=without.clone()/> }.into_any())
}

#[component]
fn Blank(card: ArcRwSignal<Card>) -> impl IntoView {
    let words = read(&card, name);
    // Seen by the sign; for those who hear the page.
    let waiting = read(&card, |card| (card.state == State::Pending).then(|| sentence(card)));
    view! {
        <span class="cell-blank">
            {part(move || view! { <Icon sign=sign(card.with(|card| card.state))/> }.into_any())}
            <span>{words}</span>
            <span class="visually-hidden">{waiting}</span>
        </span>
    }
}

#[component]
fn Badge(card: ArcRwSignal<Card>) -> impl IntoView {
    part(move || {
        // What gets ready is many at a time, and says so by its sign.
        let (label, reason) = card.with(|card| (label(card.state), sentence(card)));
        let is_pending = card.with(|card| card.state == State::Pending);
        let Some(label) = label.filter(|_| !is_pending) else { return ().into_any() };
        view! {
            <span class="badge" data-kind=label title=reason.clone()>
                {label}
                <span class="visually-hidden">": " {reason.clone()}</span>
            </span>
        }
        .into_any()
    })
}
