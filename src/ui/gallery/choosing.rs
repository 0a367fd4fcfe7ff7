//! Selecting by hand: clicks, keys, a frame that is drawn with the mouse, a finger that rests. Draws only the frame.

use std::{collections::BTreeMap, time::Duration};

use leptos::{
    ev::{KeyboardEvent, MouseEvent, PointerEvent},
    prelude::*,
    task::spawn_local,
};

use super::{
    Gallery,
    layout::{DayPlace, Rect, px},
    screen::Screen,
    selected::{COMPARE_ID, CROP_ID, EXPORT_ID},
    selection::Selection,
};
use crate::{
    api::{Failure, gallery::list_ids},
    browser::{focus, viewport, wait},
    model::{Day, ImageId},
    ui::parts::{
        notice::Notices,
        retry::Again,
        shared::{maybe, when},
    },
};

/// Less is a click.
const DRAWN_PX: f64 = 6.0;
/// How long a finger rests on what it selects.
const REST: Duration = Duration::from_millis(450);
/// Nearer than this to an edge, what is drawn over scrolls.
const EDGE_PX: f64 = 48.0;
const EDGE_STEP_PX: f64 = 22.0;
/// More are not asked for at once.
const IDS_AT_ONCE: u32 = 10_000;

#[derive(Clone, Copy)]
pub struct Choosing {
    screen: Screen,
    gallery: Gallery,
    selection: Selection,
    notices: Notices,
    drawn: RwSignal<Option<Drawn>>,
    /// What the frame has touched since it was begun, and whether each was selected before.
    touched: StoredValue<BTreeMap<u32, (ImageId, bool)>>,
    /// The press that is under way, where it began and on what.
    pressed: StoredValue<Option<(f64, f64)>>,
    rest: Again,
    /// A click that ends something else follows no link.
    spent: StoredValue<bool>,
}

/// A frame in the view's own measures.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Drawn {
    from: (f64, f64),
    to: (f64, f64),
}

impl Drawn {
    fn rect(&self) -> Rect {
        let (left, right) = (self.from.0.min(self.to.0), self.from.0.max(self.to.0));
        let (top, bottom) = (self.from.1.min(self.to.1), self.from.1.max(self.to.1));
        Rect { left, top, width: right - left, height: bottom - top }
    }
}

impl Choosing {
    pub fn new(screen: Screen, gallery: Gallery) -> Self {
        Choosing {
            screen,
            gallery,
            selection: expect_context(),
            notices: expect_context(),
            drawn: RwSignal::new(None),
            touched: StoredValue::new(BTreeMap::new()),
            pressed: StoredValue::new(None),
            rest: Again::new(),
            spent: StoredValue::new(false),
        }
    }

    /// True when the click selects, and follows no link.
    pub fn clicked(&self, event: &MouseEvent) -> bool {
        if self.spent.try_update_value(std::mem::take).unwrap_or(false) {
            event.prevent_default();
            return true;
        }
        let Some(id) = focus::cell_of(event) else { return false };
        let is_check = focus::is_within(event, ".cell-check");
        let modifies = event.ctrl_key() || event.meta_key();
        if event.button() != 0 || !(is_check || modifies || event.shift_key() || self.selection.is_on()) {
            return false;
        }
        event.prevent_default();
        match (event.shift_key(), self.selection.mark.get_value(), self.gallery.place_of(id)) {
            (true, Some(mark), Some(place)) => self.choose_range(mark, place),
            _ => self.toggle(id),
        }
        true
    }

    fn toggle(&self, id: ImageId) {
        self.selection.toggle(id);
        self.selection.mark.set_value(self.gallery.place_of(id));
    }

    /// Both ends belong to it, whatever of it is loaded.
    fn choose_range(&self, from: u32, to: u32) {
        let (first, last) = (from.min(to), from.max(to));
        self.selection.mark.set_value(Some(to));
        self.choose_places(first, last + 1 - first, true);
    }

    pub fn choose_day(&self, day: Day, chosen: bool) {
        let places = self.screen.with_layout(|layout| {
            layout
                .days()
                .iter()
                .find(|other| other.day == Some(day))
                .map(|DayPlace { first, count, .. }| (*first, *count))
        });
        if let Some((first, count)) = places.flatten() {
            self.choose_places(first, count, chosen);
        }
    }

    fn choose_places(&self, first: u32, count: u32, chosen: bool) {
        let loaded: Option<Vec<ImageId>> = (first..first + count).map(|place| self.gallery.at_place(place)).collect();
        if let Some(ids) = loaded {
            return self.selection.set_each(&ids, chosen);
        }
        let choosing = *self;
        spawn_local(async move { choosing.ask_for(first, count, chosen).await });
    }

    /// The page may be gone by the end.
    async fn ask_for(self, first: u32, count: u32, chosen: bool) {
        let (view, anchor) = (self.gallery.shown_view.get_untracked(), self.gallery.anchor());
        self.selection.asking.set(true);
        let mut ids = Vec::new();
        let read: Result<(), Failure> = async {
            while (ids.len() as u32) < count {
                let start = first + ids.len() as u32;
                let more = (first + count - start).min(IDS_AT_ONCE);
                let page = wait::for_answer(list_ids(view.clone(), anchor, start, more)).await?;
                if page.is_empty() {
                    break;
                }
                ids.extend(page);
            }
            Ok(())
        }
        .await;
        self.selection.asking.set(false);
        match read {
            Ok(()) if self.gallery.shown_view.with_untracked(|shown| *shown == view) => {
                self.selection.set_each(&ids, chosen);
            }
            Ok(()) => {}
            Err(failure) => self.notices.warn(format!("They could not be selected. {failure}")),
        }
    }

    /// True when the key was for selecting.
    pub fn by_key(&self, event: &KeyboardEvent) -> bool {
        let place = focus::focused_cell().and_then(|id| self.gallery.place_of(id));
        let is_command = event.ctrl_key() || event.meta_key();
        match (event.key().as_str(), place) {
            ("a", _) if is_command && !event.shift_key() => self.selection.choose_all(),
            ("Escape", _) if self.selection.is_on() => self.selection.clear(),
            ("b", _) if !is_command && self.selection.is_on() => focus::press(COMPARE_ID),
            ("c", _) if !is_command && self.selection.is_on() => focus::press(CROP_ID),
            ("e", _) if !is_command && self.selection.is_on() => focus::press(EXPORT_ID),
            (" " | "x", Some(place)) if !is_command && !event.shift_key() => {
                if let Some(id) = self.gallery.at_place(place) {
                    self.toggle(id);
                }
            }
            (key, Some(place)) if event.shift_key() && !is_command => {
                let Some(to) = self.screen.with_layout(|layout| layout.step(key, place)).flatten() else {
                    return false;
                };
                let mark = self.selection.mark.get_value().unwrap_or(place);
                self.choose_range(mark, to);
                self.selection.mark.set_value(Some(mark));
                self.screen.go_to(to, self.gallery);
            }
            _ => return false,
        }
        event.prevent_default();
        true
    }

    fn at(&self, event: &PointerEvent) -> Option<(f64, f64)> {
        let content = self.screen.content.get_untracked()?;
        let (x, y) = viewport::point_in(&content, f64::from(event.client_x()), f64::from(event.client_y()));
        Some((x, y + self.screen.fold.with_untracked(|fold| fold.shift)))
    }

    pub fn pointer_down(&self, event: &PointerEvent) {
        self.spent.set_value(false);
        if event.button() != 0 || focus::is_within(event, "button, .day-head") {
            return;
        }
        self.pressed.set_value(Some((f64::from(event.client_x()), f64::from(event.client_y()))));
        self.rest.cancel();
        if event.pointer_type() != "mouse"
            && let Some(id) = focus::cell_of(event)
        {
            let choosing = *self;
            self.rest.after(REST, move || choosing.rested(id));
        }
    }

    /// A finger lies where it was put down.
    fn rested(&self, id: ImageId) {
        if self.pressed.get_value().is_some() {
            self.spent.set_value(true);
            self.toggle(id);
        }
    }

    pub fn pointer_move(&self, event: &PointerEvent) {
        let Some((x, y)) = self.pressed.get_value() else { return };
        let (now_x, now_y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        let is_far = (now_x - x).hypot(now_y - y) > DRAWN_PX;
        if is_far {
            self.rest.cancel();
        }
        if event.pointer_type() != "mouse" || !(is_far || self.drawn.with_untracked(Option::is_some)) {
            return;
        }
        let Some(to) = self.at(event) else { return };
        if self.drawn.with_untracked(Option::is_none) {
            viewport::capture(event);
            self.touched.update_value(BTreeMap::clear);
            self.drawn.set(Some(Drawn { from: (to.0 - (now_x - x), to.1 - (now_y - y)), to }));
        }
        self.drawn.update(|drawn| drawn.iter_mut().for_each(|drawn| drawn.to = to));
        self.choose_touched();
        self.scroll_at_edge(now_y);
    }

    /// What the frame touches is selected, and what it leaves again is as it was.
    fn choose_touched(&self) {
        let Some(drawn) = self.drawn.get_untracked() else { return };
        let places = self.screen.with_layout(|layout| layout.touched(drawn.rect())).unwrap_or_default();
        let mut touched = self.touched.get_value();
        self.selection.chosen.update(|chosen| {
            touched.retain(|place, (id, was_chosen)| {
                let is_touched = places.contains(place);
                if !is_touched {
                    chosen.set(*id, *was_chosen);
                }
                is_touched
            });
            for place in &places {
                if let (None, Some(id)) = (touched.get(place), self.gallery.at_place(*place)) {
                    touched.insert(*place, (id, chosen.contains(id)));
                    chosen.set(id, true);
                }
            }
        });
        self.touched.set_value(touched);
    }

    fn scroll_at_edge(&self, y: f64) {
        let Some(scroller) = self.screen.scroller.get_untracked() else { return };
        let (top, bottom) = viewport::edges(&scroller);
        let step = if y < top + EDGE_PX { -EDGE_STEP_PX } else { EDGE_STEP_PX };
        if y < top + EDGE_PX || y > bottom - EDGE_PX {
            self.screen.scroll_by(step, self.gallery);
        }
    }

    pub fn pointer_up(&self) {
        self.rest.cancel();
        self.pressed.set_value(None);
        if self.drawn.with_untracked(Option::is_some) {
            self.drawn.set(None);
            self.touched.update_value(BTreeMap::clear);
            self.spent.set_value(true);
        }
    }

    /// What a finger that rests would open instead.
    pub fn menu_asked(&self, event: &MouseEvent) {
        if self.spent.get_value() {
            event.prevent_default();
        }
    }
}

#[component]
pub fn Frame(choosing: Choosing) -> impl IntoView {
    let style = maybe(move || {
        let Rect { left, top, width, height } = choosing.drawn.get()?.rect();
        let top = top - choosing.screen.fold.with(|fold| fold.shift);
        Some(format!("left:{};top:{};width:{};height:{}", px(left), px(top), px(width), px(height)))
    });
    when(
        move || choosing.drawn.with(Option::is_some),
        move || view! { <div class="drawn-frame" style=style></div> }.into_any(),
    )
}
