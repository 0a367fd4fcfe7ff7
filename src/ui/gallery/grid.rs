//! The grid in its scroller: keeps the window around what can be seen, moves the focus by keys, and returns to where the reader
//! was. Fetches nothing itself.

use std::{ops::Range, time::Duration};

use leptos::{
    ev::{self, KeyboardEvent, MouseEvent},
    prelude::*,
};

use super::{
    Filler, Gallery,
    bar::Bar,
    choosing::{Choosing, Frame},
    day::DaySection,
    fold::Room,
    layout::{Layout, px},
    lookout::Lookout,
    outliner::Outliner,
    pace::Haste,
    pill::Pill,
    screen::Screen,
    scrub::Scrubber,
    selected::SelectedBar,
    selection::Selection,
    window::{WINDOW_CARDS, is_enough, window_around},
};
use crate::{
    browser::{dialog, focus, frame::OncePerFrame, history, viewport::SizeWatch},
    model::Query,
    ui::{
        find::{chips::Chips, nothing::Nothing},
        later::{Later, Shown},
        parts::{
            key_list::KEYS_ID,
            pieces::InPieces,
            problem::Banner,
            retry::Again,
            shared::{maybe, text, when},
        },
    },
};

#[component]
pub fn Grid() -> impl IntoView {
    let (gallery, filler) = (expect_context::<Gallery>(), expect_context::<Filler>());
    let screen = Screen::new(gallery);
    watch_size(screen, gallery);
    keep_steady(screen, gallery);
    keep_filled(screen, gallery, filler);
    keep_top(screen, gallery, filler);
    keep_view(screen, gallery);
    keep_drawn(screen, gallery);
    keep_focus(screen, gallery);
    keep_lookout(screen, gallery);
    keep_outlined(gallery);
    let keys_asked = RwSignal::new(false);
    hear_keys(screen, gallery, keys_asked);
    let (written, rested) = (Again::new(), Again::new());
    // whatever made one haste, it ends
    Effect::new(move || {
        if screen.haste.get() != Haste::Rests {
            rested.after(RESTED, move || rest(screen, rested));
        }
    });
    let measure = OncePerFrame::new(move || {
        screen.scrolled(gallery);
        written.after(WRITTEN, move || write_place(screen, gallery, written));
        rested.after(RESTED, move || rest(screen, rested));
    });
    let scrolled = move |_| measure.ask();
    let to_top = move || {
        gallery.forget_picture();
        screen.let_go();
        screen.scroll_to(0.0, gallery);
    };
    view! {
        <main class="gallery" node_ref=screen.scroller on:scroll=scrolled>
            <Bar/>
            <Chips/>
            <Pill press=to_top/>
            <Banner failure=filler.trouble/>
            <Nothing/>
            <Scrubber screen/>
            <Days screen/>
            <Paging/>
            <SelectedBar/>
            {when(move || keys_asked.get(), || view! { <Shown later=Later::GalleryKeys/> }.into_any())}
        </main>
    }
}

/// The address says where one is, so that whoever loads it again, or gets it, begins there.
const WRITTEN: Duration = Duration::from_millis(400);

/// So long nothing moves before one is where one is seen.
const RESTED: Duration = Duration::from_millis(70);

/// Asked after two frames, because what was scrolled meanwhile is only told with the first of them.
fn rest(screen: Screen, rested: Again) {
    let look = move || {
        if !screen.rests() {
            rested.after(RESTED, move || rest(screen, rested));
        }
    };
    request_animation_frame(move || request_animation_frame(look));
}

fn write_place(screen: Screen, gallery: Gallery, written: Again) {
    if gallery.is_changing_view() {
        return;
    }
    let at = screen.at(gallery);
    if at.is_none() && !screen.is_at_top() {
        // what lies there is still to come, and nothing is scrolled then
        return written.after(WRITTEN, move || write_place(screen, gallery, written));
    }
    let view = gallery.shown_view.get_untracked();
    history::replace(&view.page_url(), &view.page_url_at(at));
}

/// As high as all of them, laid out once there is a measure.
#[component]
fn Days(screen: Screen) -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    let laid = maybe(move || screen.layout.with(Option::is_some).then(String::new));
    let of_layout =
        move |read: fn(&Layout) -> String| maybe(move || screen.layout.with(|layout| layout.as_deref().map(read)));
    let choosing = Choosing::new(screen, gallery);
    provide_context(choosing);
    let selection = expect_context::<Selection>();
    let days = move || screen.sections.with(|sections| sections.iter().map(|section| section.day).collect());
    let clicked = move |event: MouseEvent| {
        if !choosing.clicked(&event) && focus::follows_cell(&event) {
            gallery.set_followed();
        }
    };
    let pressed = move |event: KeyboardEvent| {
        if !choosing.by_key(&event) {
            move_focus(&event, screen, gallery);
        }
    };
    view! {
        <div
            class="grid"
            node_ref=screen.content
            data-laid=laid
            data-total=text(move || gallery.total.get().to_string())
            data-start=text(move || gallery.start.get().to_string())
            style:height=of_layout(|layout| px(Room { whole: layout.height(), window: 0.0 }.height()))
            style=("--columns", of_layout(|layout| layout.look.columns.to_string()))
            style=("--row", of_layout(|layout| px(layout.pitch())))
            data-choosing=maybe(move || selection.chosen.with(|chosen| (!chosen.is_empty()).then(String::new)))
            on:keydown=pressed
            on:click=clicked
            on:pointerdown=move |event| choosing.pointer_down(&event)
            on:pointermove=move |event| choosing.pointer_move(&event)
            on:pointerup=move |_| choosing.pointer_up()
            on:pointercancel=move |_| choosing.pointer_up()
            on:contextmenu=move |event| choosing.menu_asked(&event)
        >
            <InPieces items=days draw=move |day| view! { <DaySection day screen/> }/>
            <Frame choosing/>
        </div>
    }
}

fn watch_size(screen: Screen, gallery: Gallery) {
    // The effect keeps the watch, and lets go of it with the page.
    Effect::new(move |_: Option<Option<SizeWatch>>| {
        let (scroller, content) = (screen.scroller.get()?, screen.content.get()?);
        screen.measure_now(gallery);
        screen.come_back(gallery);
        let once = OncePerFrame::new(move || screen.measure_now(gallery));
        SizeWatch::new(&[&scroller, &content], move || once.ask())
    });
}

fn keep_steady(screen: Screen, gallery: Gallery) {
    Effect::new(move || {
        screen.layout.track();
        gallery.order.track();
        screen.keep_steady(gallery);
    });
}

fn keep_filled(screen: Screen, gallery: Gallery, filler: Filler) {
    Effect::new(move || {
        gallery.stale.track();
        let (Some((layout, sought)), Some(seen)) = (screen.sought(filler.answer_ms()), screen.seen()) else { return };
        filler.sees(if screen.is_bound() { sought.clone() } else { seen });
        let (total, loaded, cards) = (gallery.total.get(), gallery.loaded(), screen.cards());
        let lasts = |there: &Range<u32>| is_enough(cards, &sought, there, total);
        if gallery.is_stale() || !(lasts(&loaded) || filler.ahead().as_ref().is_some_and(lasts)) {
            filler.want(layout.whole(window_around(cards, &sought, total)));
        }
    });
    // where one is led to
    Effect::new(move |before: Option<u32>| {
        let start = gallery.start.get();
        if before.is_some_and(|before| before != start) && screen.is_bound() {
            screen.pass_by(gallery);
        }
        start
    });
}

/// A few cells with each frame.
fn keep_drawn(screen: Screen, gallery: Gallery) {
    let frame = OncePerFrame::new(move || screen.draw_next(gallery));
    Effect::new(move || {
        if screen.to_draw(gallery).is_some() {
            frame.ask();
        }
    });
}

fn keep_lookout(screen: Screen, gallery: Gallery) {
    let lookout = Lookout::new(gallery);
    Effect::new(move || {
        gallery.order.track();
        gallery.pending.track();
        if let Some(seen) = screen.seen() {
            lookout.sees(seen);
        }
    });
}

fn keep_outlined(gallery: Gallery) {
    let outliner = Outliner::new(gallery);
    Effect::new(move |before: Option<u32>| {
        let times = gallery.outgrown.get();
        if before.is_some_and(|before| before != times) {
            outliner.want();
        }
        times
    });
}

/// At the top what was held back is shown, and what arrives as well.
fn keep_top(screen: Screen, gallery: Gallery, filler: Filler) {
    Effect::new(move || {
        screen.measure.track();
        let at_top = screen.is_at_top();
        gallery.set_at_top(at_top);
        if at_top && gallery.held.get() > 0 {
            filler.release(WINDOW_CARDS);
        }
    });
}

/// Another view begins at its top, and nothing of it is selected.
fn keep_view(screen: Screen, gallery: Gallery) {
    let selection = expect_context::<Selection>();
    Effect::new(move |before: Option<Query>| {
        let view = gallery.shown_view.get();
        if before.is_some_and(|before| before != view) {
            selection.clear();
            screen.begin_anew(gallery);
        }
        view
    });
}

/// Gives the focus to the cell that waits for it, once it is there.
fn keep_focus(screen: Screen, gallery: Gallery) {
    Effect::new(move || {
        gallery.order.track();
        screen.measure.track();
        screen.sections.track();
        if screen.focus.get_value().is_some() {
            request_animation_frame(move || screen.give_focus(gallery));
        }
    });
    on_cleanup(move || {
        if let Some(scroll_top) = screen.left_at.try_get_value() {
            gallery.remember_scroll(scroll_top);
        }
    });
}

fn move_focus(event: &KeyboardEvent, screen: Screen, gallery: Gallery) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
        return;
    }
    let place = focus::focused_cell().and_then(|id| gallery.place_of(id));
    let to = place.and_then(|place| screen.with_layout(|layout| layout.step(&event.key(), place)).flatten());
    if let Some(to) = to {
        event.prevent_default();
        screen.go_to(to, gallery);
    }
}

/// Who has scrolled away from what had the keyboard, or begins by a key, goes on with what is seen.
fn hear_keys(screen: Screen, gallery: Gallery, keys_asked: RwSignal<bool>) {
    let heard = move |event: KeyboardEvent| {
        let is_plain = !(event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key());
        let is_arrow = ["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight"].contains(&event.key().as_str());
        if is_plain
            && is_arrow
            && !event.default_prevented()
            && focus::is_nowhere()
            && let Some(first) = screen.first_seen()
        {
            event.prevent_default();
            screen.go_to(first, gallery);
        }
        if event.key() == "?" && !focus::is_typing() && !dialog::is_any_open() {
            dialog::open(KEYS_ID);
            keys_asked.set(true);
        }
    };
    Effect::new(move || {
        let listener = window_event_listener(ev::keydown, heard);
        on_cleanup(move || listener.remove());
    });
}

/// Seen where no scripts run: the next and the last window as pages of their own.
#[component]
fn Paging() -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    let (start, total) = (gallery.start.get_untracked(), gallery.total.get_untracked());
    let search = gallery.shown_view.with_untracked(Query::search);
    let lead = if search.is_empty() { "/?".to_owned() } else { format!("/{search}&") };
    let link = |start: u32, text: &'static str| view! { <a href=format!("{lead}start={start}")>{text}</a> };
    let newer = (start > 0).then(|| link(start.saturating_sub(gallery.drawn_at_most.get_value()), "Newer"));
    let older = untrack(move || gallery.drawn_first()).end;
    let older = (older < total).then(|| link(older, "Older"));
    view! {
        <nav class="paging" aria-label="Pages">
            {newer}
            {older}
        </nav>
    }
}
