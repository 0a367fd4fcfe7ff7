//! Whether the server is reached, and when it is tried again. All who ask it wait here together; knows no request.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{board::Board, queue::Queue};

const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// The queue is told of it no more often: each time is written to the disk.
const TOLD_EVERY: Duration = Duration::from_secs(30);

pub(super) struct Line {
    queue: Arc<Queue>,
    board: Arc<Board>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Nobody asks before.
    until: Option<Instant>,
    /// None as long as it is reached.
    pause: Option<Duration>,
    told_at: Option<Instant>,
}

impl Line {
    pub(super) fn new(queue: Arc<Queue>, board: Arc<Board>) -> Line {
        Line { queue, board, state: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resolves when the server may be asked.
    pub(super) async fn wait(&self) {
        loop {
            let until = self.lock().until;
            match until {
                Some(until) if until > Instant::now() => tokio::time::sleep_until(until.into()).await,
                _ => return,
            }
        }
    }

    /// Said once, however often it fails.
    pub(super) async fn lost(&self, said: &str, asked_for: Option<Duration>) {
        let is_news = {
            let mut state = self.lock();
            let is_news = state.pause.is_none();
            state.lose(Instant::now(), asked_for);
            is_news
        };
        if is_news {
            self.board.say(format!("The server is not reached ({said}). It is tried again until it is."));
            // what cannot be written is only not told
            let _ = self.queue.lost(said).await;
        }
    }

    pub(super) async fn reached(&self) {
        let (is_news, is_told) = {
            let mut state = self.lock();
            let is_news = state.pause.is_some();
            let is_told = !is_news && state.told_at.is_some_and(|at| at.elapsed() < TOLD_EVERY);
            let told_at = if is_told { state.told_at } else { Some(Instant::now()) };
            *state = State { told_at, ..State::default() };
            (is_news, is_told)
        };
        if is_news {
            self.board.say("The server is reached again.".to_owned());
        }
        if !is_told {
            let _ = self.queue.reached().await;
        }
    }
}

impl State {
    /// Of several who fail at once only the first makes the pause longer.
    fn lose(&mut self, now: Instant, asked_for: Option<Duration>) {
        if self.until.is_some_and(|until| until > now) {
            return;
        }
        let pause = self.pause.map_or(PAUSE_MIN, |before| (before * 2).min(PAUSE_MAX));
        self.pause = Some(pause);
        self.until = Some(now + asked_for.map_or(pause, |asked| asked.max(pause)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_once_for_all_who_fail() {
        let (mut state, mut now, mut pauses) = (State::default(), Instant::now(), Vec::new());
        for _ in 0..8 {
            (0..4).for_each(|_| state.lose(now, None));
            let until = state.until.expect("a pause");
            pauses.push((until - now).as_secs());
            now = until;
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        state.lose(now, Some(Duration::from_secs(90)));
        assert_eq!(state.until, Some(now + Duration::from_secs(90)), "who asks for more gets it");
    }
}
