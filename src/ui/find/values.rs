//! Which values of a side are offered, and with which number. Pure.

use crate::model::{Count, Facet, Query, State, folder::FILE_TYPES, query::Named};

/// The sides in the order in which they are offered.
pub const SIDES: [&str; 10] = ["type", "rating", "flag", "label", "tag", "camera", "lens", "shape", "state", "folder"];

/// What is asked for is offered as well, so that it can be taken back, whether there is any of it or not.
pub fn offered(key: &str, counted: &[Facet], view: &Query) -> Vec<Count> {
    let counts = counted.iter().find(|facet| facet.key == key).map(|facet| facet.values.clone()).unwrap_or_default();
    let mut offered = if key == "rating" { and_up(&counts) } else { counts };
    let asked: Vec<String> =
        view.pairs().into_iter().filter(|(other, _)| *other == key).map(|(_, value)| value).collect();
    // what all have alike tells nothing apart
    if asked.is_empty() && offered.iter().all(|count| is_plain(key, &count.value)) {
        return Vec::new();
    }
    for value in asked {
        if offered.iter().all(|count| count.value != value) {
            offered.push(Count { value, number: 0 });
        }
    }
    if let Some(place) = own_order(key) {
        offered.sort_by_key(|count| place(&count.value));
    }
    offered
}

fn is_plain(key: &str, value: &str) -> bool {
    matches!((key, value), ("flag", "none") | ("state", "ok"))
}

/// Whoever asks for three stars means four and five as well.
fn and_up(counts: &[Count]) -> Vec<Count> {
    let stars = |count: &Count| count.value.parse::<u8>().unwrap_or(0);
    let of = |least: u8| counts.iter().filter(|count| stars(count) >= least).map(|count| count.number).sum();
    (1..=5)
        .rev()
        .map(|least| Count { value: least.to_string(), number: of(least) })
        .filter(|count| count.number > 0)
        .collect()
}

/// Of what is always the same few; others come as frequent as they are.
fn own_order(key: &str) -> Option<fn(&str) -> usize> {
    fn among<T: Named>(name: &str) -> usize {
        T::ALL.iter().position(|value| value.name() == name).unwrap_or(T::ALL.len())
    }
    match key {
        "type" => Some(|name| FILE_TYPES.iter().position(|other| *other == name).unwrap_or(FILE_TYPES.len())),
        "rating" => Some(|stars| 5_usize.saturating_sub(stars.parse().unwrap_or(0))),
        "flag" => Some(among::<crate::model::Flag>),
        "shape" => Some(among::<crate::model::Shape>),
        "state" => Some(among::<State>),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, counts: &[(&str, u32)], search: &str, expect: &[(&str, u32)]) {
        let count = |(value, number): &(&str, u32)| Count { value: (*value).to_owned(), number: *number };
        let counted = [Facet { key: key.to_owned(), values: counts.iter().map(count).collect(), more: false }];
        let expect: Vec<Count> = expect.iter().map(count).collect();
        assert_eq!(offered(key, &counted, &Query::read(search).0), expect, "{key} {search}");
    }

    #[test]
    fn stars_are_counted_and_up() {
        check("rating", &[("0", 90), ("3", 4), ("5", 2)], "", &[("5", 2), ("4", 2), ("3", 6), ("2", 6), ("1", 6)]);
        check("rating", &[("0", 90)], "", &[]);
        check("rating", &[("0", 90)], "?rating=4", &[("4", 0)]);
    }

    #[test]
    fn what_is_asked_for_is_always_offered() {
        check("tag", &[("boat", 3)], "?tag=pier", &[("boat", 3), ("pier", 0)]);
        check("type", &[("raw", 3), ("jpeg", 9)], "?type=png", &[("jpeg", 9), ("png", 0), ("raw", 3)]);
        check("camera", &[], "", &[]);
    }

    #[test]
    fn what_all_have_alike_is_not_offered() {
        check("state", &[("ok", 9)], "", &[]);
        check("state", &[("missing", 1), ("ok", 9)], "", &[("ok", 9), ("missing", 1)]);
        check("flag", &[("none", 9)], "", &[]);
        check("flag", &[("none", 9)], "?flag=pick", &[("pick", 0), ("none", 9)]);
    }
}
