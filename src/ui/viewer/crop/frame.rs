//! The region over the picture: what is around it is dark, thirds are drawn into it, and each edge and corner can be held.

use leptos::{ev::MouseEvent, prelude::*};

use super::{
    Crop,
    area::{Area, Handle, Held},
    bar::HINT_ID,
    pointer::Grip,
    state::{Cut, REGION_ID},
};
use crate::{
    browser::focus,
    ui::parts::shared::{maybe, text, when},
};

#[component]
pub fn CropFrame() -> impl IntoView {
    let crop = expect_context::<Crop>();
    when(move || crop.is_open(), move || view! { <Frame crop/> }.into_any())
}

#[component]
fn Frame(crop: Crop) -> impl IntoView {
    let of = move |read: fn(&Cut) -> String| maybe(move || Some(crop.read(read)));
    view! {
        <div
            class="crop"
            on:pointerdown=move |event| crop.press(&event, Grip::Outside)
            on:pointermove=move |event| crop.draw(&event)
            on:pointerup=move |event| crop.release(&event)
            on:pointercancel=move |event| crop.release(&event)
            on:mousedown=take_keys
            // the stage's own would turn the page or zoom
            on:touchstart=|event| event.stop_propagation()
            on:wheel=|event| event.stop_propagation()
            on:dblclick=|event| event.stop_propagation()
        >
            <div
                class="crop-field"
                node_ref=crop.field
                style=("--width", of(|cut| cut.picture.width.to_string()))
                style=("--height", of(|cut| cut.picture.height.to_string()))
                style=("--left", of(|cut| part(cut.area.x, cut.picture.width)))
                style=("--right", of(|cut| part(cut.area.x + cut.area.width, cut.picture.width)))
                style=("--top", of(|cut| part(cut.area.y, cut.picture.height)))
                style=("--bottom", of(|cut| part(cut.area.y + cut.area.height, cut.picture.height)))
            >
                <div class="crop-shade"></div>
                <div
                    class="crop-region"
                    id=REGION_ID
                    tabindex="0"
                    role="group"
                    aria-label=of(|cut| format!("Region, {} pixels", cut.area.size().words()))
                    aria-describedby=HINT_ID
                    on:pointerdown=move |event| crop.press(&event, Grip::Inside)
                >
                    {Handle::ALL.map(|handle| view! { <HandleGrip crop handle/> }).collect_view()}
                </div>
                <span class="crop-size" aria-hidden="true">{of(|cut| cut.area.size().words())}</span>
            </div>
        </div>
    }
}

/// After a press the arrow keys move the region, whatever of it was pulled.
fn take_keys(event: MouseEvent) {
    event.prevent_default();
    focus::move_to(REGION_ID);
}

fn part(pixels: i32, edge: i32) -> String {
    format!("{:.4}%", f64::from(pixels) * 100.0 / f64::from(edge.max(1)))
}

/// Told as a slider: it has a place, and arrow keys move it.
#[component]
fn HandleGrip(crop: Crop, handle: Handle) -> impl IntoView {
    let Named { name, words } = named(handle);
    let place = text(move || crop.read(|cut| place(handle, cut.area)).to_string());
    let most = text(move || {
        crop.read(|cut| if is_level(handle) { cut.picture.height } else { cut.picture.width }).to_string()
    });
    let direction = if is_level(handle) { "vertical" } else { "horizontal" };
    let said = text(move || crop.read(|cut| format!("{} pixels", cut.area.size().words())));
    view! {
        <span
            class="crop-grip"
            data-grip=name
            tabindex="0"
            role="slider"
            aria-label=words
            aria-orientation=direction
            aria-valuemin="0"
            aria-valuemax=most
            aria-valuenow=place
            aria-valuetext=said
            on:focus=move |_| crop.held.set_value(Some(handle))
            on:blur=move |_| crop.held.set_value(None)
            on:pointerdown=move |event| crop.press(&event, Grip::Handle(handle))
        ></span>
    }
}

/// The edges above and below, which go up and down.
fn is_level(handle: Handle) -> bool {
    handle.across == Held::Neither
}

fn place(handle: Handle, area: Area) -> i32 {
    match (handle.across, handle.down) {
        (Held::Start, _) => area.x,
        (Held::End, _) => area.x + area.width,
        (Held::Neither, Held::Start) => area.y,
        (Held::Neither, _) => area.y + area.height,
    }
}

struct Named {
    /// For the style sheet.
    name: &'static str,
    words: &'static str,
}

fn named(handle: Handle) -> Named {
    let (name, words) = match (handle.down, handle.across) {
        (Held::Start, Held::Start) => ("top-left", "Upper left corner"),
        (Held::Start, Held::Neither) => ("top", "Upper edge"),
        (Held::Start, Held::End) => ("top-right", "Upper right corner"),
        (Held::Neither, Held::Start) => ("left", "Left edge"),
        (Held::Neither, _) => ("right", "Right edge"),
        (Held::End, Held::Start) => ("bottom-left", "Lower left corner"),
        (Held::End, Held::Neither) => ("bottom", "Lower edge"),
        (Held::End, Held::End) => ("bottom-right", "Lower right corner"),
    };
    Named { name, words }
}
