//! The sides by which pictures can be told apart, and how many there are of each kind.

use sqlx::{PgConnection, QueryBuilder};

use super::Search;
use crate::model::{Count, Facet};

/// A side of the pictures by which they can be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Type,
    State,
    Rating,
    Flag,
    Label,
    Tag,
    Camera,
    Lens,
    Shape,
    Folder,
}

impl Side {
    pub const ALL: [Side; 10] = [
        Side::Type,
        Side::State,
        Side::Rating,
        Side::Flag,
        Side::Label,
        Side::Tag,
        Side::Camera,
        Side::Lens,
        Side::Shape,
        Side::Folder,
    ];

    /// The key that addresses have for it.
    pub fn key(self) -> &'static str {
        match self {
            Side::Type => "type",
            Side::State => "state",
            Side::Rating => "rating",
            Side::Flag => "flag",
            Side::Label => "label",
            Side::Tag => "tag",
            Side::Camera => "camera",
            Side::Lens => "lens",
            Side::Shape => "shape",
            Side::Folder => "folder",
        }
    }

    fn value(self) -> &'static str {
        match self {
            Side::Type => "type",
            Side::State => "state",
            Side::Rating => "rating",
            Side::Flag => "coalesce(flag, 'none')",
            Side::Label => "label",
            Side::Tag => "unnest(tags)",
            Side::Camera => "camera",
            Side::Lens => "lens",
            Side::Shape => "shape",
            Side::Folder => "folder_id",
        }
    }
}

/// Of each side the most frequent ones.
const VALUES_MAX: usize = 60;

impl Search {
    /// Whether the query says something of a side by which a picture has one value at most.
    pub(super) fn asks_of(&self, side: Side) -> bool {
        let query = &self.query;
        match side {
            Side::Type => !query.types.is_empty(),
            Side::State => !query.states.is_empty(),
            Side::Rating => query.rating.is_some(),
            Side::Flag => !query.flags.is_empty(),
            Side::Label => !query.labels.is_empty(),
            // all of them are wanted, so another one is one more of those
            Side::Tag => false,
            Side::Camera => !query.cameras.is_empty(),
            Side::Lens => !query.lenses.is_empty(),
            Side::Shape => !query.shapes.is_empty(),
            Side::Folder => !query.folders.is_empty(),
        }
    }

    /// How many there are of each kind: on each side as if nothing were said about it yet.
    pub async fn counts(&self, tx: &mut PgConnection) -> sqlx::Result<Vec<Facet>> {
        // a row of them for each tag would count nothing else right
        let (alone, together): (Vec<Side>, Vec<Side>) =
            Side::ALL.into_iter().partition(|side| *side == Side::Tag || self.asks_of(*side));
        let mut counts: Vec<(Side, Vec<Count>)> =
            together.iter().copied().zip(self.counts_of(tx, &together, None).await?).collect();
        for side in alone {
            counts.push((side, self.counts_alone(tx, side).await?));
        }
        counts.sort_by_key(|(side, _)| Side::ALL.iter().position(|other| other == side));
        Ok(counts.into_iter().map(|(side, counts)| most_frequent(side, counts)).collect())
    }

    /// Of one side those in whose names the words are, wherever.
    pub async fn values_called(&self, tx: &mut PgConnection, side: Side, called: &str) -> sqlx::Result<Facet> {
        let called = called.trim().to_lowercase();
        let mut counts = self.counts_alone(tx, side).await?;
        counts.retain(|count| count.value.to_lowercase().contains(&called));
        Ok(most_frequent(side, counts))
    }

    async fn counts_alone(&self, tx: &mut PgConnection, side: Side) -> sqlx::Result<Vec<Count>> {
        let counts = self.counts_of(tx, &[side], Some(side).filter(|side| self.asks_of(*side))).await?;
        Ok(counts.into_iter().flatten().collect())
    }

    /// Counted in one go for all sides: first by all of their values together, of which there are few beside the pictures.
    async fn counts_of(
        &self,
        tx: &mut PgConnection,
        sides: &[Side],
        leaving_out: Option<Side>,
    ) -> sqlx::Result<Vec<Vec<Count>>> {
        if sides.is_empty() {
            return Ok(Vec::new());
        }
        let each = |name: &dyn Fn(usize, &Side) -> String| {
            sides.iter().enumerate().map(|(at, side)| name(at, side)).collect::<Vec<_>>().join(", ")
        };
        let (names, values) = (each(&|at, _| format!("s{at}")), each(&|at, side| format!("{} as s{at}", side.value())));
        let (texts, sets) = (each(&|at, _| format!("s{at}::text")), each(&|at, _| format!("(s{at})")));
        let mut sql = QueryBuilder::new(format!(
            "select array[{texts}], sum(number)::bigint from (select {names}, count(*) as number from (select {values}"
        ));
        self.push_where(&mut sql, leaving_out);
        sql.push(format!(") as found group by {names}) as together group by grouping sets ({sets})"));
        // each row is of the one side that it has a value of
        let rows: Vec<(Vec<Option<String>>, i64)> = sql.build_query_as().persistent(false).fetch_all(tx).await?;
        let mut counts = vec![Vec::new(); sides.len()];
        for (values, number) in rows {
            for (counts, value) in counts.iter_mut().zip(values) {
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                counts.extend(value.map(|value| Count { value, number }));
            }
        }
        Ok(counts)
    }
}

fn most_frequent(side: Side, mut values: Vec<Count>) -> Facet {
    values.sort_by(|one, other| other.number.cmp(&one.number).then_with(|| one.value.cmp(&other.value)));
    let more = values.len() > VALUES_MAX;
    values.truncate(VALUES_MAX);
    Facet { key: side.key().to_owned(), values, more }
}
