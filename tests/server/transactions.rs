//! A request that breaks off leaves nothing behind in the connection that somebody else gets after it.

use std::time::Duration;

use futures::poll;
use pixelsync::server::db::{self, Pool};

#[sqlx::test]
async fn whoever_leaves_while_a_transaction_begins_leaves_none_behind(pool: Pool) {
    // at each step of the way, one of which is between the question and the answer
    for steps in 1..6 {
        let mut beginning = Box::pin(db::snapshot(&pool));
        for _ in 0..steps {
            if poll!(beginning.as_mut()).is_ready() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        drop(beginning);
        tokio::time::sleep(Duration::from_millis(20)).await;
        let inside = sqlx::query_scalar::<_, String>("show transaction_read_only").fetch_one(&pool).await;
        assert_eq!(inside.expect("an answer"), "off", "left after step {steps}");
    }
}
