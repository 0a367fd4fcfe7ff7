//! What happened to a picture's file, each event beside what was before it. Writes none of it down.

use super::{
    App, Error,
    db::{
        self,
        activity::{self, Kind, Row},
    },
};
use crate::model::{Event, ImageId, Past};

pub async fn of(app: &App, id: ImageId) -> Result<Past, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    // one more tells what was before the last
    let rows = activity::of_image(&mut tx, id, Past::EVENTS_MAX as i64 + 1).await?;
    Ok(told(rows, Past::EVENTS_MAX))
}

fn told(rows: Vec<Row>, events_max: usize) -> Past {
    let is_cut = rows.len() > events_max;
    let events = rows.iter().enumerate().take(events_max).map(|(at, row)| event(row, rows.get(at + 1))).collect();
    Past { events, is_cut }
}

fn event(row: &Row, before: Option<&Row>) -> Event {
    let former = |part: fn(&Row) -> &Option<String>| {
        let (now, was) = (part(row).as_ref()?, part(before?).as_ref()?);
        (was != now).then(|| was.clone())
    };
    Event {
        at_ms: row.at_ms,
        kind: row.kind,
        who: row.who.clone(),
        name: row.name.clone(),
        former_name: former(|row| &row.name),
        hash: row.hash.clone(),
        // what is accepted is read, and told of, only afterwards
        former_hash: former(|row| &row.hash).filter(|_| row.kind != Kind::Accepted),
        reason: row.reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: Kind, name: &str, hash: Option<&str>) -> Row {
        let (name, hash) = (Some(name.to_owned()), hash.map(str::to_owned));
        Row { at_ms: 0, kind, who: None, name, hash, reason: None }
    }

    #[test]
    fn each_event_tells_what_was_before_it_where_that_was_another() {
        let past = told(
            vec![
                row(Kind::Changed, "b.jpg", Some("2")),
                row(Kind::Accepted, "b.jpg", Some("1")),
                row(Kind::Decayed, "b.jpg", Some("2")),
                row(Kind::Changed, "b.jpg", Some("1")),
                row(Kind::Changed, "b.jpg", None),
                row(Kind::Moved, "b.jpg", Some("1")),
                row(Kind::Arrived, "a.jpg", Some("1")),
            ],
            10,
        );
        let hashes: Vec<_> = past.events.iter().map(|event| event.former_hash.as_deref()).collect();
        assert_eq!(hashes, [Some("1"), None, Some("1"), None, None, None, None]);
        let names: Vec<_> = past.events.iter().map(|event| event.former_name.as_deref()).collect();
        assert_eq!(names, [None, None, None, None, None, Some("a.jpg"), None]);
        assert!(!past.is_cut);
    }

    #[test]
    fn the_last_of_many_knows_what_was_before_it() {
        let rows = || vec![row(Kind::Changed, "a.jpg", Some("2")), row(Kind::Arrived, "a.jpg", Some("1"))];
        let past = told(rows(), 1);
        assert_eq!((past.events.len(), past.is_cut), (1, true));
        assert_eq!(past.events[0].former_hash.as_deref(), Some("1"));
    }
}
