//! The line above the picture: the way back, its name and place.

use leptos::{ev::MouseEvent, prelude::*};

use super::{
    Viewer,
    beside::BesideLink,
    crop::button::CropButton,
    geometry::Point,
    state::{Back, Seen},
    tools::ToolRow,
    turn::Turn,
    zoom::Zoom,
};
use crate::ui::parts::{
    icon::{Icon, Sign},
    live_dot::LiveDot,
    shared::{maybe, text},
    theme_switch::ThemeSwitch,
    words,
};

#[component]
pub fn Head(turn: Turn, zoom: Zoom) -> impl IntoView {
    let viewer = expect_context::<Viewer>();
    let read = move |part: fn(&Seen) -> String| maybe(move || viewer.seen.with(|seen| seen.as_ref().map(part)));
    let name = read(|seen| seen.card.name.clone());
    let place = read(place);
    let original = read(|seen| seen.card.original_url());
    let back = move |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            turn.back();
        }
    };
    let nearness = text(move || zoom.percent().map_or_else(|| "Fit".into(), |percent| format!("{percent} %")));
    let back_words = match viewer.back() {
        Back::Address | Back::Gallery => "Back to all pictures",
        Back::Comparison => "Back to the comparison",
    };
    view! {
        <header class="viewer-head">
            <a class="tool" href=viewer.view().page_url() aria-label=back_words title=format!("{back_words} (Esc)") on:click=back>
                <Icon sign=Sign::Back/>
            </a>
            <h1 class="viewer-name">{name}</h1>
            <span class="viewer-place">{place}</span>
            <div class="header-end">
                <button
                    type="button"
                    class="tool zoom"
                    title="Fit, or 100 % (Z, + and −)"
                    on:click=move |_| zoom.toggle(Point::default())
                >
                    <span class="visually-hidden">"Zoom: "</span>
                    {nearness}
                </button>
                <CropButton/>
                <BesideLink/>
                <ToolRow/>
                <LiveDot/>
                <ThemeSwitch/>
                <a class="tool original" href=original download="" aria-label="Download" title="Download (D)">
                    <Icon sign=Sign::Export/>
                </a>
                <a class="tool original" href=original rel="external" target="_blank" title="Open the original">
                    <Icon sign=Sign::Open/>
                    <span class="tool-words">"Original"</span>
                </a>
            </div>
        </header>
    }
}

fn place(seen: &Seen) -> String {
    let total = words::thousands(seen.total);
    if seen.place == 0 {
        format!("not among the {total} found")
    } else {
        format!("{} of {total}", words::thousands(seen.place))
    }
}
