//! Activity: what happened, for people.

use sqlx::PgConnection;

use crate::model::{ImageId, ProjectId};

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Arrived,
    Uploaded,
    Cropped,
    Changed,
    Moved,
    Missing,
    Healed,
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
        }
    }
}

/// With the image's name and hash of that moment: later ones would tell another story.
pub async fn record(tx: &mut PgConnection, project: ProjectId, kind: Kind, image: ImageId) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into activity (project_id, kind, image_id, detail)
         select $1, $2, i.id, jsonb_build_object('name', i.name, 'hash', encode(i.hash, 'hex'), 'reason', i.reason)
         from images i where i.id = $3",
        project.0,
        kind.name(),
        image.0
    )
    .execute(tx)
    .await
    .map(|_| ())
}
