//! Which pictures lie beside each other, as an address says it, and what is told of each there. Knows no page.

use serde::{Deserialize, Serialize};

use super::{Card, Cursor, ImageId};

/// At most four, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    pub ids: Vec<ImageId>,
    /// How many more the address names.
    pub left_out: u32,
    /// What stands among them and is no picture's id.
    pub unread: Vec<String>,
}

/// A sentence is no place for more of an address.
const UNREAD_MAX: usize = 40;

impl Comparison {
    pub const FEWEST: usize = 2;
    pub const MOST: usize = 4;
    pub const PATH: &'static str = "/compare";

    pub fn of(ids: &[ImageId]) -> Comparison {
        let mut comparison = Comparison::default();
        ids.iter().for_each(|id| comparison.add(*id));
        comparison
    }

    /// The page that shows them beside each other. What is too many is not in it.
    pub fn url(ids: &[ImageId]) -> String {
        let ids: Vec<String> = Comparison::of(ids).ids.iter().map(ImageId::to_string).collect();
        format!("{}?ids={}", Comparison::PATH, ids.join(","))
    }

    /// Reads what stands after the `?` of an address.
    pub fn read(search: &str) -> Comparison {
        let mut comparison = Comparison::default();
        let values = search.trim_start_matches('?').split('&').filter_map(|pair| pair.strip_prefix("ids="));
        // some programs write no comma into an address
        let names = values.flat_map(|value| value.split(',').flat_map(|part| part.split("%2C")));
        for name in names.map(str::trim).filter(|name| !name.is_empty()) {
            match name.parse() {
                Ok(id) => comparison.add(id),
                Err(_) => comparison.unread.push(name.chars().take(UNREAD_MAX).collect()),
            }
        }
        comparison
    }

    fn add(&mut self, id: ImageId) {
        match self.ids.len() {
            _ if self.ids.contains(&id) => {}
            Comparison::MOST => self.left_out += 1,
            _ => self.ids.push(id),
        }
    }

    pub fn is_enough(&self) -> bool {
        self.ids.len() >= Comparison::FEWEST
    }

    /// The others. None where too few are left.
    pub fn without(ids: &[ImageId], id: ImageId) -> Option<Vec<ImageId>> {
        let others: Vec<ImageId> = ids.iter().copied().filter(|other| *other != id).collect();
        (others.len() >= Comparison::FEWEST).then_some(others)
    }
}

/// What is told of one picture beside others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sight {
    pub card: Card,
    /// The wall clock at the place it was taken, `2026-11-17 16:42:05`.
    pub taken: Option<String>,
    /// Put for people: "1/250 s, f/2.8, ISO 200".
    pub exposure: Option<String>,
}

/// Of all that were asked for, in their order; none of those that are not (any more) in the library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sights {
    pub at: Cursor,
    pub sights: Vec<Sight>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn ids(numbers: &[u128]) -> Vec<ImageId> {
        numbers.iter().map(|number| ImageId(Uuid::from_u128(*number))).collect()
    }

    #[test]
    fn an_address_names_up_to_four() {
        let check = |numbers: &[u128], expect: &[u128], left_out: u32| {
            let names: Vec<String> = ids(numbers).iter().map(ImageId::to_string).collect();
            let read = Comparison::read(&format!("?x=1&ids={}", names.join(",")));
            assert_eq!((read.ids, read.left_out), (ids(expect), left_out), "{numbers:?}");
        };
        check(&[], &[], 0);
        check(&[1], &[1], 0);
        check(&[2, 1, 2, 3], &[2, 1, 3], 0);
        check(&[1, 2, 3, 4, 5, 6, 1], &[1, 2, 3, 4], 2);
    }

    #[test]
    fn what_is_no_id_is_said() {
        let id = ids(&[7])[0];
        let read = Comparison::read(&format!("ids=boat,{id},,%20&ids={id}&order=1"));
        assert_eq!((read.ids, read.unread), (vec![id], vec!["boat".to_owned(), "%20".to_owned()]));
        assert_eq!(Comparison::read(""), Comparison::default());
    }

    #[test]
    fn two_are_the_fewest() {
        let three = ids(&[1, 2, 3]);
        assert_eq!(Comparison::without(&three, three[1]), Some(ids(&[1, 3])));
        assert_eq!(Comparison::without(&ids(&[1, 3]), three[0]), None);
        assert!(!Comparison::of(&ids(&[1, 1])).is_enough());
    }

    proptest! {
        #[test]
        fn an_address_says_what_it_was_made_of(numbers in proptest::collection::vec(0..6u128, 0..9)) {
            let read = Comparison::read(Comparison::url(&ids(&numbers)).trim_start_matches(Comparison::PATH));
            prop_assert_eq!(read.ids, Comparison::of(&ids(&numbers)).ids);
            prop_assert_eq!((read.left_out, read.unread), (0, Vec::new()));
        }
    }
}
