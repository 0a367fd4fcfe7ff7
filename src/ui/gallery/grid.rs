//! The grid in its scroller: measures, keeps the window around what can be seen, moves the focus by keys,
//! and returns to where the reader was. Fetches nothing itself.

use std::ops::Range;

use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    html::{Div, Main},
    prelude::*,
};

use super::{
    Filler, Gallery,
    bar::Bar,
    cell::Cell,
    geometry::{Geometry, WINDOW_CARDS, is_enough, px, step, visible, window_around},
    lookout::Lookout,
    pill::Pill,
};
use crate::{
    browser::{
        focus,
        frame::OncePerFrame,
        viewport::{self, Measure, SizeWatch},
    },
    model::{Query, Window},
    ui::{
        find::{chips::Chips, nothing::Nothing},
        parts::{
            problem::Banner,
            shared::{maybe, text},
        },
    },
};

/// Nearer to the top than this, arrivals are shown at once.
const TOP_PX: f64 = 24.0;

/// What the grid knows of the screen; nothing before the first measure.
#[derive(Clone, Copy)]
pub(super) struct Screen {
    scroller: NodeRef<Main>,
    content: NodeRef<Div>,
    measure: RwSignal<Measure>,
    geometry: Memo<Option<Geometry>>,
    /// The place whose cell gets the focus as soon as it is there.
    focus: StoredValue<Option<u32>>,
    /// Known here, because the element is gone before the page is.
    left_at: StoredValue<f64>,
}

impl Screen {
    fn new() -> Self {
        let measure = RwSignal::new(Measure::default());
        Screen {
            scroller: NodeRef::new(),
            content: NodeRef::new(),
            measure,
            geometry: Memo::new(move |_| Geometry::of(measure.with(|measure| measure.width))),
            focus: StoredValue::new(None),
            left_at: StoredValue::new(0.0),
        }
    }

    /// A frame that was asked for may come after the page has gone.
    fn measure_now(&self) {
        let (scroller, content) = (self.scroller.try_get_untracked(), self.content.try_get_untracked());
        if let (Some(scroller), Some(content)) = (scroller.flatten(), content.flatten()) {
            let now = viewport::measure(&scroller, &content);
            self.left_at.set_value(viewport::scroll_top(&scroller));
            if now != self.measure.get_untracked() {
                self.measure.set(now);
            }
        }
    }

    fn seen(&self, total: u32) -> Option<(Geometry, Range<u32>)> {
        let geometry = self.geometry.get()?;
        let Measure { height, scrolled, .. } = self.measure.get();
        Some((geometry, visible(scrolled, height, geometry.columns, geometry.row_height, total)))
    }

    fn scroll_to(&self, top: f64) {
        if let Some(scroller) = self.scroller.get_untracked() {
            viewport::scroll_to(&scroller, top);
            self.measure_now();
        }
    }

    /// Moves no further than needed. The line above the grid stays in sight and covers that much of it.
    fn scroll_to_see(&self, place: u32) {
        let Some(geometry) = self.geometry.get_untracked() else { return };
        let (Some(scroller), Some(content)) = (self.scroller.get_untracked(), self.content.get_untracked()) else {
            return;
        };
        let now = viewport::measure(&scroller, &content);
        let above = viewport::scroll_top(&scroller) - now.scrolled;
        if let Some(top) = geometry.scroll_to_see(place, now.scrolled + above, now.height - above) {
            self.scroll_to(top);
        }
    }

    /// Where the reader left, or where the picture is that was looked at last.
    fn come_back(&self, gallery: Gallery) {
        let (Some(geometry), Some(content)) = (self.geometry.get_untracked(), self.content.get_untracked()) else {
            return;
        };
        let (place, start) = (gallery.place(), gallery.start.get_untracked());
        // The style follows later, and nothing can be scrolled to before.
        viewport::set_height(&content, &px(geometry.height(gallery.total.get_untracked())));
        if place.scroll_top > 0.0 {
            self.scroll_to(place.scroll_top);
        } else if start > 0 {
            self.scroll_to(geometry.top_of(start));
        }
        if let Some((id, at)) = place.opened
            && let Some(at) = gallery.place_of(id).or(at)
        {
            self.scroll_to_see(at);
            self.focus.set_value(Some(at));
            gallery.forget_picture();
        }
    }

    fn give_focus(&self, gallery: Gallery) {
        let waiting = self.focus.try_get_value().flatten();
        let id = waiting.and_then(|place| gallery.at_place(place));
        if id.is_some_and(focus::focus_cell) {
            self.focus.set_value(None);
        }
    }

    fn is_at_top(&self) -> bool {
        let scroller = self.scroller.try_get_untracked().flatten();
        scroller.is_none_or(|scroller| viewport::scroll_top(&scroller) < TOP_PX)
    }
}

#[component]
pub fn Grid() -> impl IntoView {
    let (gallery, filler) = (expect_context::<Gallery>(), expect_context::<Filler>());
    let screen = Screen::new();
    watch_size(screen, gallery);
    keep_filled(screen, gallery, filler);
    keep_top(screen, gallery, filler);
    keep_view(screen, gallery);
    keep_focus(screen, gallery);
    keep_lookout(screen, gallery);
    let measure = OncePerFrame::new(move || screen.measure_now());
    let scrolled = move |_| measure.ask();
    let to_top = move || {
        gallery.forget_picture();
        screen.scroll_to(0.0);
    };
    view! {
        <main class="gallery" node_ref=screen.scroller on:scroll=scrolled>
            <Bar/>
            <Chips/>
            <Pill press=to_top/>
            <Banner failure=filler.trouble/>
            <Nothing/>
            <div
                class="spacer"
                class:bare=move || gallery.total.get() == 0
                node_ref=screen.content
                style:height=maybe(move || height(screen, gallery))
                style=("--columns", maybe(move || Some(screen.geometry.get()?.columns.to_string())))
                style=("--row", maybe(move || Some(px(screen.geometry.get()?.row_height))))
            >
                <Cells screen/>
            </div>
            <Paging/>
        </main>
    }
}

fn height(screen: Screen, gallery: Gallery) -> Option<String> {
    let total = gallery.total.get();
    screen.geometry.get().map(|geometry| px(geometry.height(total)))
}

#[component]
fn Cells(screen: Screen) -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    let start = gallery.start;
    let above = maybe(move || Some(px(screen.geometry.get()?.top_of(start.get()))));
    // A window need not begin at the left.
    let lead = maybe(move || Some((start.get() % screen.geometry.get()?.columns + 1).to_string()));
    let followed = move |event: MouseEvent| {
        if focus::follows_cell(&event) {
            gallery.set_followed();
        }
    };
    view! {
        <div
            class="grid"
            data-total=text(move || gallery.total.get().to_string())
            data-start=text(move || start.get().to_string())
            style:margin-top=above
            style=("--lead", lead)
            on:keydown=move |event| move_focus(&event, screen, gallery)
            on:click=followed
        >
            <For each=move || gallery.order.get() key=|id| *id let:id>
                <Cell id/>
            </For>
        </div>
    }
}

fn watch_size(screen: Screen, gallery: Gallery) {
    // The effect keeps the watch, and lets go of it with the page.
    Effect::new(move |_: Option<Option<SizeWatch>>| {
        let (scroller, content) = (screen.scroller.get()?, screen.content.get()?);
        screen.measure_now();
        screen.come_back(gallery);
        let once = OncePerFrame::new(move || screen.measure_now());
        SizeWatch::new(&[&scroller, &content], move || once.ask())
    });
}

fn keep_filled(screen: Screen, gallery: Gallery, filler: Filler) {
    Effect::new(move || {
        gallery.stale.track();
        let (total, start) = (gallery.total.get(), gallery.start.get());
        let loaded = start..start + gallery.order.with(Vec::len) as u32;
        let Some((geometry, seen)) = screen.seen(total) else { return };
        if gallery.is_stale() || !is_enough(&seen, &loaded, geometry.columns, total) {
            filler.want(window_around(&seen, geometry.columns, total));
        }
    });
}

fn keep_lookout(screen: Screen, gallery: Gallery) {
    let lookout = Lookout::new(gallery);
    Effect::new(move || {
        gallery.order.track();
        gallery.pending.track();
        if let Some((_, seen)) = screen.seen(gallery.total.get()) {
            lookout.sees(seen);
        }
    });
}

/// At the top what was held back is shown, and what arrives as well.
fn keep_top(screen: Screen, gallery: Gallery, filler: Filler) {
    Effect::new(move || {
        screen.measure.track();
        let at_top = screen.is_at_top();
        gallery.set_at_top(at_top);
        if at_top && gallery.held.get() > 0 && !gallery.release() {
            filler.want_top(WINDOW_CARDS);
        }
    });
}

/// Another view begins at its top.
fn keep_view(screen: Screen, gallery: Gallery) {
    Effect::new(move |before: Option<Query>| {
        let view = gallery.shown_view.get();
        if before.is_some_and(|before| before != view) {
            screen.focus.set_value(None);
            screen.scroll_to(0.0);
        }
        view
    });
}

/// Gives the focus to the cell that waits for it, once it is there.
fn keep_focus(screen: Screen, gallery: Gallery) {
    Effect::new(move || {
        gallery.order.track();
        screen.measure.track();
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
    let (Some(place), Some(geometry)) = (place, screen.geometry.get_untracked()) else { return };
    let total = gallery.total.get_untracked();
    if let Some(to) = step(&event.key(), place, geometry.columns, total) {
        event.prevent_default();
        screen.focus.set_value(Some(to));
        screen.scroll_to_see(to);
        screen.give_focus(gallery);
    }
}

/// Seen where no scripts run: the next and the last window as pages of their own.
#[component]
fn Paging() -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    let (start, total) = (gallery.start.get_untracked(), gallery.total.get_untracked());
    let search = gallery.shown_view.with_untracked(Query::search);
    let lead = if search.is_empty() { "/?".to_owned() } else { format!("/{search}&") };
    let link = |start: u32, text: &'static str| view! { <a href=format!("{lead}start={start}")>{text}</a> };
    let newer = (start > 0).then(|| link(start.saturating_sub(Window::CARDS_FIRST), "Newer"));
    let older = start.saturating_add(Window::CARDS_FIRST);
    let older = (older < total).then(|| link(older, "Older"));
    view! {
        <nav class="paging" aria-label="Pages">
            {newer}
            {older}
        </nav>
    }
}
