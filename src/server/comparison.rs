//! What is told of pictures that lie beside each other, all of one moment. Knows no neighbours.

use super::{
    App, Error,
    db::{self, feed, images},
    gallery::wall_clock,
};
use crate::model::{Comparison, ImageId, Sight, Sights};

pub async fn of(app: &App, ids: &[ImageId]) -> Result<Sights, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    let mut sights = Vec::new();
    for id in Comparison::of(ids).ids {
        let (card, row) = (images::card(&mut tx, id).await?, images::picture(&mut tx, id).await?);
        sights.extend(card.zip(row).map(|(card, row)| Sight {
            card,
            taken: row.taken_at.and_then(|at| wall_clock(at, row.taken_offset_min)),
            exposure: row.facts.exposure(),
        }));
    }
    Ok(Sights { at: feed::head(&mut tx).await?.at, sights })
}
