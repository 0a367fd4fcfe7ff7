//! A day in the grid: its heading, which stays in sight as long as one of its pictures does, and those of its pictures that are
//! there.

use std::ops::Range;

use leptos::prelude::*;

use super::{
    Gallery,
    cell::Cell,
    choosing::Choosing,
    layout::{Rect, px},
    screen::Screen,
    sections::Section,
    selection::Selection,
};
use crate::{
    browser::clock,
    model::{Day, ImageId},
    ui::parts::{
        icon::{Icon, Sign},
        pieces::InPieces,
        shared::{maybe, text},
        words,
    },
};

#[component]
pub fn DaySection(day: Option<Day>, screen: Screen) -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    let here = Memo::new(move |_| {
        screen.sections.with(|sections| sections.iter().find(|section| section.day == day).cloned())
    });
    let style = maybe(move || {
        let first = here.with(|here| here.as_ref().map(|section| section.places.start))?;
        let (frame, phase) = screen.layout.with(|layout| {
            let (layout, day) = (layout.as_deref()?, layout.as_deref()?.day_of(first)?);
            let frame = screen.frame_of(day);
            Some((frame, (day.top - frame.top) % layout.pitch()))
        })?;
        let top = frame.top - screen.fold.with(|fold| fold.shift);
        Some(format!("top:{};height:{};--phase:{}", px(top), px(frame.height), px(phase)))
    });
    // as it was when it came into sight: to paint anew what is there takes longer than what it spares
    let is_plain = Memo::new(move |was: Option<&bool>| was != Some(&false) && screen.flies.get());
    let partial = maybe(move || {
        let is_whole = |section: &Section| section.drawn == section.places;
        let is_partial = here.with(|here| here.as_ref().is_some_and(|section| !is_whole(section)));
        is_partial.then(|| if is_plain.get() { "plain" } else { "" }.to_owned())
    });
    let drawn = move || ids_of(gallery, here.with(|here| here.as_ref().map_or(0..0, |here| here.drawn.clone())));
    view! {
        <section class="day" style=style>
            {day.map(|day| view! { <Heading day here by_months=screen.by_months/> })}
            <div class="day-cells" data-partial=partial>
                <InPieces items=drawn draw=move |id| view! { <Cell id room=room(id, screen) flies=screen.flies/> }/>
            </div>
        </section>
    }
}

/// As far as they are there.
fn ids_of(gallery: Gallery, places: Range<u32>) -> Vec<ImageId> {
    let start = gallery.start.get();
    gallery.order.with(|order| {
        let at = |place: u32| (place.saturating_sub(start) as usize).min(order.len());
        order[at(places.start)..at(places.end)].to_vec()
    })
}

/// Where a picture is in its day; nothing before there is a measure.
fn room(id: ImageId, screen: Screen) -> Signal<Option<Rect>> {
    Signal::derive(move || {
        let place = screen.places.with(|places| places.get(&id).copied())?;
        let layout = screen.layout.read();
        let layout = layout.as_deref()?;
        let (rect, day) = (layout.rect(place)?, layout.day_of(place)?);
        Some(Rect { top: rect.top - screen.frame_of(day).top - day.head(), ..rect })
    })
}

#[component]
fn Heading(day: Day, here: Memo<Option<Section>>, by_months: Memo<bool>) -> impl IntoView {
    let today = expect_context::<Today>().0;
    let (gallery, selection) = (expect_context::<Gallery>(), expect_context::<Selection>());
    let is_chosen = Memo::new(move |_| {
        let ids = ids_of(gallery, here.with(|here| here.as_ref().map_or(0..0, |here| here.places.clone())));
        selection
            .chosen
            .with(|chosen| !chosen.is_empty() && !ids.is_empty() && ids.iter().all(|id| chosen.contains(*id)))
    });
    let choosing = expect_context::<Choosing>();
    let choose = move |_| choosing.choose_day(day, !is_chosen.get_untracked());
    let count = text(move || {
        let count = here.with(|here| here.as_ref().map_or(0, |section| section.places.end - section.places.start));
        words::count(count, "picture", "pictures")
    });
    let words = text(move || match by_months.get() {
        true => words::month_and_year(day),
        false => words::day_heading(day, today.get()),
    });
    let check = text(move || format!("Select this {}", if by_months.get() { "month" } else { "day" }));
    view! {
        <div class="day-head">
            <h2>{words}</h2>
            <span class="day-count">{count}</span>
            <button type="button" class="day-check" aria-pressed=text(move || is_chosen.get().to_string()) on:click=choose>
                <Icon sign=Sign::Done/>
                <span class="visually-hidden">{check}</span>
            </button>
        </div>
    }
}

/// The reader's day; nothing until the browser has said which.
#[derive(Clone, Copy)]
pub struct Today(pub RwSignal<Option<Day>>);

impl Today {
    #[expect(clippy::new_without_default, reason = "it makes a signal, which is no default of anything")]
    pub fn new() -> Self {
        let today = RwSignal::new(None);
        Effect::new(move || today.set(now()));
        Today(today)
    }

    /// Asked whenever something changes, so that a page that stays open over midnight does not lie for long.
    pub fn check(self) {
        let now = now();
        if self.0.get_untracked() != now {
            self.0.set(now);
        }
    }
}

fn now() -> Option<Day> {
    let now = clock::now_ms() as i64;
    Day::of_number(i32::try_from((now + clock::zone_offset_ms(now)).div_euclid(86_400_000)).ok()?)
}
