//! The doors: pages, server functions, REST, live events, files. The only place that knows status codes and headers.

mod assets;
mod crops;
mod error;
mod events;
mod exports;
mod extract;
mod files;
mod folders;
mod found;
mod guard;
mod health;
mod images;
mod once;
mod operations;
mod packing;
mod pages;
mod range;
mod repositories;
mod status;
mod sync;
mod tus;
mod uploads;
mod views;
mod watcher;

use axum::{Router, extract::DefaultBodyLimit, middleware};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::App;

pub fn router(app: App) -> Router {
    // pages wait for their data on this; a second call finds it set already
    let _ = any_spawner::Executor::init_tokio();
    Router::new()
        .merge(health::router())
        .merge(images::router())
        .merge(found::router())
        .merge(uploads::router())
        .merge(tus::router())
        .merge(crops::router())
        .merge(files::router())
        .merge(events::router())
        .merge(exports::router())
        .merge(folders::router())
        .merge(operations::router())
        .merge(views::router())
        .merge(status::router())
        .merge(sync::router())
        .merge(watcher::router())
        .merge(repositories::router())
        .merge(assets::router())
        .merge(pages::router())
        .method_not_allowed_fallback(error::wrong_method)
        .layer(middleware::from_fn(guard::check))
        .layer(packing::layer())
        // files may be large; uploads count their bytes themselves, and server functions have a limit of their own
        .layer(DefaultBodyLimit::disable())
        .with_state(app)
}

/// Answers until told to stop; what is under way is finished.
pub async fn serve(listener: TcpListener, app: App, stop: CancellationToken) -> std::io::Result<()> {
    axum::serve(listener, router(app)).with_graceful_shutdown(stop.cancelled_owned()).await
}
