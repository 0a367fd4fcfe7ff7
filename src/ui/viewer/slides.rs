//! The slide show: on to the next picture after a while, once that one can be shown at once. Draws nothing.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::{Viewer, state::preview_of, turn::Turn, zoom::Zoom};
use crate::{
    browser::{choices, preload, viewport, wait, wake},
    model::ImageId,
    ui::parts::notice::Notices,
};

/// How long a picture may be shown, in seconds.
pub const PACES_S: [u32; 4] = [2, 4, 8, 15];

const PACE_FIRST_S: u32 = 4;
const STORAGE_KEY: &str = "pixelsync-slide-seconds";

#[derive(Clone, Copy)]
pub struct Slides {
    viewer: Viewer,
    turn: Turn,
    notices: Notices,
    pub running: RwSignal<bool>,
    pub pace_s: RwSignal<u32>,
    /// For those who do not see that it runs.
    pub said: RwSignal<&'static str>,
    /// The preview that fades, over the picture that came after it.
    pub fading: RwSignal<Option<String>>,
    /// What it shows. Any other picture was gone to by hand.
    shows: StoredValue<Option<ImageId>>,
    /// What waits goes on only as long as its number is this.
    rounds: StoredValue<u32>,
}

impl Slides {
    pub fn new(viewer: Viewer, turn: Turn, zoom: Zoom) -> Slides {
        let slides = Slides {
            viewer,
            turn,
            notices: expect_context(),
            running: RwSignal::new(false),
            pace_s: RwSignal::new(PACE_FIRST_S),
            said: RwSignal::new(""),
            fading: RwSignal::new(None),
            shows: StoredValue::new(None),
            rounds: StoredValue::new(0),
        };
        Effect::new(move || {
            if let Some(pace_s) = choices::recall(STORAGE_KEY).and_then(|text| pace(&text)) {
                slides.pace_s.set(pace_s);
            }
            let listener = window_event_listener_untyped("visibilitychange", move |_| slides.seen_or_hidden());
            on_cleanup(move || {
                listener.remove();
                wake::keep(false);
            });
        });
        Effect::new(move || wake::keep(slides.running.get()));
        slides.follow(zoom);
        slides
    }

    fn follow(self, zoom: Zoom) {
        let viewer = self.viewer;
        let shown = Memo::new(move |_| viewer.shown.with(|shown| shown.as_ref().map(|shown| shown.card.id)));
        Effect::new(move || {
            let (shown, is_near) = (shown.get(), zoom.is_near());
            self.pace_s.track();
            let round = self.rounds.get_value().wrapping_add(1);
            self.rounds.set_value(round);
            if !self.running.get() {
                return;
            }
            match shown {
                Some(shown) if self.shows.get_value() == Some(shown) && !is_near => spawn_local(self.go_on(round)),
                _ => self.pause(),
            }
        });
    }

    fn seen_or_hidden(self) {
        if viewport::is_hidden() && self.running.get_untracked() {
            self.pause();
        }
    }

    pub fn toggle(&self, zoom: Zoom) {
        if self.running.get_untracked() {
            return self.pause();
        }
        if untrack(|| self.turn.older()).is_none() {
            return self.end();
        }
        zoom.fit();
        self.shows.set_value(self.viewer.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.card.id)));
        self.said.set("Slide show running");
        self.running.set(true);
    }

    fn pause(&self) {
        self.said.set("Slide show paused");
        self.running.set(false);
    }

    pub fn next_pace(&self) {
        let pace_s = after(self.pace_s.get_untracked());
        choices::remember(STORAGE_KEY, &pace_s.to_string());
        self.pace_s.set(pace_s);
    }

    /// False also when the page is gone, or somebody is on the way to another picture.
    fn is_round(self, round: u32) -> bool {
        self.rounds.try_get_value() == Some(round)
            && self.shows.try_get_value().flatten().is_some_and(|id| self.viewer.wants(id))
    }

    async fn go_on(self, round: u32) {
        let pace = self.pace_s.get_untracked();
        wait::pause(Duration::from_secs(pace.into())).await;
        if !self.is_round(round) {
            return;
        }
        let Some(next) = untrack(|| self.turn.older()) else { return self.end() };
        if let Some(preview) = self.viewer.preview_of_neighbour(next).await {
            preload::until_decoded(preview).await;
        }
        if self.is_round(round) {
            self.show(next);
        }
    }

    fn show(self, next: ImageId) {
        if !viewport::is_calm() {
            self.fading.set(self.viewer.shown.with_untracked(|shown| preview_of(&shown.as_ref()?.card)));
        }
        self.shows.set_value(Some(next));
        self.turn.to(Some(next));
    }

    fn end(self) {
        self.running.set(false);
        self.said.set("");
        self.notices.say("The slide show is over: this is the last picture.".into());
    }
}

/// What was remembered may be of another version.
fn pace(text: &str) -> Option<u32> {
    text.parse().ok().filter(|pace_s| PACES_S.contains(pace_s))
}

/// The next one, and after the last the first.
fn after(pace_s: u32) -> u32 {
    let at = PACES_S.iter().position(|pace| *pace == pace_s).unwrap_or(0);
    PACES_S[(at + 1) % PACES_S.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paces_go_round() {
        let round: Vec<u32> =
            std::iter::successors(Some(PACE_FIRST_S), |pace_s| Some(after(*pace_s))).take(5).collect();
        assert_eq!(round, [4, 8, 15, 2, PACE_FIRST_S]);
    }

    #[test]
    fn only_a_pace_is_remembered() {
        let check = |text: &str, expect: Option<u32>| assert_eq!(pace(text), expect);
        check("8", Some(8));
        check("3", None);
        check("soon", None);
    }
}
