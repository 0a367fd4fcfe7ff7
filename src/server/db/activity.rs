//! Activity: what happened, for people.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::model::ImageId;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Arrived,
    Uploaded,
    Cropped,
    Changed,
    Moved,
    Missing,
    Healed,
    /// Its bytes went bad.
    Decayed,
    /// A person takes what its file holds now for meant.
    Accepted,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Arrived => "arrived",
            Kind::Uploaded => "uploaded",
            Kind::Cropped => "cropped",
            Kind::Changed => "changed",
            Kind::Moved => "moved",
            Kind::Missing => "missing",
            Kind::Healed => "healed",
            Kind::Decayed => "decayed",
            Kind::Accepted => "accepted",
        }
    }
}

/// With the images' names and hashes of that moment: later ones would tell another story.
pub async fn record(tx: &mut PgConnection, kind: Kind, images: &[ImageId]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = images.iter().map(|id| id.0).collect();
    sqlx::query!(
        "insert into activity (project_id, kind, image_id, detail)
         select i.project_id, $1, i.id, jsonb_build_object('name', i.name, 'hash', encode(i.hash, 'hex'), 'reason', i.reason)
         from images i where i.id = any($2) order by i.id",
        kind.name(),
        &ids
    )
    .execute(tx)
    .await
    .map(|_| ())
}
