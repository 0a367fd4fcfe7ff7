//! How many pictures there are of each moment: where a place in an order of time is, without walking there. Reads what
//! `feed_seal` and the finder have counted.

use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::model::{ImageId, ProjectId, zone::QUARTER_MS};

const SHORT_MS: i64 = 3_000;

/// How many of a moment there are, and the sum of their shapes as far as they are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Span {
    /// Days since 1970.
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

/// How many stand before a span in an order that ascends or not.
pub fn before(spans: &[Span], ascends: bool, span: i64) -> i64 {
    let is_before = |other: &&Span| if ascends { other.span < span } else { other.span > span };
    spans.iter().filter(is_before).map(|span| span.total).sum()
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
/// The quarter of an hour that it is in is known.
pub async fn newest_at(
    tx: &mut PgConnection,
    project: ProjectId,
    quarter: Moment,
    place: i64,
) -> sqlx::Result<Option<(ImageId, i64)>> {
    let moment = sqlx::query_as!(
        Moment,
        r#"select span, above::bigint as "above!"
           from (select span, $2::bigint + sum(total) over (order by span desc) - total as above from feed_spans
                 where scope = $1 and kind = 'image' and width = 3000 and total > 0 and span between $3::bigint * 300 and $3::bigint * 300 + 299) as spans
           where above <= $4::bigint order by above desc limit 1"#,
        project.0,
        quarter.above,
        quarter.span,
        place
    )
    .fetch_optional(tx)
    .await?;
    Ok(moment.map(|Moment { span, above }| (last_before((span + 1) * SHORT_MS), place - above)))
}

/// How many were added after this one, within the same quarter of an hour.
pub async fn newer_in_quarter(tx: &mut PgConnection, project: ProjectId, id: ImageId) -> sqlx::Result<i64> {
    let ms = id.added_ms();
    let short = ms / SHORT_MS;
    sqlx::query_scalar!(
        r#"select (coalesce((select sum(total) from feed_spans
                             where scope = $1 and kind = 'image' and width = 3000 and span > $4 and span < ($3::bigint + 1) * 300), 0)
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

/// All pictures by the quarters of an hour in which they were added, earliest first.
pub async fn added(tx: &mut PgConnection, project: ProjectId) -> sqlx::Result<Vec<(i64, i64)>> {
    let rows = sqlx::query!(
        "select span, total from feed_spans where scope = $1 and kind = 'image' and width = 900000 and total > 0 order by span",
        project.0
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.span, row.total)).collect())
}

/// A picture came to a quarter of an hour or went from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub seq: i64,
    pub quarter: i64,
    pub change: i64,
}

/// What happened after `after`, up to and with `upto`.
pub async fn steps(tx: &mut PgConnection, project: ProjectId, after: i64, upto: i64) -> sqlx::Result<Vec<Step>> {
    sqlx::query_as!(
        Step,
        r#"select seq, uuid_ms(entity) / 900000 as "quarter!", case op when 'insert' then 1::bigint else -1 end as "change!"
           from feed
           where seq > $2 and seq <= $3 and scope = $1 and kind = 'image' and op in ('insert', 'delete') order by seq"#,
        project.0,
        after,
        upto
    )
    .fetch_all(tx)
    .await
}

/// The shapes of what was added, by the days of Greenwich, newest first.
pub async fn shapes_added(tx: &mut PgConnection, project: ProjectId) -> sqlx::Result<Vec<Span>> {
    sqlx::query_as!(
        Span,
        r#"select span, total, ratio, total as "known!" from finds_spans
           where project_id = $1 and by = 'added' and total > 0 order by span desc"#,
        project.0
    )
    .fetch_all(tx)
    .await
}

/// By which time what is found is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// In the reader's days.
    Added,
    /// In the days of the clock where it was taken.
    Taken,
}

/// All that can be found, by the days on which it was taken, earliest first.
pub async fn taken(tx: &mut PgConnection, project: ProjectId) -> sqlx::Result<Vec<Span>> {
    sqlx::query_as!(
        Span,
        r#"select span, total, ratio, total as "known!" from finds_spans
           where project_id = $1 and by = 'taken' and total > 0 order by span"#,
        project.0
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

/// The day on which what stands at a place was taken, of all that can be found, in an order of taking that ascends or not.
pub async fn taken_at(
    tx: &mut PgConnection,
    project: ProjectId,
    ascends: bool,
    place: i64,
) -> sqlx::Result<Option<Moment>> {
    sqlx::query_as!(
        Moment,
        r#"select span, above::bigint as "above!"
           from (select span, sum(total) over (order by span * $2) - total as above from finds_spans
                 where project_id = $1 and by = 'taken' and total > 0) as spans
           where above <= $3::bigint order by above desc limit 1"#,
        project.0,
        if ascends { 1 } else { -1 },
        place
    )
    .fetch_optional(tx)
    .await
}

/// How many of all that can be found stand before a day in an order of taking.
pub async fn taken_before(tx: &mut PgConnection, project: ProjectId, ascends: bool, span: i64) -> sqlx::Result<i64> {
    let direction = if ascends { 1 } else { -1 };
    sqlx::query_scalar!(
        r#"select coalesce(sum(total), 0)::bigint as "before!" from finds_spans
           where project_id = $1 and by = 'taken' and span * $2 < $3::bigint * $2"#,
        project.0,
        direction,
        span
    )
    .fetch_one(tx)
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
        assert_eq!([before(&spans, true, 7), before(&spans, false, 7), before(&spans, false, 4)], [2, 0, 3]);
    }

    #[test]
    fn ids_are_drawn_at_their_moment() {
        let (first, last) = (first_id(3_000), last_before(3_000));
        assert!(last < first && last > first_id(2_999));
    }
}
