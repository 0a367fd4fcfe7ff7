//! A view that is higher than browsers can scroll, folded onto an element that they can: near by every step is one step, and the
//! scroll bar still spans all of it. Pure.

/// Firefox ends at 17.9 million, Chromium at 33.5.
const HEIGHT_MAX: f64 = 12_000_000.0;
/// In windows: whoever moves further at once has taken the scroll bar.
const LEAP: f64 = 3.0;
/// In windows: nearer to an end of the element than this, while the view goes on, it is folded anew.
const END: f64 = 2.0;

/// How much further down one is in the view than in the element.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fold {
    pub shift: f64,
}

/// How high the view and its window are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    pub whole: f64,
    pub window: f64,
}

/// Where one is in the view, and where the element has to be scrolled for that, should it be elsewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    pub at: f64,
    pub scroll: Option<f64>,
    pub fold: Fold,
}

impl Room {
    /// Of the element.
    pub fn height(self) -> f64 {
        self.whole.min(HEIGHT_MAX)
    }

    fn is_folded(self) -> bool {
        self.whole > HEIGHT_MAX
    }

    /// How far the view and the element can be scrolled.
    fn reaches(self) -> (f64, f64) {
        ((self.whole - self.window).max(1.0), (self.height() - self.window).max(1.0))
    }
}

impl Fold {
    /// The element was scrolled.
    pub fn scrolled(self, before: f64, now: f64, room: Room) -> Spot {
        let (view, element) = room.reaches();
        if !room.is_folded() {
            return Spot { at: now, scroll: None, fold: Fold::default() };
        }
        if (now - before).abs() > LEAP * room.window {
            let at = now / element * view;
            return Spot { at, scroll: None, fold: Fold { shift: at - now } };
        }
        let at = (now + self.shift).min(view);
        let is_near_end = |left: f64, in_view: f64| left < END * room.window && in_view > left + 1.0;
        if is_near_end(now, at) || is_near_end(element - now, view - at) || at < now.min(0.0) {
            return Fold::anew(at.max(now.min(0.0)), room);
        }
        Spot { at, scroll: None, fold: self }
    }

    /// To a height of the view, by as short a way as there is.
    pub fn go_to(self, at: f64, room: Room) -> Spot {
        let (_, element) = room.reaches();
        let scroll = at - self.shift;
        let is_near = room.is_folded() && scroll > END * room.window && scroll < element - END * room.window;
        match room.is_folded() {
            false => Spot { at, scroll: Some(at), fold: Fold::default() },
            true if is_near => Spot { at, scroll: Some(scroll), fold: self },
            true => Fold::anew(at, room),
        }
    }

    /// As if the scroll bar had been taken to there.
    fn anew(at: f64, room: Room) -> Spot {
        let (view, element) = room.reaches();
        let scroll = at / view * element;
        Spot { at, scroll: Some(scroll), fold: Fold { shift: at - scroll } }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WINDOW: f64 = 800.0;

    fn room(whole: f64) -> Room {
        Room { whole, window: WINDOW }
    }

    #[test]
    fn what_browsers_can_scroll_is_not_folded() {
        let spot = Fold::default().scrolled(0.0, 5_000.0, room(1_000_000.0));
        assert_eq!(spot, Spot { at: 5_000.0, scroll: None, fold: Fold::default() });
        assert_eq!(Fold::default().go_to(7.0, room(1_000_000.0)).scroll, Some(7.0));
        assert_eq!(room(1_000_000.0).height(), 1_000_000.0);
    }

    #[test]
    fn the_scroll_bar_spans_all_of_it() {
        let room = room(60_000_000.0);
        let end = room.height() - WINDOW;
        assert_eq!(Fold::default().scrolled(0.0, end, room).at, 60_000_000.0 - WINDOW);
        assert_eq!(Fold::default().scrolled(end, 0.0, room).at, 0.0);
        assert!((Fold::default().scrolled(0.0, end / 2.0, room).at - 30_000_000.0).abs() < WINDOW);
    }

    proptest! {
        #[test]
        fn steps_are_steps_wherever_one_is(part in 0.0..1.0f64, steps in prop::collection::vec(-900.0..900.0f64, 1..200)) {
            let room = room(60_000_000.0);
            let start = Fold::default().go_to(part * (room.whole - WINDOW), room);
            let (mut at, mut fold, mut scroll) = (start.at, start.fold, start.scroll.unwrap_or_default());
            for step in steps {
                let to = (scroll + step).clamp(0.0, room.height() - WINDOW);
                let spot = fold.scrolled(scroll, to, room);
                prop_assert!((spot.at - (at + to - scroll)).abs() < 0.01 || spot.at >= room.whole - WINDOW - 0.01, "{at} {step} {spot:?}");
                (at, fold) = (spot.at, spot.fold);
                scroll = spot.scroll.unwrap_or(to);
                prop_assert!((scroll + fold.shift - at).abs() < 0.01);
                prop_assert!((0.0..=room.height() - WINDOW + 0.01).contains(&scroll));
            }
        }

        #[test]
        fn one_comes_to_where_one_goes(whole in 1_000.0..2e8f64, from in 0.0..1.0f64, to in 0.0..1.0f64) {
            let room = room(whole);
            let start = Fold::default().go_to(from * (whole - WINDOW), room);
            let spot = start.fold.go_to(to * (whole - WINDOW), room);
            let scroll = spot.scroll.unwrap_or_default();
            prop_assert!((scroll + spot.fold.shift - to * (whole - WINDOW)).abs() < 0.01);
            prop_assert!(scroll >= -0.01 && scroll <= room.height() - WINDOW + 0.01);
        }
    }
}
