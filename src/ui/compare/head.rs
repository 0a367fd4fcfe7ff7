//! The line above the pictures: the way back, how near the chosen one is, and whether they move together.

use leptos::{ev::MouseEvent, prelude::*};

use super::{
    Comparing,
    link::Link,
    way::{Way, is_elsewhere},
};
use crate::{
    browser::dialog,
    ui::{
        parts::{
            icon::{Icon, Sign},
            key_list::KEYS_ID,
            live_dot::LiveDot,
            shared::text,
            theme_switch::ThemeSwitch,
            words,
        },
        viewer::geometry::Point,
    },
};

#[component]
pub fn Head(link: Link, way: Way) -> impl IntoView {
    let comparing = expect_context::<Comparing>();
    let count = text(move || words::count(comparing.ids.with(Vec::len) as u32, "picture", "pictures"));
    let back = move |event: MouseEvent| {
        if !is_elsewhere(&event) {
            event.prevent_default();
            way.back();
        }
    };
    let percent = move || link.zoom().and_then(|zoom| zoom.percent());
    let nearness = text(move || percent().map_or_else(|| "Fit".into(), |percent| format!("{percent} %")));
    let zoom = move |_| {
        if let Some(zoom) = untrack(|| link.zoom()) {
            zoom.toggle(Point::default());
        }
    };
    view! {
        <header class="viewer-head">
            <a class="tool" href="/" aria-label="Back" title="Back (Esc)" on:click=back>
                <Icon sign=Sign::Back/>
            </a>
            <h1 class="viewer-name">"Compare"</h1>
            <span class="viewer-place">{count}</span>
            <div class="header-end">
                <button type="button" class="tool zoom" title="Fit, or 100 % (Z, + and −)" on:click=zoom>
                    <span class="visually-hidden">"Zoom: "</span>
                    {nearness}
                </button>
                <button
                    type="button"
                    class="tool linked"
                    title="Move all of them together (L)"
                    aria-pressed=text(move || link.linked.get().to_string())
                    on:click=move |_| link.toggle()
                >
                    <Icon sign=Sign::Link/>
                    <span class="linked-words">"Linked"</span>
                </button>
                <button type="button" class="tool keys" aria-label="Keys" title="Keys (?)" on:click=move |_| dialog::open(KEYS_ID)>
                    <Icon sign=Sign::Keys/>
                </button>
                <LiveDot/>
                <ThemeSwitch/>
            </div>
        </header>
    }
}
