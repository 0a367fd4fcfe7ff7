//! Gets a PostgreSQL to work with: somebody's own by its address, else a private one that is kept alive here. Runs no query but to see that it answers.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result};
use pixelsync_postgres::{Postgres, Settings};
use tokio_util::sync::CancellationToken;

use super::{
    config::Config,
    db::{self, Pool},
    room,
};

/// How long a database that does not answer yet is waited for at start.
const ANSWER_MAX: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(250);
/// How long connections are waited for at the end.
const CLOSE_MAX: Duration = Duration::from_secs(1);

pub struct Database {
    pub pool: Pool,
    private: Option<Private>,
}

struct Private {
    server: Postgres,
    settings: Settings,
}

impl Database {
    pub async fn open(config: &Config, data: &Path) -> Result<Database> {
        let (url, private) = match &config.database_url {
            Some(url) => (url.clone(), None),
            None => {
                let settings = Settings {
                    binaries: config.postgres_binaries.clone(),
                    shared_buffers_mb: room::database_mib(),
                    ..Settings::new(data)
                };
                let server = start(settings.clone()).await?;
                tracing::info!("{} is running", server.describe());
                (server.url().as_str().to_owned(), Some(Private { server, settings }))
            }
        };
        let pool = db::pool(&url).context(
            "The database's address is not understood. It looks like postgres://USER:PASSWORD@HOST/DATABASE",
        )?;
        let database = Database { pool, private };
        database.wait_for_answer().await?;
        Ok(database)
    }

    async fn wait_for_answer(&self) -> Result<()> {
        let patient = async {
            let mut said = false;
            loop {
                match db::ping(&self.pool).await {
                    Ok(()) => return,
                    Err(error) if !said => tracing::warn!(%error, "the database does not answer yet, waiting"),
                    Err(_) => {}
                }
                said = true;
                tokio::time::sleep(PAUSE).await;
            }
        };
        tokio::time::timeout(ANSWER_MAX, patient).await.context(
            "The database does not answer. Check that it runs and that its address, user and password are right.",
        )
    }

    /// Keeps the private server running until told to stop, then stops it. Nothing to do for somebody's own.
    pub async fn keep(self, stop: CancellationToken) -> Result<()> {
        let Some(Private { mut server, settings }) = self.private else {
            stop.cancelled().await;
            return Ok(());
        };
        while let Some(how) = stop.run_until_cancelled(server.died()).await {
            tracing::error!(how, "PostgreSQL ended by itself; it is started again");
            drop(server);
            server = loop {
                match start(settings.clone()).await {
                    Ok(server) => break server,
                    Err(error) => tracing::error!(error = format!("{error:#}"), "PostgreSQL did not start"),
                }
                if stop.run_until_cancelled(tokio::time::sleep(PAUSE * 8)).await.is_none() {
                    return Ok(());
                }
            };
        }
        // a request that was cut off may still hold a connection; PostgreSQL takes it away
        if tokio::time::timeout(CLOSE_MAX, self.pool.close()).await.is_err() {
            tracing::warn!("some connections are still in use while PostgreSQL is stopped");
        }
        tokio::task::spawn_blocking(move || server.stop()).await?.context("PostgreSQL did not stop in order")
    }
}

async fn start(settings: Settings) -> Result<Postgres> {
    Ok(tokio::task::spawn_blocking(move || Postgres::start(&settings)).await??)
}
