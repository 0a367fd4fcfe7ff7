//! Waiting: for a while, and for an answer no longer than a while. Knows nothing of what is waited for.

use std::{future::Future, pin::pin, time::Duration};

use futures::{
    channel::oneshot,
    future::{Either, select},
};
use leptos::prelude::set_timeout;

use crate::api::Failure;

/// A network that goes silently dead answers nothing and refuses nothing.
const ANSWER_MAX: Duration = Duration::from_secs(20);

pub async fn pause(time: Duration) {
    let (done, passed) = oneshot::channel();
    set_timeout(move || _ = done.send(()), time);
    let _ = passed.await;
}

/// None when it takes too long. What was waited for is let go of then.
pub async fn patiently<T>(answer: impl Future<Output = T>) -> Option<T> {
    within(ANSWER_MAX, answer).await
}

pub async fn within<T>(time: Duration, answer: impl Future<Output = T>) -> Option<T> {
    match select(pin!(answer), pin!(pause(time))).await {
        Either::Left((answer, _)) => Some(answer),
        Either::Right(_) => None,
    }
}

/// The same for what the server is asked.
pub async fn for_answer<T>(asked: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    patiently(asked).await.unwrap_or(Err(Failure::Unreachable))
}
