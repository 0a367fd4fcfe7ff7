//! The whole feed at rest, and what must be true of it. Waits for nothing.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::RangeInclusive,
};

use pixelsync::{
    model::{Batch, Card, Change, ImageId, Op},
    server::db::{DbError, Pool},
};
use sqlx::types::Json;
use uuid::Uuid;

use super::node::Kept;

/// How names begin that were written and rolled back.
pub(crate) const UNDONE: &str = "undone";

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) seq: i64,
    bat: i64,
    tx: String,
    entity: Uuid,
    rev: i64,
    op: String,
}

pub(crate) struct Ledger {
    pub(crate) rows: Vec<Row>,
    /// How many images were shown after each change; the first is before all of them.
    totals: Vec<i64>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Faults {
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    pub(crate) inversions: usize,
}

impl Ledger {
    pub(crate) async fn read(pool: &Pool) -> Result<Ledger, DbError> {
        let rows: Vec<Row> = sqlx::query_as("select seq, bat, tx::text as tx, entity, rev, op from feed order by seq")
            .fetch_all(pool)
            .await?;
        let mut totals = vec![0];
        for row in &rows {
            totals.push(totals[totals.len() - 1] + i64::from(row.op == "insert") - i64::from(row.op == "delete"));
        }
        Ok(Ledger { rows, totals })
    }

    /// Numbers without a hole or a double, up to the head.
    pub(crate) fn check_dense(&self, head: i64) {
        let numbers: Vec<i64> = self.rows.iter().map(|row| row.seq).collect();
        assert_eq!(numbers, (1..=head).collect::<Vec<_>>(), "the numbers have holes or doubles");
    }

    /// A seal is one stretch that says its own end, and no transaction lies in two.
    pub(crate) fn check_seals(&self) {
        let mut seal_of: HashMap<&str, i64> = HashMap::new();
        for (row, next) in self.rows.iter().zip(self.rows.iter().skip(1).map(Some).chain([None])) {
            assert!(
                if row.seq == row.bat { true } else { next.is_some_and(|next| next.bat == row.bat) },
                "the seal of {} is torn",
                row.seq
            );
            let seal = *seal_of.entry(&row.tx).or_insert(row.bat);
            assert_eq!(seal, row.bat, "the transaction of {} is in two seals", row.seq);
        }
    }

    /// Acknowledged changes that are missing, changes that are there twice, and changes before older ones of their image.
    pub(crate) fn faults(&self, acknowledged: &[Kept]) -> Faults {
        let mut told: HashMap<(Uuid, i64), Vec<&str>> = HashMap::new();
        let mut newest: HashMap<Uuid, i64> = HashMap::new();
        let mut inversions = 0;
        for row in &self.rows {
            told.entry((row.entity, row.rev)).or_default().push(&row.op);
            let before = newest.insert(row.entity, row.rev);
            inversions += usize::from(before.is_some_and(|before| before >= row.rev));
        }
        let lost = acknowledged.iter().filter(|kept| {
            let found = told.get(&(kept.id, kept.rev)).and_then(|ops| ops.first());
            found.copied() != kept.op.map(name)
        });
        let doubled = told.values().map(|ops| ops.len() - 1).sum();
        Faults { lost: lost.count(), doubled, inversions }
    }

    /// What a reader got, over all the lives of its node: each batch joins the one before, names every image that changed in
    /// between at its newest change or later, and has the total of its end.
    pub(crate) fn check_reader(&self, batches: &[&Batch]) {
        for pair in batches.windows(2) {
            assert_eq!(pair[0].to, pair[1].from, "a reader was led past something, or twice past the same");
        }
        for batch in batches {
            let between = place(batch.from.seq)..place(batch.to.seq);
            assert_eq!(i64::from(batch.total), self.totals[between.end], "the total at {}", batch.to.seq);
            let newest: BTreeMap<Uuid, i64> = self.rows[between].iter().map(|row| (row.entity, row.seq)).collect();
            let told: BTreeMap<Uuid, i64> = batch.changes.iter().map(|change| (change.id.0, change.seq)).collect();
            assert_eq!(told, newest, "from {} to {}", batch.from.seq, batch.to.seq);
            assert!(batch.changes.is_sorted_by(|a, b| a.seq < b.seq), "a batch is out of order: {batch:?}");
            for change in &batch.changes {
                self.check_change(change);
            }
        }
    }

    /// A card is of its change or newer. It is absent after a removal, also after one that is told later.
    fn check_change(&self, change: &Change) {
        let row = &self.rows[place(change.seq - 1)];
        assert_eq!((row.entity, &*row.op), (change.id.0, name(change.op)), "{change:?}");
        assert!(change.rev >= row.rev, "{change:?} is older than revision {}", row.rev);
        match &change.card {
            Some(card) => {
                assert!(change.op != Op::Delete && card.id == change.id && card.rev == change.rev, "{change:?}");
                assert!(!card.name.starts_with(UNDONE), "what was rolled back was told: {change:?}");
            }
            None => {
                let later = self.rows[place(change.seq - 1)..].iter();
                assert!(
                    later.filter(|row| row.entity == change.id.0).any(|row| row.op == "delete"),
                    "{change:?} has no card"
                );
            }
        }
    }

    /// A reader may stop only where a seal ends.
    pub(crate) fn check_stops(&self, batches: &[&Batch]) {
        let ends: HashSet<i64> = self.rows.iter().map(|row| row.bat).chain([0]).collect();
        let torn = batches.iter().find(|batch| !ends.contains(&batch.to.seq));
        assert_eq!(torn.map(|batch| batch.to.seq), None, "a reader stopped inside of a seal");
    }

    pub(crate) fn check_numbers(&self, seen: &[i64]) {
        let all: RangeInclusive<i64> = 1..=self.rows.last().map_or(0, |row| row.seq);
        assert_eq!(seen, all.collect::<Vec<_>>(), "who follows by cursor sees every number once, in order");
    }
}

fn place(seq: i64) -> usize {
    usize::try_from(seq).expect("a number")
}

/// What a page shows that got these: a card gives way to a newer one only. Without their revisions, since a change that no card
/// shows has one, too.
pub(crate) fn shown_by(batches: &[&Batch]) -> BTreeMap<ImageId, Card> {
    let mut known: BTreeMap<ImageId, (i64, Option<Card>)> = BTreeMap::new();
    for change in batches.iter().flat_map(|batch| &batch.changes) {
        let is_newer = known.get(&change.id).is_none_or(|(rev, _)| change.rev > *rev);
        // an image that is gone by now is told to be gone later
        let is_telling = change.card.is_some() || change.op == Op::Delete;
        if is_newer && is_telling {
            known.insert(change.id, (change.rev, change.card.clone()));
        }
    }
    known.into_iter().filter_map(|(id, (_, card))| Some((id, Card { rev: 0, ..card? }))).collect()
}

/// What a page shows that is opened now.
pub(crate) async fn shown_now(pool: &Pool) -> Result<BTreeMap<ImageId, Card>, DbError> {
    let sql = "select image_card(i) from images i where removed_at is null";
    let cards: Vec<Json<Card>> = sqlx::query_scalar(sql).fetch_all(pool).await?;
    Ok(cards.into_iter().map(|Json(card)| (card.id, Card { rev: 0, ..card })).collect())
}

fn name(op: Op) -> &'static str {
    match op {
        Op::Insert => "insert",
        Op::Update => "update",
        Op::Delete => "delete",
    }
}

/// How many images the feed does not end with as they are: told and shown, or told and gone.
pub(crate) async fn count_strays(pool: &Pool) -> Result<i64, DbError> {
    sqlx::query_scalar(
        "with told as (select distinct on (entity) entity, rev, op from feed order by entity, seq desc)
         select count(*) from images i full join told on told.entity = i.id
         where i.id is null or told.entity is null or told.rev > i.rev or (i.removed_at is null) <> (told.op <> 'delete')",
    )
    .fetch_one(pool)
    .await
}

/// The total that pages show, and how many images there are.
pub(crate) async fn totals(pool: &Pool) -> Result<(i64, i64), DbError> {
    sqlx::query_as("select (select total from feed_totals), (select count(*) from images where removed_at is null)")
        .fetch_one(pool)
        .await
}
