//! Whether a content lies whole in the project already, so that nobody need send it (again).

use std::{collections::HashMap, fs::File, path::PathBuf};

use crate::{
    model::{ImageId, upload::AlreadyHere},
    server::{
        App, Error, absence,
        background::in_background,
        db::{self, files},
        reconcile::{Hash, Known},
    },
};

const HASHES_MAX: usize = 1_000;

/// For whoever can hash before they send: which of these SHA-256 hashes, as hexadecimal digits, are here.
pub async fn known(app: &App, hashes: &[String]) -> Result<Vec<AlreadyHere>, Error> {
    if hashes.len() > HASHES_MAX {
        return Err(Error::Refused(format!("Ask for {HASHES_MAX} hashes at once at most.")));
    }
    let not_a_hash = || Error::Refused("A SHA-256 hash is 64 hexadecimal digits.".into());
    let read = |text: &String| Hash::try_from(hex::decode(text).ok()?).ok();
    let asked: Option<Vec<Hash>> = hashes.iter().map(read).collect();
    let found = find(app, &asked.ok_or_else(not_a_hash)?).await?;
    let known = |(hash, id): (Hash, ImageId)| AlreadyHere { sha256: hex::encode(hash), id };
    Ok(found.into_iter().map(known).collect())
}

/// Where several hold the same, the one that came first.
pub(super) async fn find(app: &App, hashes: &[Hash]) -> Result<HashMap<Hash, ImageId>, Error> {
    let hashes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.to_vec()).collect();
    let rows = files::whole_of(&app.pool, app.project, &hashes).await?;
    let of: HashMap<ImageId, Hash> = rows.iter().map(|(row, hash)| (row.id, *hash)).collect();
    let mut here = absence::present(app, rows.into_iter().map(|(row, _)| row).collect()).await?;
    if here.is_empty() {
        return Ok(HashMap::new());
    }
    make_last(app, &here).await?;
    here.sort_unstable_by_key(|row| std::cmp::Reverse(row.id));
    Ok(here.into_iter().filter_map(|row| Some((*of.get(&row.id)?, row.id))).collect())
}

/// Whoever is told that it is here lets go of it. Others may have put it there a moment ago, and waited for no disk.
async fn make_last(app: &App, here: &[Known]) -> Result<(), Error> {
    let path = |row: &Known| Some(app.folders.row(row.folder)?.root.join(&row.seen.path));
    let paths: Vec<PathBuf> = here.iter().filter_map(path).collect();
    let synced = in_background(move || {
        paths.iter().try_for_each(|path| {
            File::open(path)?.sync_all()?;
            path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
        })
    });
    synced.await?.map_err(Error::disk(&app.managed.root))?;
    Ok(db::flush(&app.pool).await?)
}
