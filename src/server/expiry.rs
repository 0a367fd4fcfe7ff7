//! Clears away what expired, at the start and then as long as the server runs.

use std::time::Duration;

use super::{App, Error, db::answers, export, uploads::resumable};

const EVERY: Duration = Duration::from_secs(60);

pub async fn run(app: App) {
    loop {
        // each for itself: what one cannot do now is nothing to the others
        told(resumable::sweep(&app).await);
        told(export::sweep(&app).await);
        told(answers::forget_old(&app.pool).await.map_err(Error::from));
        if app.stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_none() {
            return;
        }
    }
}

fn told(cleared: Result<(), Error>) {
    if let Err(error) = cleared {
        tracing::warn!(error = &error as &dyn std::error::Error, "what expired is cleared away later");
    }
}
