//! Starts the server, part by part, and ends it in order.

use std::{
    io::{self, Write},
    net::SocketAddr,
    path::Path,
    time::Duration,
};

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    App, address,
    app::{Growth, Parts},
    config::{Config, Looking},
    database::Database,
    db::{self, Pool},
    expiry, export,
    feed::Feed,
    finder,
    folders::{self, Folders},
    http,
    jobs::{self, Jobs},
    lock,
    room::Room,
    root,
    store::Store,
    uploads::{self, Limits, Uploads},
};

/// What the data folder holds.
const PICTURES: &str = "pictures";
const DERIVATIVES: &str = "derivatives";

/// What is under way when the server is to end has so long to finish: less than service managers wait before they kill.
const FINISH_MAX: Duration = Duration::from_secs(5);

pub async fn serve(config: Config, stop: CancellationToken) -> Result<()> {
    // an address that cannot be had is told before anything is started
    let listener = listen(&config.listen_on()?).await?;
    let data = config.data_folder()?;
    std::fs::create_dir_all(&data)
        .with_context(|| format!("{} cannot be made. Choose another data folder: --data DIR", data.display()))?;
    let data = data.canonicalize()?;

    let opening = async {
        let lock = lock::acquire(&data).await?;
        let database = Database::open(&config, &data).await?;
        let app = open(database.pool.clone(), &data, config.looking(), config.limits(), stop.clone()).await?;
        anyhow::Ok((lock, database, app))
    };
    // a database that does not answer is waited for, and whoever waits may think better of it
    let Some(opened) = stop.run_until_cancelled(opening).await else { return Ok(()) };
    let (_lock, database, app) = opened?;
    announce(&app, listener.local_addr()?);
    let _posted = address::post(&data, listener.local_addr()?);
    let parts = start(&app);
    // the private database outlives everything that uses it
    let end_of_database = CancellationToken::new();
    let keeping = tokio::spawn(database.keep(end_of_database.clone()));

    let out_of_patience = async {
        stop.cancelled().await;
        tokio::time::sleep(FINISH_MAX).await;
    };
    tokio::select! {
        served = http::serve(listener, app, stop.clone()) => served?,
        () = out_of_patience => tracing::warn!("some requests did not end in time; they are cut off"),
    }
    stop.cancel();
    if tokio::time::timeout(FINISH_MAX, parts.wait()).await.is_err() {
        tracing::warn!("some work did not end in time; it is cut off, and done again at the next start");
    }
    end_of_database.cancel();
    keeping.await?
}

async fn listen(addresses: &[SocketAddr]) -> Result<TcpListener> {
    let mut last = None;
    for address in addresses {
        match TcpListener::bind(address).await {
            Ok(listener) => return Ok(listener),
            Err(error) => last = Some((address, error)),
        }
    }
    let (address, error) = last.context("there is no address to listen on")?;
    Err(error).with_context(|| {
        format!("{address} cannot be listened on; another program may have it. Choose another: --listen 127.0.0.1:PORT")
    })
}

/// Makes database and data folder ready, and what every part shares.
pub async fn open(pool: Pool, data: &Path, looking: Looking, limits: Limits, stop: CancellationToken) -> Result<App> {
    db::schema::migrate(&pool).await?;
    let project = db::projects::default_project(&pool).await?;
    let pictures = data.join(PICTURES);
    root::make(&pictures)?;
    let managed = db::folders::managed_folder(&pool, project, &pictures, root::owner(&pictures)?).await?;
    root::claim(&pool, &managed).await?;
    uploads::resumable::clear(&pool, &pictures).await?;
    export::clear(&pool, data).await?;
    let feed = Feed::open(pool.clone(), project).await?;
    let folders = Folders::new(looking, db::folders::all(&pool, project).await?);
    let store = Store::open(&data.join(DERIVATIVES)).context("the folder for derivatives cannot be made")?;
    let (jobs, room) = (Jobs::new(stop.clone()), Room::of_this_machine());
    let data = data.canonicalize()?;
    Ok(App::new(Parts {
        pool,
        project,
        managed,
        data,
        feed,
        folders,
        store,
        jobs,
        growth: Growth::default(),
        calendar: Default::default(),
        shapes: Default::default(),
        room,
        uploads: Uploads::new(limits),
        exports: Default::default(),
        finder: Default::default(),
        stop,
    }))
}

/// Starts what works by itself. Ends with the app's `stop`.
pub fn start(app: &App) -> TaskTracker {
    let parts = TaskTracker::new();
    parts.spawn(app.feed.clone().run(app.stop.clone()));
    parts.spawn(folders::keep(app.clone()));
    parts.spawn(jobs::run(app.clone()));
    parts.spawn(finder::run(app.clone()));
    parts.spawn(expiry::run(app.clone()));
    parts.spawn(export::go_on(app.clone()));
    parts.close();
    parts
}

/// For the person at the terminal, not for the log. Whoever does not listen is no reason to fail.
fn announce(app: &App, address: SocketAddr) {
    let pictures = app.managed.root.display();
    let _ = writeln!(
        io::stdout(),
        "\n  PixelSync is running.\n\n  Gallery   http://{address}/\n  Pictures  {pictures}\n\n  \
         Drop pictures into that folder, or upload them in the gallery. Ctrl-C ends it.\n"
    );
}
