//! The bar that floats over the grid while pictures are selected: how many, and what can be done with them.

use leptos::prelude::*;

use super::{
    Gallery,
    selection::{Chosen, Selection},
};
use crate::{
    model::{Comparison, Query, export::Of},
    ui::{
        export::dialog::{Asked, Dialog},
        later::{Later, Shown},
        parts::{
            icon::{Icon, Sign},
            shared::{maybe, part, text, when},
            words,
        },
        viewer::crop::several::SEVERAL_MAX,
    },
};

pub const COMPARE_ID: &str = "selected-compare";
pub const CROP_ID: &str = "selected-crop";
pub const EXPORT_ID: &str = "selected-export";

const TOO_MANY: &str = "Select 500 at most to crop them";

#[component]
pub fn SelectedBar() -> impl IntoView {
    let selection = expect_context::<Selection>();
    let is_on = move || selection.chosen.with(|chosen| !chosen.is_empty());
    view! {
        <div class="selected-rail">
            {when(is_on, || view! { <Shown later=Later::Selected/> }.into_any())}
        </div>
    }
}

#[component]
pub fn Selected() -> impl IntoView {
    let (selection, gallery) = (expect_context::<Selection>(), expect_context::<Gallery>());
    let count = move || selection.chosen.with(|chosen| chosen.count(gallery.total.get()));
    let more = move || if gallery.counting.get() && selection.chosen.with(Chosen::is_all) { "+" } else { "" };
    let words = text(move || {
        if selection.asking.get() {
            "Selecting…".to_owned()
        } else {
            format!("{}{} selected", words::thousands(count()), more())
        }
    });
    let is_some = move || {
        let is_part = gallery.counting.get() || count() < gallery.total.get();
        is_part && selection.chosen.with(|chosen| !chosen.is_all())
    };
    let all = move || {
        view! {
            <button type="button" class="selected-button" on:click=move |_| selection.choose_all()>
                {text(move || match gallery.counting.get() {
                    true => "Select all".to_owned(),
                    false => format!("Select all {}", words::thousands(gallery.total.get())),
                })}
            </button>
        }
        .into_any()
    };
    let named = move || selection.chosen.with(Chosen::named).unwrap_or_default();
    let can_compare = move || Comparison::of(&named()).is_enough() && named().len() <= Comparison::MOST;
    let compare = move || {
        view! {
            <a
                class="selected-button"
                id=COMPARE_ID
                href=text(move || Comparison::url(&named()))
                title="See them beside each other (B)"
            >
                <Icon sign=Sign::Compare/>
                <span>"Compare"</span>
            </a>
        }
        .into_any()
    };
    let can_crop = move || (1..=SEVERAL_MAX).contains(&named().len());
    let is_much = move || selection.chosen.with(Chosen::is_all) || named().len() > SEVERAL_MAX;
    let crop = move || {
        let first = move || named().first().copied();
        let href = maybe(move || gallery.shown_view.with(|view| first().map(|id| view.picture_url(id))));
        let begin = move |_| {
            gallery.set_followed();
            untrack(first).into_iter().for_each(|id| selection.crop_from(id));
        };
        view! {
            <a class="selected-button" id=CROP_ID href=href on:click=begin title="Crop each the same way (C)">
                <Icon sign=Sign::Crop/>
                <span>"Crop"</span>
            </a>
        }
        .into_any()
    };
    let asked = RwSignal::new(None::<Asked>);
    let export = move |_| {
        let of = selection.chosen.with_untracked(|chosen| match chosen.named() {
            Some(ids) => Of::Ids { ids },
            None => {
                let search = gallery.shown_view.with_untracked(Query::search);
                Of::Search { search, without: chosen.left_out() }
            }
        });
        asked.set(Some(Asked { of, count: untrack(count) }));
    };
    view! {
        <div class="selected" role="toolbar" aria-label="Selected pictures">
            <b role="status">{words}</b>
            {when(is_some, all)}
            {when(can_compare, compare)}
            {when(can_crop, crop)}
            <button type="button" class="selected-button" id=EXPORT_ID title="Export (E)" on:click=export>
                <Icon sign=Sign::Export/>
                <span>"Export"</span>
            </button>
            {when(is_much, || view! { <span class="selected-note">{TOO_MANY}</span> }.into_any())}
            <button
                type="button"
                class="selected-button"
                title="Clear the selection (Esc)"
                on:click=move |_| selection.clear()
            >
                <Icon sign=Sign::Close/>
                <span class="visually-hidden">"Clear the selection"</span>
            </button>
        </div>
        {part(move || match asked.get() {
            Some(of) => view! { <Dialog asked of from=EXPORT_ID/> }.into_any(),
            None => ().into_any(),
        })}
    }
}
