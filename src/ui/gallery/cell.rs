//! One picture in the grid. Follows its own card and nothing else.
//!
//! There are hundreds of them, and each closure in a view costs as much as a few elements. So what follows the card is drawn in one
//! closure, which finds everything in place again when the card changes.

use leptos::prelude::*;

use super::{
    Gallery,
    layout::{Rect, px},
    marks,
    selection::Selection,
    shapes::ratio,
};
use crate::{
    model::{Card, ImageId, State},
    ui::parts::{
        icon::{Icon, Sign},
        shared::{maybe, part, text},
        state_words::{label, sentence, sign},
    },
};

/// `room` is where it is in its day, once that is known. What `flies` by asks for no thumbnail: a browser has six lines to a server,
/// and on one of them is to come where one will be next.
#[component]
pub fn Cell(id: ImageId, room: Signal<Option<Rect>>, flies: Memo<bool>) -> impl IntoView {
    // It left the window between the order's change and this.
    let gallery = expect_context::<Gallery>();
    let (card, view) = (gallery.card(id)?, gallery.shown_view);
    let (styled, stated) = (card.clone(), card.clone());
    let selection = expect_context::<Selection>();
    let chosen = Memo::new(move |_| selection.contains(id));
    // once it is shown it stays
    let waits = Memo::new(move |waited: Option<&bool>| waited != Some(&false) && flies.get());
    // what the server drew has its thumbnail by now, and a sketch for each would be the longest part of the page's first second
    let is_new = untrack(|| room.get().is_some());
    let place = if is_new { None } else { place_on_page(gallery, id) };
    let style = text(move || styled.with(|card| style(card, room.get(), is_new && !waits.get())));
    Some(view! {
        <a
            class="cell"
            href=text(move || view.with(|view| view.picture_url(id)))
            data-id=id.to_string()
            data-state=text(move || stated.with(|card| card.state.name().to_owned()))
            data-chosen=maybe(move || chosen.get().then(String::new))
            draggable="false"
            style=style
        >
            {drawn(card, gallery, waits, place)}
            <span class="cell-check" title="Select">
                <Icon sign=Sign::Done/>
                {part(move || said_chosen(chosen.get()))}
            </span>
        </a>
    })
}

fn said_chosen(chosen: bool) -> AnyView {
    if chosen { view! { <span class="visually-hidden">"Selected"</span> }.into_any() } else { ().into_any() }
}

/// What is seen of the picture, and what is said over it.
fn drawn(card: ArcRwSignal<Card>, gallery: Gallery, waits: Memo<bool>, place: Option<u32>) -> impl IntoView {
    let source = source(card.clone());
    part(move || {
        let (thumbnail, card) = (source.get(), card.read());
        let image = match thumbnail {
            Some(_) if waits.get() => ().into_any(),
            Some(source) => image(&card, source, place).into_any(),
            None => blank(&card).into_any(),
        };
        view! {
            {image}
            {badge(&card)}
            {gallery.offline.with(|offline| marks::marks(&card, offline))}
            <span class="cell-name" aria-hidden="true">{card.name.clone()}</span>
        }
        .into_any()
    })
}

/// Its edges on whole pixels, so that they are sharp, and never larger than it was before there was a measure: a browser takes what
/// grows for something new. Its colour or its sketch stands there until the thumbnail does.
fn style(card: &Card, room: Option<Rect>, is_sketched: bool) -> String {
    let place = match room {
        Some(Rect { left, top, width, height }) => {
            let (from, to) = (left.ceil(), (left + width).floor());
            let (upper, lower) = (top.ceil(), (top + height).floor());
            format!("left:{};top:{};width:{};height:{}", px(from), px(upper), px(to - from), px(lower - upper))
        }
        None => format!("--ratio:{:.2}", ratio(card)),
    };
    let colour = card.colour().map(|colour| format!(";background-color:{colour}"));
    let sketch = if is_sketched { card.sketch_url() } else { None };
    let sketch = sketch.map(|sketch| format!(";background-image:url({sketch})"));
    [Some(place), colour, sketch].into_iter().flatten().collect()
}

/// There is a thumbnail exactly when something could be decoded, and then there is a hash of it as well. Of a file that was
/// overwritten, the former picture stays until the new one is there.
fn source(card: ArcRwSignal<Card>) -> Memo<Option<String>> {
    Memo::new(move |former: Option<&Option<String>>| {
        card.with(|card| match card.state {
            State::Pending => former.cloned().flatten(),
            _ => card.thumbhash.as_ref().and_then(|_| card.thumbnail_url()),
        })
    })
}

/// `place` is on a page that the server drew.
fn image(card: &Card, source: String, place: Option<u32>) -> impl IntoView + use<> {
    let is_first = place.is_some_and(|place| place < FIRST);
    // what is further away than a screen or two is asked for when one comes near, and after what the page asks for itself
    let (loading, priority) = if is_first { ("eager", "high") } else { ("lazy", "low") };
    view! {
        <img
            src=source
            alt=card.name.clone()
            width=card.width.map(|width| width.to_string())
            height=card.height.map(|height| height.to_string())
            loading=loading
            decoding="async"
            fetchpriority=priority
            draggable="false"
        />
    }
}

/// Of a page that is drawn before there is a measure, so many thumbnails are asked for before all else.
const FIRST: u32 = 6;

fn place_on_page(gallery: Gallery, id: ImageId) -> Option<u32> {
    gallery.place_of(id)?.checked_sub(gallery.start.get_untracked())
}

fn blank(card: &Card) -> impl IntoView + use<> {
    // Seen by the sign; for those who hear the page.
    let waiting = (card.state == State::Pending).then(|| sentence(card));
    view! {
        <span class="cell-blank">
            <Icon sign=sign(card.state)/>
            <span>{card.name.clone()}</span>
            <span class="visually-hidden">{waiting}</span>
        </span>
    }
}

/// What gets ready is many at a time, and says so by its sign.
fn badge(card: &Card) -> Option<impl IntoView + use<>> {
    let label = label(card.state).filter(|_| card.state != State::Pending)?;
    let reason = sentence(card);
    Some(view! {
        <span class="badge" data-kind=label title=reason.clone()>
            {label}
            <span class="visually-hidden">": " {reason.clone()}</span>
        </span>
    })
}
