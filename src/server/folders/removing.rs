//! Removes a folder, and keeps or forgets its records: in small steps, each of which is whole, so that whoever is cut off goes
//! on at the next start. Touches no file but the folder's mark.

use super::{App, Error, adding, start, stop};
use crate::{
    model::{FolderId, Records},
    server::{
        background::patiently,
        db::{
            self,
            folders::{self, Settle},
        },
    },
};

/// Records in one transaction: the feed tells each of them.
const BATCH: i64 = 500;

pub async fn remove(app: &App, id: FolderId, records: Records) -> Result<(), Error> {
    app.folders.in_turn(remove_in_turn(app.clone(), id, records)).await
}

async fn remove_in_turn(app: App, id: FolderId, records: Records) -> Result<(), Error> {
    let row = app.folders.row(id).ok_or(Error::NotFound)?;
    if row.managed {
        return Err(Error::Refused(format!("“{}” is where uploads are written. It cannot be removed.", row.name)));
    }
    stop(&app, id, "The folder was removed.").await;
    if let Err(error) = folders::remove(&app.pool, id, records).await {
        start(&app, row);
        return Err(error.into());
    }
    app.folders.take_off(id);
    tracing::info!(folder = %row.root.display(), ?records, "a folder was removed");
    if records == Records::Forget {
        // what is kept is found again by it
        patiently(move || adding::unmark(&row), || {}).await?;
    }
    // as long as it takes; what is left is done at the next start
    app.folders.clone().tasks().spawn(async move {
        if let Some(Err(error)) = app.stop.run_until_cancelled(settle(&app, id)).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "records of a removed folder are left for the next start"
            );
        }
    });
    Ok(())
}

/// What was left undone when the server ended.
pub(super) async fn settle_all(app: &App) {
    let settling = async {
        for folder in folders::unsettled(&app.pool).await? {
            settle_as(app, folder.id, folder.what).await?;
        }
        Ok::<_, Error>(())
    };
    if let Some(Err(error)) = app.stop.run_until_cancelled(settling).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "records of removed folders are left for the next start"
        );
    }
}

pub(super) async fn settle(app: &App, id: FolderId) -> Result<(), Error> {
    let unsettled = folders::unsettled(&app.pool).await?;
    match unsettled.into_iter().find(|folder| folder.id == id) {
        Some(folder) => settle_as(app, id, folder.what).await,
        None => Ok(()),
    }
}

async fn settle_as(app: &App, id: FolderId, what: Settle) -> Result<(), Error> {
    match what {
        Settle::Show => {
            while step(app, id, Settle::Show).await? > 0 {}
            folders::shown(&app.pool, id).await?;
        }
        Settle::Hide => while step(app, id, Settle::Hide).await? > 0 {},
        Settle::Forget => {
            while step(app, id, Settle::Hide).await? > 0 {}
            while step(app, id, Settle::Forget).await? > 0 {}
            folders::forget(&app.pool, id).await?;
        }
    }
    Ok(())
}

async fn step(app: &App, id: FolderId, what: Settle) -> Result<u64, Error> {
    let mut tx = db::begin(&app.pool).await?;
    let done = match what {
        Settle::Show => folders::show_images(&mut tx, id, BATCH).await?,
        Settle::Hide => folders::hide_images(&mut tx, id, BATCH).await?,
        Settle::Forget => folders::forget_images(&mut tx, id, BATCH).await?,
    };
    tx.commit().await?;
    app.feed.committed();
    Ok(done)
}
