//! Details: what people said of an image, and what only its page tells of its file.

use sqlx::PgConnection;

use crate::model::{ImageId, details::Flag};

pub struct Row {
    pub title: Option<String>,
    pub caption: Option<String>,
    pub rating: Option<i16>,
    pub flag: Option<Flag>,
    pub label: Option<String>,
    pub tags: Vec<String>,
    pub orientation: Option<i16>,
    pub mtime_ns: i64,
}

pub async fn of_image(tx: &mut PgConnection, id: ImageId) -> sqlx::Result<Option<Row>> {
    sqlx::query_as!(
        Row,
        r#"select i.title, i.caption, i.rating, i.flag as "flag: Flag", i.label, i.orientation, i.mtime_ns,
                  array(select tag from image_tags where image_id = i.id order by lower(tag), tag) as "tags!"
           from images i where i.id = $1 and i.removed_at is null"#,
        id.0
    )
    .fetch_optional(tx)
    .await
}
