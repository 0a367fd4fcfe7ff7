//! How fast one scrolls, and so where one will be when what is asked for now has come. Pure.

/// A glance further ahead than this is a guess.
const AHEAD_MAX_MS: f64 = 200.0;
/// What lies further apart are two movements.
const PAUSE_MS: f64 = 200.0;
/// Whoever has not moved for so long rests, and flies no longer.
const REST_MS: f64 = 60.0;
const LANDED_MS: f64 = 120.0;
/// Faster is no scrolling but a jump.
const SPEED_MAX: f64 = 400.0;
/// At such a pace a screen is gone after an eighth of a second.
const FLIGHT: f64 = 6.0;
/// A frame passes until what has come is drawn.
const FRAME_MS: f64 = 16.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Haste {
    Rests,
    Scrolls,
    /// What is seen is hardly seen before it is gone.
    Flies,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pace {
    at_ms: f64,
    top: f64,
    /// Pixels a millisecond, downwards.
    speed: f64,
    flies: bool,
}

impl Pace {
    /// One is seen at a height.
    pub fn seen(&mut self, top: f64, now_ms: f64) {
        let passed = now_ms - self.at_ms;
        let speed = (top - self.top) / passed.max(1.0);
        let goes_on = passed < PAUSE_MS && speed.abs() <= SPEED_MAX;
        // half of what it was before, so that one uneven frame is no turn
        self.speed = if goes_on { (self.speed + speed) / 2.0 } else { 0.0 };
        self.flies = self.speed.abs() >= FLIGHT || (self.flies && top == self.top);
        (self.at_ms, self.top) = (now_ms, top);
    }

    /// One was taken to a height, and did not scroll.
    pub fn placed(&mut self, top: f64, now_ms: f64) {
        // one place after the other, as the strip of dates leads
        self.flies = now_ms - self.at_ms < PAUSE_MS && top != self.top;
        (self.at_ms, self.top, self.speed) = (now_ms, top, 0.0);
    }

    /// All of it lies that much further down now.
    pub fn shifted(mut self, by: f64) -> Pace {
        self.top += by;
        self
    }

    /// True when nothing has moved for so long that nothing will come of it any more.
    pub fn rests(&mut self, now_ms: f64) -> bool {
        let since = now_ms - self.at_ms;
        if since >= REST_MS {
            self.speed = 0.0;
        }
        self.flies &= since < LANDED_MS;
        self.haste() == Haste::Rests
    }

    /// From place to place, so what lies around one of them is hardly wanted.
    pub fn is_led(&self) -> bool {
        self.flies && self.speed == 0.0
    }

    pub fn haste(&self) -> Haste {
        match self.speed {
            _ if self.flies => Haste::Flies,
            0.0 => Haste::Rests,
            _ => Haste::Scrolls,
        }
    }

    /// How much further down one will be when an answer has come.
    pub fn ahead(&self, answer_ms: f64) -> f64 {
        self.speed * (answer_ms + FRAME_MS).min(AHEAD_MAX_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_scrolls_is_ahead_of_what_is_seen_and_who_rests_is_not() {
        let mut pace = Pace::default();
        pace.placed(100.0, 1_000.0);
        assert_eq!(pace.ahead(30.0), 0.0);
        for frame in 1..20 {
            pace.seen(100.0 + 160.0 * f64::from(frame), 1_000.0 + 16.0 * f64::from(frame));
        }
        assert!((pace.ahead(30.0) - 10.0 * 46.0).abs() < 1.0, "{pace:?}");
        assert!(!pace.rests(1_310.0) && pace.ahead(30.0) > 0.0 && pace.haste() == Haste::Flies);
        assert!(pace.rests(1_500.0) && pace.ahead(30.0) == 0.0 && pace.haste() == Haste::Rests);
    }

    #[test]
    fn who_is_led_from_place_to_place_flies_and_who_jumps_once_does_not() {
        let mut pace = Pace::default();
        pace.placed(9_000.0, 1_000.0);
        assert_eq!(pace.haste(), Haste::Rests);
        pace.placed(50_000.0, 1_030.0);
        // the browser tells of where one was placed
        pace.seen(50_000.0, 1_040.0);
        assert!(pace.haste() == Haste::Flies && pace.is_led());
        assert!(pace.rests(1_200.0) && pace.haste() == Haste::Rests);
    }

    #[test]
    fn a_jump_is_no_pace() {
        let mut pace = Pace::default();
        pace.placed(0.0, 1_000.0);
        pace.seen(1e9, 1_016.0);
        assert_eq!(pace.ahead(30.0), 0.0);
        pace.seen(1e9 + 160.0, 1_032.0);
        assert!((0.0..=10.0 * AHEAD_MAX_MS).contains(&pace.ahead(10_000.0)), "{pace:?}");
    }
}
