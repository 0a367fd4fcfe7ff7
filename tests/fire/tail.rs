//! A reader of the feed that never stops asking: goes from head to head by cursor alone. Never looks back.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use pixelsync::server::db::{self, DbError, Pool};

const PAUSE: Duration = Duration::from_millis(10);

#[derive(Clone, Default)]
pub(crate) struct Tail(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    head: i64,
    numbers: Vec<i64>,
}

impl Tail {
    /// Outages are part of it; the cursor stays where it is.
    pub(crate) async fn follow(self, pool: Pool) {
        loop {
            // what is wrong for good shows in what was not read
            let _ = self.step(&pool).await;
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn step(&self, pool: &Pool) -> Result<(), DbError> {
        let since = self.head();
        let mut tx = db::snapshot(pool).await?;
        let head = db::feed::head(&mut tx).await?.at.seq;
        let new: Vec<i64> = sqlx::query_scalar("select seq from feed where seq > $1 and seq <= $2 order by seq")
            .bind(since)
            .bind(head)
            .fetch_all(&mut *tx)
            .await?;
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.head = head;
        seen.numbers.extend(new);
        Ok(())
    }

    pub(crate) fn head(&self) -> i64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).head
    }

    /// Every number it saw, in the order in which it saw them.
    pub(crate) fn numbers(&self) -> Vec<i64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).numbers.clone()
    }
}
