//! The strip of dates beside the grid: leads anywhere in a long one, and says which day one is at. Reads the layout alone.

use std::time::Duration;

use leptos::{
    ev::{KeyboardEvent, PointerEvent},
    html::Div,
    prelude::*,
};

use super::{Gallery, layout::Layout, screen::Screen};
use crate::{
    browser::viewport,
    model::Day,
    ui::parts::{
        retry::Again,
        shared::{maybe, part, text, when},
        words,
    },
};

/// Between two marks.
const MARK_PX: f64 = 30.0;
/// A grid that is not this many times as high as its window needs no strip.
const LONG: f64 = 3.0;

/// Longer, nobody is kept from where they want to go by pictures that do not come.
const LED: Duration = Duration::from_millis(300);

#[derive(Clone, Debug, PartialEq)]
struct Mark {
    words: String,
    /// Of the strip's height.
    part: f64,
}

/// How far down a height is, of what can be scrolled.
fn part_of(height: f64, layout: &Layout, viewport: f64) -> f64 {
    (height / (layout.height() - viewport).max(1.0)).clamp(0.0, 1.0)
}

/// Years, or months where there are few years; as many as have room.
fn marks(layout: &Layout, viewport: f64, strip: f64) -> Vec<Mark> {
    let days = || layout.days().iter().filter_map(|place| Some((place.day?, place.top)));
    let years = |days: &mut dyn Iterator<Item = (Day, f64)>| {
        let years: Vec<u16> = days.map(|(day, _)| day.year()).collect();
        years.iter().max().zip(years.iter().min()).map_or(0, |(last, first)| last - first)
    };
    let by_month = years(&mut days()) < 2;
    let words = |day: Day| if by_month { words::short_month(day) } else { day.year().to_string() };
    let mut marks: Vec<Mark> = Vec::new();
    for (day, top) in days() {
        let (words, part) = (words(day), part_of(top, layout, viewport));
        let has_room = marks.last().is_none_or(|last| (part - last.part) * strip >= MARK_PX);
        if has_room && marks.last().is_none_or(|last| last.words != words) {
            marks.push(Mark { words, part });
        }
    }
    marks
}

#[component]
pub fn Scrubber(screen: Screen) -> impl IntoView {
    let is_long = move || {
        let viewport = screen.measure.with(|measure| measure.height);
        let is_long = |layout: &Layout| layout.has_days() && layout.height() > LONG * viewport;
        screen.layout.with(|layout| layout.as_deref().is_some_and(is_long))
    };
    view! {
        <div class="scrub-rail">
            {when(is_long, move || view! { <Strip screen/> }.into_any())}
        </div>
    }
}

#[component]
fn Strip(screen: Screen) -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    let strip = NodeRef::<Div>::new();
    let (dragged, pointed) = (RwSignal::new(false), RwSignal::new(None::<f64>));
    let height = RwSignal::new(0.0);
    let window = Memo::new(move |_| screen.measure.with(|measure| measure.height));
    Effect::new(move || {
        window.track();
        if let Some(strip) = strip.get() {
            height.set(viewport::size(&strip).1);
        }
    });
    let (scrolled, viewport) = (move || screen.sight().0, move || screen.sight().1);
    let marks = Memo::new(move |_| {
        screen
            .layout
            .with(|layout| layout.as_deref().map_or_else(Vec::new, |layout| marks(layout, viewport(), height.get())))
    });
    let here = move || screen.layout.with(|layout| Some(part_of(scrolled(), layout.as_deref()?, viewport())));
    let day_at = move |part: f64| {
        screen.layout.with(|layout| {
            let layout = layout.as_deref()?;
            layout.day_at(part * (layout.height() - viewport()).max(0.0)).and_then(|place| place.day)
        })
    };
    let led = Again::new();
    on_cleanup(move || screen.let_go());
    let scroll_to = move |part: f64| {
        if let Some(top) = screen.with_layout(|layout| part * (layout.height() - untrack(viewport)).max(0.0)) {
            led.cancel();
            screen.lead_to(top, gallery);
            led.after(LED, move || screen.arrive(gallery));
        }
    };
    let part_at = move |event: &PointerEvent| {
        let strip = strip.get_untracked()?;
        let (top, bottom) = viewport::edges(&strip);
        Some(((f64::from(event.client_y()) - top) / (bottom - top).max(1.0)).clamp(0.0, 1.0))
    };
    let down = move |event: PointerEvent| {
        if event.button() == 0
            && let Some(part) = part_at(&event)
        {
            viewport::capture(&event);
            dragged.set(true);
            pointed.set(Some(part));
            scroll_to(part);
        }
    };
    let moved = move |event: PointerEvent| {
        pointed.set(part_at(&event));
        if dragged.get_untracked()
            && let Some(part) = pointed.get_untracked()
        {
            scroll_to(part);
        }
    };
    let by_key = move |event: KeyboardEvent| {
        if let Some(top) = screen.with_layout(|layout| step(&event.key(), layout, untrack(scrolled))).flatten() {
            event.prevent_default();
            screen.let_go();
            screen.scroll_to_height(top, gallery);
        }
    };
    let value = text(move || format!("{:.0}", 100.0 * here().unwrap_or(0.0)));
    // a browser scrolls by whole pixels, so one may stand a little above a day that one went to
    let day_here =
        move || screen.layout.with(|layout| layout.as_deref()?.day_at(scrolled() + 1.0).and_then(|place| place.day));
    let said = text(move || day_here().map(words::month_and_year).unwrap_or_default());
    let bubble = text(move || pointed.get().and_then(day_at).map(words::month_and_year).unwrap_or_default());
    view! {
        <div
            class="scrub"
            node_ref=strip
            role="slider"
            tabindex="0"
            aria-label="Date"
            aria-orientation="vertical"
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=value
            aria-valuetext=said
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=move |_| dragged.set(false)
            on:pointercancel=move |_| dragged.set(false)
            on:pointerleave=move |_| pointed.set(None)
            on:keydown=by_key
        >
            {part(move || marks.with(|marks| marks.iter().map(mark).collect_view()).into_any())}
            <span class="scrub-here" style=maybe(move || here().map(at))></span>
            {when(
                move || pointed.with(Option::is_some),
                move || {
                    view! { <span class="scrub-bubble" style=maybe(move || pointed.get().map(at))>{bubble}</span> }.into_any()
                },
            )}
        </div>
    }
}

fn at(part: f64) -> String {
    format!("top:{:.2}%", 100.0 * part)
}

fn mark(mark: &Mark) -> impl IntoView + use<> {
    view! { <span class="scrub-mark" style=at(mark.part)>{mark.words.clone()}</span> }
}

/// A day further by the arrows, a month by the pages, and both ends.
fn step(key: &str, layout: &Layout, scrolled: f64) -> Option<f64> {
    let days = layout.days();
    // where one stands may be a part of a pixel above it
    let here = days.partition_point(|day| day.top <= scrolled + 1.0).saturating_sub(1);
    let month = |at: usize| days.get(at).and_then(|place| place.day).map(|day| (day.year(), day.month()));
    let to = match key {
        "ArrowDown" | "ArrowRight" => here + 1,
        "ArrowUp" | "ArrowLeft" => here.checked_sub(1)?,
        "PageDown" => (here..days.len()).find(|at| month(*at) != month(here))?,
        "PageUp" => (0..here).rev().find(|at| month(*at) != month(here))?,
        "Home" => 0,
        "End" => days.len().checked_sub(1)?,
        _ => return None,
    };
    days.get(to).map(|day| day.top)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Outline, Stretch},
        ui::gallery::{
            layout::{Fit, Look},
            shapes::Shapes,
        },
    };

    fn layout(days: &[(i32, u32)]) -> Layout {
        let stretch =
            |(number, count): &(i32, u32)| Stretch { day: Day::of_number(*number), count: *count, ratio: 150 };
        let outline = Outline { stretches: days.iter().map(stretch).collect() };
        let look = Look::of(Fit::Squares, 400.0, 100.0).expect("a look");
        Layout::of(&outline, &Shapes::default(), look)
    }

    fn words(marks: &[Mark]) -> Vec<&str> {
        marks.iter().map(|mark| mark.words.as_str()).collect()
    }

    #[test]
    fn years_are_marked_or_months() {
        // 2026-11-25, 2024-01-10, 2020-06-01
        let years = layout(&[(20_782, 40), (19_732, 40), (18_414, 40)]);
        assert_eq!(words(&marks(&years, 100.0, 600.0)), ["2026", "2024", "2020"]);
        assert_eq!(words(&marks(&years, 100.0, 70.0)), ["2026", "2020"], "each has room");
        let months = layout(&[(20_782, 40), (20_740, 40)]);
        assert_eq!(words(&marks(&months, 100.0, 600.0)), ["Nov", "Oct"]);
    }

    #[test]
    fn keys_lead_from_day_to_day() {
        let days = layout(&[(20_782, 4), (20_781, 4), (20_740, 4)]);
        let tops: Vec<f64> = days.days().iter().map(|day| day.top).collect();
        assert_eq!(step("ArrowDown", &days, 0.0), Some(tops[1]));
        assert_eq!(step("ArrowUp", &days, tops[1] - 0.4), Some(tops[0]));
        assert_eq!(step("PageDown", &days, 0.0), Some(tops[2]));
        assert_eq!(step("End", &days, 0.0), Some(tops[2]));
        assert_eq!(step("ArrowDown", &days, tops[2]), None);
        assert_eq!(step("x", &days, 0.0), None);
    }
}
