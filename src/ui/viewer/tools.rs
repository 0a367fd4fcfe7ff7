//! What can be done beside turning and zooming: the panel, the strip, the whole screen and the slide show, by buttons and by keys.

use leptos::{ev::KeyboardEvent, prelude::*};

use super::{
    Viewer, crop::Crop, facts::PANEL_ID, panel::Panel, screen::Screen, slides::Slides, strip::frames::STRIP_ID,
    turn::Turn, zoom::Zoom,
};
use crate::{
    browser::{dialog, download, focus, strip},
    ui::parts::{
        icon::{Icon, Sign},
        key_list::KEYS_ID,
        shared::{maybe, part, press, text, when},
    },
};

#[derive(Clone, Copy)]
pub struct Tools {
    pub panel: Panel,
    pub screen: Screen,
    pub slides: Slides,
    /// Whether somebody wants the strip; as the server draws it until the browser has said what it remembers.
    strip: RwSignal<bool>,
    crop: Crop,
    zoom: Zoom,
    viewer: Viewer,
}

impl Tools {
    pub fn new(viewer: Viewer, turn: Turn, zoom: Zoom, crop: Crop) -> Tools {
        let (screen, strip) = (Screen::new(), RwSignal::new(false));
        let slides = Slides::new(viewer, turn, zoom);
        let tools = Tools { panel: Panel::new(screen), screen, slides, strip, crop, zoom, viewer };
        Effect::new(move || strip.set(strip::is_open()));
        let stage = Memo::new(move |_| (tools.panel.is_open(), tools.screen.full.get(), tools.has_strip()));
        Effect::new(move |before: Option<()>| {
            // read and not only tracked, because a memo that nobody reads follows nothing
            stage.get();
            if before.is_some() {
                request_animation_frame(move || zoom.measure_again());
            }
        });
        tools
    }

    /// Whether it is in sight: it is for looking around, and away while one looks at a single picture.
    pub fn has_strip(&self) -> bool {
        let is_away = self.screen.full.get() || self.slides.running.get() || self.crop.is_open();
        self.strip.get() && !is_away
    }

    fn toggle_strip(&self) {
        let open = !self.strip.get_untracked();
        strip::set_open(open);
        self.strip.set(open);
    }

    /// Under its own name, as the browser saves files.
    fn download(&self) {
        let url = self.viewer.seen.with_untracked(|seen| seen.as_ref().map(|seen| seen.card.original_url()));
        if let Some(url) = url {
            download::save(&url);
        }
    }

    /// Whether the key is one of these.
    pub fn by_key(&self, event: &KeyboardEvent) -> bool {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || focus::is_typing() {
            return false;
        }
        match event.key().as_str() {
            // where it stands on the keyboard differs, and with it whether shift is held
            "?" => dialog::open(KEYS_ID),
            _ if event.shift_key() => return false,
            "i" => self.panel.toggle(),
            "t" => self.toggle_strip(),
            "d" => self.download(),
            "f" if self.screen.possible.get_untracked() => self.screen.toggle(),
            " " if !focus::is_pressed_by(" ") => self.slides.toggle(self.zoom),
            "Escape" if self.screen.leave() => {}
            _ => return false,
        }
        event.prevent_default();
        true
    }
}

#[component]
pub fn ToolRow() -> impl IntoView {
    let tools = expect_context::<Tools>();
    let Tools { panel, screen, slides, zoom, strip, .. } = tools;
    let running = move || slides.running.get();
    let play = text(move || if running() { "Pause the slide show" } else { "Slide show" }.to_owned());
    let full = text(move || if screen.full.get() { "Leave full screen" } else { "Full screen" }.to_owned());
    let play_sign = move || view! { <Icon sign=if running() { Sign::Pause } else { Sign::Play }/> }.into_any();
    let full_button = move || {
        view! {
            <button type="button" class="tool" aria-label=full title=text(move || full.get() + " (F)") on:click=move |_| screen.toggle()>
                <Icon sign=Sign::Full/>
            </button>
        }
        .into_any()
    };
    view! {
        <div class="viewer-tools">
            <span class="visually-hidden" role="status">{text(move || slides.said.get().to_owned())}</span>
            {when(running, move || pace(slides))}
            <button
                type="button"
                class="tool play"
                aria-label=play
                title=text(move || play.get() + " (Space)")
                data-on=maybe(move || running().then(String::new))
                on:click=move |_| slides.toggle(zoom)
            >
                {part(play_sign)}
            </button>
            {when(move || screen.possible.get(), full_button)}
            <button type="button" class="tool keys" aria-label="Keys" title="Keys (?)" on:click=move |_| dialog::open(KEYS_ID)>
                <Icon sign=Sign::Keys/>
            </button>
            <button
                type="button"
                class="tool strip-switch"
                aria-label="Filmstrip"
                title="Filmstrip (T)"
                aria-expanded=text(move || strip.get().to_string())
                aria-controls=STRIP_ID
                on:click=move |_| tools.toggle_strip()
            >
                <Icon sign=Sign::Strip/>
            </button>
            <button
                type="button"
                class="tool"
                aria-label="Info"
                title="Info (I)"
                aria-expanded=text(move || panel.is_open().to_string())
                aria-controls=PANEL_ID
                on:click=move |_| panel.toggle()
            >
                <Icon sign=Sign::Info/>
            </button>
        </div>
    }
}

/// The same as in the row, in the panel where that has no room for it.
#[component]
pub fn StripLine() -> impl IntoView {
    let tools = expect_context::<Tools>();
    let words = text(move || if tools.strip.get() { "Hide the filmstrip" } else { "Show the filmstrip" }.to_owned());
    press(words, Signal::stored(false), move || tools.toggle_strip())
}

fn pace(slides: Slides) -> AnyView {
    let seconds = move || slides.pace_s.get().to_string();
    view! {
        <button
            type="button"
            class="tool pace"
            title="How long each picture is shown"
            aria-label=text(move || format!("{} s for each picture", seconds()))
            on:click=move |_| slides.next_pace()
        >
            {text(move || seconds() + " s")}
        </button>
    }
    .into_any()
}

/// The picture before, over the one that the slide show has turned to, while it fades.
#[component]
pub fn Fading() -> impl IntoView {
    let fading = expect_context::<Tools>().slides.fading;
    part(move || {
        match fading.get() {
        Some(preview) => view! {
            <img class="fading" src=preview alt="" aria-hidden="true" draggable="false" decoding="sync" on:animationend=move |_| fading.set(None)/>
        }
        .into_any(),
        None => ().into_any(),
    }
    })
}
