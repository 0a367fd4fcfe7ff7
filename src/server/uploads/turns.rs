//! Turns at things of a name: one at a time, and whoever comes later can have the one before end.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;

/// Those that somebody has a turn at, or waits for.
pub(super) struct Turns<Name>(Mutex<HashMap<Name, Place>>);

struct Place {
    turn: Arc<Turn<()>>,
    interrupt: CancellationToken,
}

/// One's turn, until it is dropped.
pub(super) struct Having {
    pub(super) interrupted: CancellationToken,
    _turn: OwnedMutexGuard<()>,
}

impl<Name> Default for Turns<Name> {
    fn default() -> Turns<Name> {
        Turns(Mutex::default())
    }
}

impl<Name: Hash + Eq> Turns<Name> {
    /// Waits until the one before is done.
    pub(super) async fn wait(&self, name: Name) -> Having {
        self.take(name, false).await
    }

    /// Tells the one before to end, and waits until it has.
    pub(super) async fn interrupt(&self, name: Name) -> Having {
        self.take(name, true).await
    }

    async fn take(&self, name: Name, interrupts: bool) -> Having {
        let (turn, interrupted) = {
            let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // nobody has those any more
            places.retain(|_, place| Arc::strong_count(&place.turn) > 1);
            let place = places
                .entry(name)
                .or_insert_with(|| Place { turn: Arc::default(), interrupt: CancellationToken::new() });
            if interrupts {
                place.interrupt.cancel();
                place.interrupt = CancellationToken::new();
            }
            (place.turn.clone(), place.interrupt.clone())
        };
        Having { interrupted, _turn: turn.lock_owned().await }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_comes_later_ends_the_one_before() {
        let turns: Turns<u8> = Turns::default();
        let first = turns.interrupt(1).await;
        let _other = turns.interrupt(2).await;
        let second = async {
            let second = turns.interrupt(1).await;
            assert!(!second.interrupted.is_cancelled());
        };
        let ends = async move {
            first.interrupted.cancelled().await;
            drop(first);
        };
        tokio::join!(second, ends);
        drop(turns.wait(1).await);
        assert_eq!(turns.0.lock().expect("the places").len(), 2);
    }
}
