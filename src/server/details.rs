//! What the page of a picture tells beside its card: what people said, and what the camera wrote. Reads no file.

use super::{
    Error,
    db::{Tx, details},
};
use crate::{
    imaging::Facts,
    model::{Details, ImageId, details::Place},
};

pub async fn of(tx: &mut Tx<'_>, id: ImageId, facts: &Facts) -> Result<Details, Error> {
    let row = details::of_image(tx, id).await?.ok_or(Error::NotFound)?;
    let small = |number: i16| u8::try_from(number).ok();
    Ok(Details {
        title: row.title,
        caption: row.caption,
        rating: row.rating.and_then(small),
        flag: row.flag,
        label: row.label,
        tags: row.tags,
        orientation: row.orientation.and_then(small),
        depth: facts.depth,
        profile: facts.profile.clone(),
        animated: facts.animated,
        focal_length: facts.focal_length_shown(),
        flash: facts.flash,
        place: facts.place.map(|place| Place {
            latitude: place.latitude,
            longitude: place.longitude,
            altitude: place.altitude,
        }),
        modified_ms: row.mtime_ns.div_euclid(1_000_000),
    })
}
