//! What came of cutting: the new picture, and the way to it. It stays until another picture is shown, or somebody has read it.

use leptos::{ev::MouseEvent, prelude::*};

use super::{
    Crop,
    area::Size,
    state::{BUTTON_ID, DONE_ID},
};
use crate::{
    browser::focus,
    model::Card,
    ui::{
        parts::{
            icon::{Icon, Sign},
            shared::part,
        },
        viewer::turn::Turn,
    },
};

#[component]
pub fn CropDone(turn: Turn) -> impl IntoView {
    let crop = expect_context::<Crop>();
    let line = move || match crop.piece() {
        Some(card) => view! { <Line crop turn card/> }.into_any(),
        None => ().into_any(),
    };
    view! { <div class="crop-rail" role="status">{part(line)}</div> }
}

#[component]
fn Line(crop: Crop, turn: Turn, card: Card) -> impl IntoView {
    let id = card.id;
    let size = card.width.zip(card.height).and_then(|(width, height)| Size::new(width, height));
    let follow = move |event: MouseEvent| _ = turn.by_click(&event, id);
    let close = move |_| {
        crop.forget_piece();
        focus::move_to(BUTTON_ID);
    };
    view! {
        <p class="crop-line">
            <span>"Cropped:"</span>
            <a id=DONE_ID href=id.page_url() on:click=follow>{card.name.clone()}</a>
            {size.map(|size| view! { <span>{size.words()}</span> })}
            <button type="button" class="tool" aria-label="Close" title="Close" on:click=close>
                <Icon sign=Sign::Close/>
            </button>
        </p>
    }
}
