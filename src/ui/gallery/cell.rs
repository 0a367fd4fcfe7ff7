//! One picture in the grid. Follows its own card and nothing else.

use leptos::prelude::*;

use super::Gallery;
use crate::{
    model::{Card, ImageId},
    ui::parts::{
        icon::Icon,
        state_words::{label, sentence, sign},
    },
};

#[component]
pub fn Cell(id: ImageId) -> impl IntoView {
    // It left the window between the order's change and this.
    let card = expect_context::<Gallery>().card(id)?;
    let colour = read(&card, |card| card.colour());
    Some(view! {
        <a class="cell" href=format!("/pictures/{id}") data-id=id.to_string() style:background-color=colour>
            <Thumbnail card=card.clone()/>
            <Badge card=card.clone()/>
            <span class="cell-name" aria-hidden="true">{read(&card, |card| card.name.clone())}</span>
        </a>
    })
}

/// A part of the card that wakes its reader only when that part is another.
fn read<T>(card: &ArcRwSignal<Card>, part: impl Fn(&Card) -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    let card = card.clone();
    Memo::new(move |_| card.with(&part))
}

/// There is a thumbnail exactly when something could be decoded, and then there is a hash of it as well.
fn thumbnail(card: &Card) -> Option<String> {
    card.thumbhash.as_ref().and_then(|_| card.thumbnail_url())
}

#[component]
fn Thumbnail(card: ArcRwSignal<Card>) -> impl IntoView {
    let name = read(&card, |card| card.name.clone());
    let size = read(&card, |card| (card.width, card.height));
    let state = read(&card, |card| card.state);
    let source = read(&card, thumbnail);
    let shown = Memo::new(move |_| source.get().is_some());
    view! {
        <Show
            when=move || shown.get()
            fallback=move || view! {
                <span class="cell-blank">
                    {move || view! { <Icon sign=sign(state.get())/> }}
                    <span>{name}</span>
                </span>
            }
        >
            <img
                src=move || source.get()
                alt=name
                width=move || size.get().0
                height=move || size.get().1
                loading="eager"
                decoding="async"
                draggable="false"
            />
        </Show>
    }
}

#[component]
fn Badge(card: ArcRwSignal<Card>) -> impl IntoView {
    let state = read(&card, |card| card.state);
    let reason = read(&card, sentence);
    move || {
        label(state.get()).map(|label| {
            view! {
                <span class="badge" data-kind=label title=reason>
                    {label}
                    <span class="visually-hidden">": " {reason}</span>
                </span>
            }
        })
    }
}
