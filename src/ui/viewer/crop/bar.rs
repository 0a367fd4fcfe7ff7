//! Below the picture while a piece of it is chosen: its shape, its numbers, and the buttons that end it.

use leptos::{
    ev::{Event, SubmitEvent},
    prelude::*,
};

use super::{Crop, several::CropSeveral, shape::Shape, state::Cut};
use crate::{
    browser::{fields, number},
    ui::parts::{
        icon::{Icon, Sign},
        shared::{maybe, press, text, when},
    },
};

pub const HINT_ID: &str = "crop-hint";

#[component]
pub fn CropBar() -> impl IntoView {
    let crop = expect_context::<Crop>();
    when(move || crop.is_open(), move || view! { <Bar crop/> }.into_any())
}

#[component]
fn Bar(crop: Crop) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        crop.save();
    };
    let busy = maybe(move || crop.busy.get().then(|| "true".to_owned()));
    let word = text(move || if crop.busy.get() { "Saving…" } else { "Save as new picture" }.to_owned());
    view! {
        <form class="crop-bar" aria-label="Crop" aria-busy=busy on:submit=submit novalidate>
            <div class="crop-shapes">
                <fieldset class="shapes">
                    <legend class="visually-hidden">"Ratio"</legend>
                    {Shape::ALL.map(|shape| view! { <Choice crop shape/> }).collect_view()}
                </fieldset>
                <button type="button" class="tool" aria-label="Turn the ratio" title="Turn the ratio (X)" on:click=move |_| crop.turn()>
                    <Icon sign=Sign::Turn/>
                </button>
            </div>
            <div class="crop-numbers">
                {Number::ALL.map(|number| view! { <Field crop number/> }).collect_view()}
            </div>
            <p class="crop-hint" id=HINT_ID>
                "Arrow keys move the region by a pixel, with Shift by ten, and with Ctrl they resize it. Enter saves, Esc leaves."
            </p>
            <p class="problem" role="alert">{crop.problem}</p>
            <div class="crop-end">
                {press(text(|| "Cancel".to_owned()), Signal::stored(false), move || crop.leave())}
                <CropSeveral crop/>
                <button class="button" aria-disabled=busy>{word}</button>
            </div>
        </form>
    }
}

#[component]
fn Choice(crop: Crop, shape: Shape) -> impl IntoView {
    let is_chosen = Signal::derive(move || crop.read(|cut| Some(cut.shape)) == Some(shape));
    view! {
        <label class="shape">
            <input type="radio" name="crop-shape" prop:checked=is_chosen on:change=move |_| crop.choose(shape)/>
            {text(move || shape.words(crop.read(|cut| cut.standing)))}
        </label>
    }
}

#[derive(Clone, Copy)]
enum Number {
    Left,
    Top,
    Width,
    Height,
}

impl Number {
    const ALL: [Number; 4] = [Number::Left, Number::Top, Number::Width, Number::Height];

    fn id(self) -> &'static str {
        match self {
            Number::Left => "crop-left",
            Number::Top => "crop-top",
            Number::Width => "crop-width",
            Number::Height => "crop-height",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Number::Left => "Left",
            Number::Top => "Top",
            Number::Width => "Width",
            Number::Height => "Height",
        }
    }

    fn of(self, cut: &Cut) -> i32 {
        match self {
            Number::Left => cut.area.x,
            Number::Top => cut.area.y,
            Number::Width => cut.area.width,
            Number::Height => cut.area.height,
        }
    }

    fn most(self, cut: &Cut) -> i32 {
        match self {
            Number::Left => cut.picture.width - cut.area.width,
            Number::Top => cut.picture.height - cut.area.height,
            Number::Width => cut.picture.width - cut.area.x,
            Number::Height => cut.picture.height - cut.area.y,
        }
    }

    fn set(self, cut: Cut, to: i32) -> Cut {
        let (area, picture, ratio) = (cut.area, cut.picture, cut.ratio());
        let area = match self {
            Number::Left => area.moved((to.saturating_sub(area.x), 0), picture),
            Number::Top => area.moved((0, to.saturating_sub(area.y)), picture),
            Number::Width => area.with_width(to, picture, ratio),
            Number::Height => area.with_height(to, picture, ratio),
        };
        Cut { area, ..cut }
    }
}

/// What is written there counts once it is whole: with Enter, or when one goes on.
#[component]
fn Field(crop: Crop, number: Number) -> impl IntoView {
    let value = text(move || crop.read(|cut| number.of(cut)).to_string());
    let changed = move |event: Event| {
        if let Some(to) = number::read(&event_target_value(&event)) {
            crop.change(|cut| number.set(cut, to.round() as i32));
        }
        // what could not be taken is not left standing there
        fields::set_text(number.id(), &untrack(|| value.get()));
    };
    let least = if matches!(number, Number::Left | Number::Top) { "0" } else { "1" };
    view! {
        <label class="field">
            {number.words()}
            <input
                id=number.id()
                type="number"
                inputmode="numeric"
                min=least
                max=text(move || crop.read(|cut| number.most(cut)).to_string())
                step="1"
                autocomplete="off"
                prop:value=value
                on:change=changed
            />
        </label>
    }
}
