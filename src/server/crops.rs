//! Crops: a piece of a picture as a file of its own in the managed folder, linked to the picture that it is of.
//!
//! What the piece is of is written down before the file is there, under the content's hash; whoever takes the file in, be it
//! the watcher or the next start, finds it and makes the link in the same transaction.

use std::path::Path;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    App, Error,
    background::in_background,
    db::{
        activity,
        crops::{self, Intention},
        images::{self, Original},
        jobs::Priority,
    },
    develop::{self, NotOpened},
    ingest::{self, Door},
    reconcile::Hash,
    root,
};
use crate::{
    folder::{
        Seen,
        scan::{path_from_bytes, shown_name},
        write::{Part, SafePath, safe_name},
    },
    imaging::{
        Format, Limits, Purpose,
        crop::{self, Cropped, Region},
    },
    model::{self, Card, ImageId, State},
};

/// The new picture, and how near it is to the data that it comes from.
pub struct Made {
    pub id: ImageId,
    pub kind: crop::Kind,
}

/// For a page: the piece is in the catalogue, and what is seen of it comes by the feed.
pub async fn cut_out(app: &App, of: ImageId, region: model::Region) -> Result<Card, Error> {
    let model::Region { x, y, width, height } = region;
    let region = Region::new(x, y, width, height).map_err(|error| Error::Refused(format!("{error}.")))?;
    let made = write(app, of, region).await?;
    images::card(&mut *app.pool.acquire().await?, made.id).await?.ok_or(Error::NotFound)
}

/// The same, and waits until it is developed.
pub async fn make(app: &App, of: ImageId, region: Region) -> Result<Made, Error> {
    let made = write(app, of, region).await?;
    develop::settled(app, made.id, develop::PROVIDE_MAX).await?;
    Ok(made)
}

async fn write(app: &App, of: ImageId, region: Region) -> Result<Made, Error> {
    let original = images::original(&app.pool, of).await?.ok_or(Error::NotFound)?;
    if matches!(original.state, State::Missing | State::Unreadable) {
        return Err(Error::Refused("The file is not there just now, so it cannot be cropped.".into()));
    }
    root::check_mark(&app.managed)?;
    let (piece, of_hash) = cut(app, &original, region).await?;
    let hash: Hash = Sha256::digest(&piece.bytes).into();
    let number = crops::count(&app.pool, of).await? + 1;
    let name = piece_name(&path_from_bytes(&original.source.path), piece.format, number);
    let recipe = json!({ "crop": region, "kind": piece.kind.name() });
    crops::intend(&app.pool, Intention { hash: &hash, of, of_hash: &of_hash, recipe: &recipe }).await?;
    let kind = piece.kind;
    let id = publish(app, piece, name, &hash).await?;
    // had the same piece been there before, nobody took the intention up
    crops::forget(&app.pool, &hash).await?;
    Ok(Made { id, kind })
}

/// The piece, and the hash of what it was cut from: a region is of the picture that was looked at, and of no other.
async fn cut(app: &App, original: &Original, region: Region) -> Result<(Cropped, Hash), Error> {
    let turn = app.room.core().await?;
    let file = develop::open_one(app, &original.source, Purpose::Whole).await?.map_err(|why| match why {
        NotOpened::TooLarge(reason) => Error::Refused(reason),
        NotOpened::Forbidden => Error::Refused(ingest::UNREADABLE.into()),
        NotOpened::Gone => changed(),
    })?;
    let known = original.hash.clone();
    in_background(move || {
        let _turn = turn;
        let hash: Hash = Sha256::digest(&file.bytes).into();
        if known.is_some_and(|known| known != hash) {
            return Err(changed());
        }
        let piece = crop::crop(&file.bytes, region, &Limits::default()).map_err(Error::Refused)?;
        Ok((piece, hash))
    })
    .await?
}

fn changed() -> Error {
    Error::Refused("The file is not there just now, or it has just changed. Try again.".into())
}

async fn publish(app: &App, piece: Cropped, name: String, hash: &Hash) -> Result<ImageId, Error> {
    let folder = &app.managed;
    let root = folder.root.clone();
    let write = move || {
        let mut part = Part::create(&root)?;
        part.write(&piece.bytes)?;
        let published = part.publish(&SafePath::of_name(&name))?.path;
        let meta = root.join(&published).symlink_metadata()?;
        Ok(Seen::new(published, &meta))
    };
    let seen = in_background(write).await?.map_err(Error::disk(&folder.root))?;
    let door = Door { folder, priority: Priority::Arrival, how: activity::Kind::Cropped };
    // None when somebody took it out of the folder in the same moment
    ingest::add(app, door, seen, Some(hash)).await?.ok_or(Error::NotFound)
}

/// `harbour.jpg` gives `harbour_crop-1.jpg`, in the end that its format has where that is another one.
fn piece_name(source: &Path, format: Format, number: i64) -> String {
    let stem = shown_name(Path::new(source.file_stem().unwrap_or_default()));
    let own = source.extension().map(|end| end.to_string_lossy().into_owned());
    let ends: &[&str] = match format {
        Format::Png => &["png"],
        Format::Tiff => &["tif", "tiff"],
        Format::WebP => &["webp"],
        _ => &["jpg", "jpeg", "jpe", "jfif"],
    };
    let end =
        own.filter(|own| ends.iter().any(|end| end.eq_ignore_ascii_case(own))).unwrap_or_else(|| ends[0].to_owned());
    safe_name(&format!("{stem}_crop-{number}.{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_says_what_it_is_of() {
        let name = |source: &str, format| piece_name(Path::new(source), format, 2);
        assert_eq!(name("trip/harbour.JPG", Format::Jpeg), "harbour_crop-2.JPG");
        assert_eq!(name("scan.bmp", Format::Png), "scan_crop-2.png");
        assert_eq!(name("raw.nef", Format::Jpeg), "raw_crop-2.jpg");
        assert_eq!(name("plain", Format::Tiff), "plain_crop-2.tif");
    }
}
