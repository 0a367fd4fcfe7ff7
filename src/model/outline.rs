//! A view's shape without its pictures: how many there are of each day, and how wide they are together. Knows no pixel.

use serde::{Deserialize, Serialize};

use super::{Cursor, Day};

/// What is taken for a picture whose shape nobody knows.
pub const RATIO_UNKNOWN: u32 = 133;

/// A day with fewer pictures has few.
const FEW: u32 = 4;
/// So many days have room enough, however few pictures they have.
const DAYS_FEW: usize = 6;

/// Days in the view's order, or one stretch without a day where the order is no order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    pub stretches: Vec<Stretch>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Stretch {
    pub day: Option<Day>,
    pub count: u32,
    /// Width by height in hundredths, of one picture with another.
    pub ratio: u32,
}

/// Short, because there are thousands of them.
type Written = (Option<i32>, u32, u32);

impl From<Written> for Stretch {
    fn from((day, count, ratio): Written) -> Stretch {
        Stretch { day: day.and_then(Day::of_number), count, ratio }
    }
}

impl From<Stretch> for Written {
    fn from(stretch: Stretch) -> Written {
        (stretch.day.map(Day::number), stretch.count, stretch.ratio)
    }
}

/// What a page is told of a view's shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outlined {
    pub at: Cursor,
    pub outline: Outline,
}

impl Outline {
    /// One stretch without a day.
    pub fn flat(count: u32) -> Outline {
        let stretch = Stretch { day: None, count, ratio: RATIO_UNKNOWN };
        Outline { stretches: if count > 0 { vec![stretch] } else { Vec::new() } }
    }

    pub fn total(&self) -> u32 {
        self.stretches.iter().map(|stretch| stretch.count).sum()
    }

    /// Whether most days have so few pictures that each under its own heading would leave most of the page empty. What it was before
    /// it stays for a while, so that single pictures that come and go turn nothing over.
    pub fn is_sparse(&self, was: Option<bool>) -> bool {
        let few = self.stretches.iter().filter(|stretch| stretch.day.is_some() && stretch.count < FEW).count();
        let percent = match was {
            None => 50,
            Some(true) => 40,
            Some(false) => 60,
        };
        self.stretches.len() > DAYS_FEW && few * 100 > percent * self.stretches.len()
    }

    /// Days that follow each other in the same month are one stretch, which has the month's first day.
    pub fn by_months(&self) -> Outline {
        let mut months: Vec<Stretch> = Vec::new();
        for stretch in &self.stretches {
            let month = stretch.day.and_then(|day| Day::new(day.year(), day.month(), 1));
            match months.last_mut() {
                Some(last) if last.day == month => {
                    let (all, these) = (u64::from(last.count) + u64::from(stretch.count), u64::from(stretch.count));
                    let sum = u64::from(last.ratio) * u64::from(last.count) + u64::from(stretch.ratio) * these;
                    last.ratio =
                        sum.checked_div(all).and_then(|mean| u32::try_from(mean).ok()).unwrap_or(RATIO_UNKNOWN);
                    last.count += stretch.count;
                }
                _ => months.push(Stretch { day: month, ..*stretch }),
            }
        }
        Outline { stretches: months }
    }

    /// A picture of that day came to a place. A day that is not there yet begins at it.
    pub fn insert(&mut self, place: u32, day: Option<Day>) {
        let (mut first, mut at) = (0, 0);
        for stretch in &self.stretches {
            let end = first + stretch.count;
            // at the seam of two days it belongs to that one of them that it is of
            if place < end || (place == end && stretch.day == day) {
                break;
            }
            (first, at) = (end, at + 1);
        }
        // no day stands twice, whatever clocks say
        let is_known = self.stretches.iter().any(|stretch| stretch.day == day);
        let at = if is_known { at.min(self.stretches.len() - 1) } else { at };
        match self.stretches.get_mut(at) {
            Some(stretch) if stretch.day == day || place > first || is_known => stretch.count += 1,
            _ => self.stretches.insert(at, Stretch { day, count: 1, ratio: RATIO_UNKNOWN }),
        }
    }

    /// The picture at a place went.
    pub fn remove(&mut self, place: u32) {
        let mut first = 0;
        for (at, stretch) in self.stretches.iter_mut().enumerate() {
            if place < first + stretch.count {
                stretch.count -= 1;
                if stretch.count == 0 {
                    self.stretches.remove(at);
                }
                return;
            }
            first += stretch.count;
        }
    }

    /// Makes it one of `total` pictures: where nobody knows which days are meant, the first ones are.
    pub fn settle(&mut self, total: u32) {
        let now = self.total();
        if now < total {
            match self.stretches.first_mut() {
                Some(first) => first.count += total - now,
                None => *self = Outline::flat(total),
            }
        }
        let mut much = now.saturating_sub(total);
        for stretch in &mut self.stretches {
            let less = much.min(stretch.count);
            stretch.count -= less;
            much -= less;
        }
        self.stretches.retain(|stretch| stretch.count > 0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(number: i32) -> Option<Day> {
        Day::of_number(number)
    }

    fn outline(days: &[(i32, u32)]) -> Outline {
        let stretch = |(number, count): &(i32, u32)| Stretch { day: day(*number), count: *count, ratio: 150 };
        Outline { stretches: days.iter().map(stretch).collect() }
    }

    fn days(outline: &Outline) -> Vec<(i32, u32)> {
        outline.stretches.iter().map(|stretch| (stretch.day.map_or(-1, Day::number), stretch.count)).collect()
    }

    fn check_insert(place: u32, number: i32, expect: &[(i32, u32)]) {
        let mut outline = outline(&[(20, 2), (10, 3)]);
        outline.insert(place, day(number));
        assert_eq!(days(&outline), expect, "{place} {number}");
    }

    #[test]
    fn who_comes_belongs_to_its_day() {
        check_insert(0, 20, &[(20, 3), (10, 3)]);
        check_insert(0, 30, &[(30, 1), (20, 2), (10, 3)]);
        check_insert(2, 20, &[(20, 3), (10, 3)]);
        check_insert(2, 10, &[(20, 2), (10, 4)]);
        check_insert(2, 15, &[(20, 2), (15, 1), (10, 3)]);
        check_insert(5, 5, &[(20, 2), (10, 3), (5, 1)]);
        check_insert(5, 10, &[(20, 2), (10, 4)]);
        check_insert(0, 10, &[(20, 3), (10, 3)]);
        check_insert(5, 20, &[(20, 2), (10, 4)]);
    }

    #[test]
    fn who_goes_leaves_no_empty_day() {
        let mut outline = outline(&[(20, 1), (10, 3)]);
        outline.remove(2);
        assert_eq!(days(&outline), [(20, 1), (10, 2)]);
        outline.remove(0);
        outline.remove(7);
        assert_eq!(days(&outline), [(10, 2)]);
    }

    #[test]
    fn months_stand_for_days_that_have_few_pictures() {
        // 20 days back from 2026-11-25, each with two pictures
        let many: Vec<(i32, u32)> = (0..30).map(|back| (20_782 - back, 2)).collect();
        let sparse = outline(&many);
        assert!(sparse.is_sparse(None) && !outline(&many[..6]).is_sparse(None));
        let some = |few: usize| {
            let counts = (0..20).map(|at| if at < few { 2 } else { 9 });
            outline(&counts.zip(0..).map(|(count, back)| (20_782 - back, count)).collect::<Vec<_>>())
        };
        assert!(some(9).is_sparse(Some(true)) && !some(9).is_sparse(None) && !some(8).is_sparse(Some(true)));
        assert!(some(13).is_sparse(Some(false)) && !some(12).is_sparse(Some(false)));
        let months = sparse.by_months();
        let told: Vec<(String, u32)> = months
            .stretches
            .iter()
            .map(|month| (month.day.map_or_else(String::new, |day| day.to_string()), month.count))
            .collect();
        assert_eq!(told, [("2026-11-01".to_owned(), 50), ("2026-10-01".to_owned(), 10)]);
        assert_eq!((months.total(), months.stretches[0].ratio), (60, 150));
        assert_eq!(Outline::flat(9).by_months(), Outline::flat(9));
    }

    #[test]
    fn it_is_written_shortly() {
        let written = serde_json::to_string(&outline(&[(20_782, 3)])).ok();
        assert_eq!(written.as_deref(), Some(r#"{"stretches":[[20782,3,150]]}"#));
        assert_eq!(written.and_then(|text| serde_json::from_str(&text).ok()), Some(outline(&[(20_782, 3)])));
    }

    proptest! {
        #[test]
        fn what_is_settled_has_its_total(counts in prop::collection::vec(1..40u32, 0..8), total in 0..200u32) {
            let listed: Vec<(i32, u32)> = counts.iter().zip(0..).map(|(count, at)| (100 - at, *count)).collect();
            let mut outline = outline(&listed);
            outline.settle(total);
            prop_assert_eq!(outline.total(), total);
            prop_assert!(outline.stretches.iter().all(|stretch| stretch.count > 0));
        }
    }
}
