//! Work that blocks its thread, away from those that must not be.

use std::time::Duration;

use super::Error;

/// A disk that sleeps wakes up in this time. One that is away without saying so never answers.
pub const ANSWER_MAX: Duration = Duration::from_secs(30);

pub async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Stopped)
}

/// The same, as long as anybody can be expected to wait. None when it takes longer; its thread is lost until it ends, and
/// `ended` is called then.
pub async fn patiently<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
    ended: impl FnOnce() + Send + 'static,
) -> Result<Option<T>, Error> {
    let mut working = tokio::task::spawn_blocking(work);
    match tokio::time::timeout(ANSWER_MAX, &mut working).await {
        Ok(done) => done.map(Some).map_err(|_| Error::Stopped),
        Err(_) => {
            tokio::spawn(async move {
                // however it ended
                let _ = working.await;
                ended();
            });
            Ok(None)
        }
    }
}
