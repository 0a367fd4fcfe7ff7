//! How many pictures there are of each moment: where a place in an order of time is, without walking there. Reads what
//! `feed_seal` and the finder have counted.

use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::model::{ImageId, ProjectId};

pub const QUARTER_MS: i64 = 900_000;
const SHORT_MS: i64 = 3_000;

/// How many of a moment there are, and the sum of their shapes as far as they are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Span {
    /// Quarters of an hour or days since 1970.
    pub span: i64,
    pub total: i64,
    /// Hundredths of width by height, of `known` of them.
    pub ratio: i64,
    pub known: i64,
}

/// A moment, and how many pictures stand before it in the order that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub span: i64,
    pub above: i64,
}

pub fn total(spans: &[Span]) -> i64 {
    spans.iter().map(|span| span.total).sum()
}

/// The span in which a place is, of spans that stand earliest first, in an order that ascends or not.
pub fn at(spans: &[Span], ascends: bool, place: i64) -> Option<Moment> {
    let mut above = 0;
    let mut holds = |span: &&Span| {
        let is_it = place < above + span.total;
        above += if is_it { 0 } else { span.total };
        is_it
    };
    let span = if ascends { spans.iter().find(&mut holds) } else { spans.iter().rev().find(&mut holds) };
    span.map(|span| span.span).map(|span| Moment { span, above })
}

/// The first id that can be drawn at a moment.
pub fn first_id(ms: i64) -> ImageId {
    ImageId(Uuid::from_u128(u128::try_from(ms).unwrap_or(0) << 80))
}

/// The highest id that can be drawn before a moment.
fn last_before(ms: i64) -> ImageId {
    ImageId(Uuid::from_u128((u128::try_from(ms).unwrap_or(0) << 80).saturating_sub(1)))
}

/// Where to read all pictures as they were added, newest first, to come to `place`: the highest id, and how many to pass over.
pub async fn newest_at(tx: &mut PgConnection, project: ProjectId, place: i64) -> sqlx::Result<Option<(ImageId, i64)>> {
    let moment = sqlx::query_as!(
        Moment,
        r#"with quarter as (
               select span, above
               from (select span, sum(total) over (order by span desc) - total as above from feed_spans
                     where scope = $1 and kind = 'image' and width = 900000 and total > 0) as quarters
               where above <= $2::bigint order by above desc limit 1
           ), short as (
               select s.span, quarter.above + sum(s.total) over (order by s.span desc) - s.total as above
               from quarter join feed_spans s on s.scope = $1 and s.kind = 'image' and s.width = 3000 and s.total > 0
                    and s.span between quarter.span * 300 and quarter.span * 300 + 299
           )
           select span as "span!", above::bigint as "above!" from short where above <= $2::bigint order by above desc limit 1"#,
        project.0,
        place
    )
    .fetch_optional(tx)
    .await?;
    Ok(moment.map(|Moment { span, above }| (last_before((span + 1) * SHORT_MS), place - above)))
}

/// How many were added after this one.
pub async fn newer_than(tx: &mut PgConnection, project: ProjectId, id: ImageId) -> sqlx::Result<i64> {
    let ms = id.added_ms();
    let short = ms / SHORT_MS;
    sqlx::query_scalar!(
        r#"select (coalesce((select sum(total) from feed_spans
                             where scope = $1 and kind = 'image' and width = 900000 and span > $3), 0)
                 + coalesce((select sum(total) from feed_spans
                             where scope = $1 and kind = 'image' and width = 3000 and span > $4 and span < ($3 + 1) * 300), 0)
                 + (select count(*) from images where project_id = $1 and removed_at is null and id > $2 and id <= $5))::bigint
           as "newer!""#,
        project.0,
        id.0,
        ms / QUARTER_MS,
        short,
        last_before((short + 1) * SHORT_MS).0
    )
    .fetch_one(tx)
    .await
}

/// All pictures by the quarters of an hour in which they were added, newest first.
pub async fn added(tx: &mut PgConnection, project: ProjectId) -> sqlx::Result<Vec<Span>> {
    sqlx::query_as!(
        Span,
        r#"select s.span, s.total, coalesce(f.ratio, 0) as "ratio!", coalesce(f.total, 0) as "known!"
           from feed_spans s left join finds_spans f on f.project_id = s.scope and f.by = 'added' and f.span = s.span
           where s.scope = $1 and s.kind = 'image' and s.width = 900000 and s.total > 0 order by s.span desc"#,
        project.0
    )
    .fetch_all(tx)
    .await
}

/// By which time what is found is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// In quarters of an hour.
    Added,
    /// In days.
    Taken,
}

impl Time {
    fn name(self) -> &'static str {
        match self {
            Time::Added => "added",
            Time::Taken => "taken",
        }
    }
}

/// All that can be found, in the order of time.
pub async fn found(tx: &mut PgConnection, project: ProjectId, by: Time) -> sqlx::Result<Vec<Span>> {
    sqlx::query_as!(
        Span,
        r#"select span, total, ratio, total as "known!" from finds_spans
           where project_id = $1 and by = $2 and total > 0 order by span"#,
        project.0,
        by.name()
    )
    .fetch_all(tx)
    .await
}

/// How many can be found, and the sum of their shapes.
pub async fn found_in_all(tx: &mut PgConnection, project: ProjectId) -> sqlx::Result<Span> {
    sqlx::query_as!(
        Span,
        r#"select 0::bigint as "span!", coalesce(sum(total), 0)::bigint as "total!", coalesce(sum(ratio), 0)::bigint as "ratio!",
                  coalesce(sum(total), 0)::bigint as "known!"
           from finds_spans where project_id = $1 and by = 'taken'"#,
        project.0
    )
    .fetch_one(tx)
    .await
}

/// The moment of all that can be found in which a place is, for an order of time that ascends or not.
pub async fn found_at(
    tx: &mut PgConnection,
    project: ProjectId,
    by: Time,
    ascends: bool,
    place: i64,
) -> sqlx::Result<Option<Moment>> {
    sqlx::query_as!(
        Moment,
        r#"select span, above::bigint as "above!"
           from (select span, sum(total) over (order by span * $3) - total as above from finds_spans
                 where project_id = $1 and by = $2 and total > 0) as spans
           where above <= $4::bigint order by above desc limit 1"#,
        project.0,
        by.name(),
        if ascends { 1 } else { -1 },
        place
    )
    .fetch_optional(tx)
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_in_one_span() {
        let spans = [(4, 2), (7, 3)].map(|(span, total)| Span { span, total, ratio: 0, known: 0 });
        let check = |ascends: bool, place: i64, expect: Option<(i64, i64)>| {
            let moment = at(&spans, ascends, place).map(|moment| (moment.span, moment.above));
            assert_eq!(moment, expect, "{ascends} {place}");
        };
        check(true, 0, Some((4, 0)));
        check(true, 1, Some((4, 0)));
        check(true, 2, Some((7, 2)));
        check(false, 2, Some((7, 0)));
        check(false, 3, Some((4, 3)));
        check(false, 5, None);
    }

    #[test]
    fn ids_are_drawn_at_their_moment() {
        let (first, last) = (first_id(3_000), last_before(3_000));
        assert!(last < first && last > first_id(2_999));
    }
}
