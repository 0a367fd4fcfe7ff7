//! A request that breaks off leaves nothing behind in the connections that others get after it.

use std::{pin::pin, time::Duration};

use futures::poll;
use pixelsync::server::db::{self, Pool};

#[sqlx::test]
async fn whoever_leaves_while_a_transaction_begins_leaves_none_behind(pool: Pool) {
    // some leave before a connection was had, some between the question and the answer
    for polls in [1, 2, 3].repeat(10) {
        let mut beginning = pin!(db::snapshot(&pool));
        for _ in 0..polls {
            let _ = poll!(beginning.as_mut());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    let open = "select count(*) from pg_stat_activity
                where datname = current_database() and state like 'idle in transaction%'";
    crate::scene::until(|| async {
        sqlx::query_scalar::<_, i64>(open).fetch_one(&pool).await.is_ok_and(|open| open == 0)
    })
    .await;
}
