//! The region that somebody draws, until it is cut or let go of. Knows no element but the picture's field.

use std::time::Duration;

use leptos::{html::Div, prelude::*, task::spawn_local};

use super::{
    area::{Area, Handle, Size},
    offer::offer,
    pointer::Drag,
    shape::{Ratio, Shape},
};
use crate::{
    api::{Failure, pictures},
    browser::{focus, wait},
    model::{Card, ImageId, Region},
    ui::{
        gallery::selection::Selection,
        parts::notice::Notices,
        viewer::{Viewer, zoom::Zoom},
    },
};

pub const BUTTON_ID: &str = "crop-begin";
pub const REGION_ID: &str = "crop-region";
pub const DONE_ID: &str = "crop-done";

/// The largest pictures take a while to be opened.
pub const CUT_MAX: Duration = Duration::from_secs(120);

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    pub of: ImageId,
    pub picture: Size,
    pub area: Area,
    pub shape: Shape,
    /// The shape stands on its shorter side.
    pub standing: bool,
}

impl Cut {
    pub fn ratio(&self) -> Option<Ratio> {
        self.shape.ratio(self.standing, self.picture)
    }

    /// In fractions of the picture.
    pub fn region(&self) -> Region {
        self.area.region(self.picture)
    }

    /// The same part of another picture, in its ratio; the original ratio is each picture's own.
    pub fn in_another(self, picture: Size) -> Cut {
        let area = Area::of_region(self.region(), picture);
        let is_own = self.shape == Shape::Original && self.picture.stands() != picture.stands();
        Cut { picture, area, standing: self.standing != is_own, ..self }.shaped()
    }

    fn shaped(self) -> Cut {
        Cut { area: self.ratio().map_or(self.area, |ratio| self.area.shaped(ratio, self.picture)), ..self }
    }
}

#[derive(Clone, Copy)]
pub struct Crop {
    viewer: Viewer,
    zoom: Zoom,
    notices: Notices,
    /// As large on the screen as the picture.
    pub field: NodeRef<Div>,
    cut: RwSignal<Option<Cut>>,
    pub busy: RwSignal<bool>,
    /// Why nothing was cut.
    pub problem: RwSignal<String>,
    /// The piece that was cut out of the picture that is shown, and of which that is.
    done: RwSignal<Option<(ImageId, Card)>>,
    /// The handle that has the keyboard.
    pub held: StoredValue<Option<Handle>>,
    pub drag: StoredValue<Option<Drag>>,
    /// The shape that was chosen last: of many pictures often the same one is wanted.
    last: StoredValue<Shape>,
}

impl Crop {
    pub fn new(viewer: Viewer, zoom: Zoom) -> Crop {
        let crop = Crop {
            viewer,
            zoom,
            notices: expect_context(),
            field: NodeRef::new(),
            cut: RwSignal::new(None),
            busy: RwSignal::new(false),
            problem: RwSignal::new(String::new()),
            done: RwSignal::new(None),
            held: StoredValue::new(None),
            drag: StoredValue::new(None),
            last: StoredValue::new(Shape::Free),
        };
        let looked_at = Memo::new(move |_| {
            viewer.shown.with(|shown| shown.as_ref().map(|shown| (shown.card.id, size(&shown.card))))
        });
        let selection = expect_context::<Selection>();
        Effect::new(move || {
            if let Some((id, picture)) = looked_at.get() {
                crop.follow(id, picture);
                if selection.take_to_crop(id) {
                    crop.begin();
                }
            }
        });
        crop
    }

    pub fn is_open(&self) -> bool {
        self.cut.with(Option::is_some)
    }

    pub fn is_open_now(&self) -> bool {
        self.cut.with_untracked(Option::is_some)
    }

    /// What is read of nothing is nothing.
    pub fn read<T: Default>(&self, of: impl Fn(&Cut) -> T) -> T {
        self.cut.with(|cut| cut.as_ref().map(of).unwrap_or_default())
    }

    pub fn now(&self) -> Option<Cut> {
        self.cut.get_untracked()
    }

    /// What is being cut stays as it is.
    pub fn change(&self, to: impl FnOnce(Cut) -> Cut) {
        let Some(cut) = self.now().filter(|_| !self.busy.get_untracked()) else { return };
        let changed = to(cut);
        if changed != cut {
            self.cut.set(Some(changed));
        }
    }

    /// Of the picture that is shown.
    pub fn piece(&self) -> Option<Card> {
        self.done.with(|done| done.as_ref().map(|(_, card)| card.clone()))
    }

    pub fn forget_piece(&self) {
        self.done.set(None);
    }

    /// Why there is nothing to begin with; None when it can be begun.
    pub fn refusal(&self) -> Option<&'static str> {
        if self.viewer.removed.get() {
            return Some("This picture was removed, so it cannot be cropped.");
        }
        self.viewer.shown.with(|shown| offer(&shown.as_ref()?.card).err())
    }

    pub fn leave_if_open(&self) {
        if self.cut.try_with_untracked(Option::is_some).unwrap_or(false) {
            self.leave();
        }
    }

    pub fn toggle(&self) {
        if self.is_open_now() { self.leave() } else { self.begin() }
    }

    pub fn begin(&self) {
        if self.busy.get_untracked() {
            return self.notices.say("The last crop is still being made.".to_owned());
        }
        if let Some(reason) = untrack(|| self.refusal()) {
            return self.notices.warn(reason.to_owned());
        }
        let shown = self.viewer.shown.with_untracked(|shown| {
            let card = &shown.as_ref()?.card;
            Some((card.id, offer(card).ok()?))
        });
        let Some((of, picture)) = shown else { return };
        let (shape, standing) = (self.last.get_value(), picture.stands());
        let area = Area::first(picture, shape.ratio(standing, picture));
        self.zoom.fit();
        self.problem.set(String::new());
        self.forget_piece();
        self.cut.set(Some(Cut { of, picture, area, shape, standing }));
        focus::move_to(REGION_ID);
    }

    pub fn leave(&self) {
        self.close();
        focus::move_to(BUTTON_ID);
    }

    fn close(&self) {
        self.drag.set_value(None);
        self.held.set_value(None);
        self.cut.set(None);
    }

    /// Another picture is shown, or this one with other pixels: the region stays where it was in it.
    fn follow(&self, id: ImageId, picture: Option<Size>) {
        if self.done.with_untracked(|done| done.as_ref().is_some_and(|(of, _)| *of != id)) {
            self.forget_piece();
        }
        match (self.now(), picture) {
            (Some(cut), _) if cut.of != id => self.close(),
            (Some(cut), Some(picture)) if cut.picture != picture => {
                let area = Area::of_region(cut.region(), picture);
                self.cut.set(Some(Cut { picture, area, ..cut }.shaped()));
            }
            _ => {}
        }
    }

    pub fn choose(&self, shape: Shape) {
        self.last.set_value(shape);
        self.change(|cut| Cut { shape, ..cut }.shaped());
    }

    /// What lay stands, and the other way round.
    pub fn turn(&self) {
        self.change(|cut| {
            let turned = Cut { standing: !cut.standing, ..cut };
            match turned.ratio() {
                Some(_) => turned.shaped(),
                None => Cut { area: cut.area.turned(cut.picture), ..turned },
            }
        });
    }

    pub fn save(&self) {
        let Some(cut) = self.now().filter(|_| !self.busy.get_untracked()) else { return };
        match untrack(|| self.refusal()) {
            Some(reason) => self.problem.set(reason.to_owned()),
            None => self.cut_out(cut.of, cut.region()),
        }
    }

    /// One at a time. `of` is the picture that is shown, or what that was cut out of.
    pub fn cut_out(self, of: ImageId, region: Region) {
        let page = self.viewer.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.card.id));
        let Some(page) = page.filter(|_| !self.busy.get_untracked()) else { return };
        self.problem.set(String::new());
        self.busy.set(true);
        spawn_local(async move {
            let answer = wait::within(CUT_MAX, pictures::crop_picture(of, region)).await;
            // the page may have been left meanwhile, or another picture be shown
            let is_here = self.busy.try_set(false).is_none() && self.viewer.wants(page);
            match answer.unwrap_or(Err(Failure::Unreachable)) {
                Ok(card) if is_here => self.show_piece(page, card),
                Ok(card) => self.notices.say(format!("Cropped: {}", words_of(&card))),
                Err(failure) if is_here && self.is_open_now() => self.problem.set(why_not(&failure)),
                Err(failure) => self.notices.warn(why_not(&failure)),
            }
        });
    }

    fn show_piece(&self, page: ImageId, card: Card) {
        let was_open = self.is_open_now();
        self.close();
        self.done.set(Some((page, card)));
        if was_open {
            focus::move_to(DONE_ID);
        }
    }
}

pub fn size(card: &Card) -> Option<Size> {
    Size::new(card.width?, card.height?)
}

fn words_of(card: &Card) -> String {
    match size(card) {
        Some(size) => format!("{}, {}", card.name, size.words()),
        None => card.name.clone(),
    }
}

/// The region stays in any case.
fn why_not(failure: &Failure) -> String {
    match failure {
        Failure::Unreachable => {
            "The server cannot be reached. Nothing is lost: try again once the page is live.".to_owned()
        }
        Failure::Away => "The database is away. Nothing is lost: try again in a moment.".to_owned(),
        Failure::NotFound => "The picture is not here any more, so it cannot be cropped.".to_owned(),
        Failure::Refused(_) | Failure::Broken => failure.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_another_picture_a_region_keeps_its_ratio() {
        let (lying, standing) = (Size { width: 600, height: 400 }, Size { width: 400, height: 600 });
        let check = |shape: Shape, (width, height): (i32, i32)| {
            let area = Area::first(lying, shape.ratio(false, lying));
            let like = Cut { of: ImageId(Default::default()), picture: lying, area, shape, standing: false };
            let area = like.in_another(standing).area;
            assert_eq!(area.width * height, area.height * width, "{shape:?} {area:?}");
            assert!(
                area.x >= 0 && area.y >= 0 && area.x + area.width <= 400 && area.y + area.height <= 600,
                "{area:?}"
            );
        };
        check(Shape::Sides(1, 1), (1, 1));
        check(Shape::Original, (2, 3));
        check(Shape::Sides(16, 9), (16, 9));
    }
}
