//! A list in pieces, so that what is drawn of it stays the same element however the list grows and shrinks: where several come
//! before others at once, or some come while others go, a keyed list of Leptos takes most of its elements out of the page and puts
//! them in again, and what had the keyboard loses it. So what comes at an end is a piece of its own, and no piece goes while
//! another one comes.

use std::{collections::HashMap, hash::Hash};

use leptos::prelude::*;

/// With more of them, some elements are moved rather than that.
const EMPTY_MAX: usize = 60;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<T> {
    pub number: u32,
    pub items: Vec<T>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces<T> {
    pieces: Vec<Piece<T>>,
    next: u32,
}

impl<T> Default for Pieces<T> {
    fn default() -> Self {
        Pieces { pieces: Vec::new(), next: 0 }
    }
}

impl<T: Copy + Eq + Hash> Pieces<T> {
    pub fn numbers(&self) -> Vec<u32> {
        self.pieces.iter().map(|piece| piece.number).collect()
    }

    pub fn of(&self, number: u32) -> Vec<T> {
        self.pieces.iter().find(|piece| piece.number == number).map_or_else(Vec::new, |piece| piece.items.clone())
    }

    /// The list has become this one. Whoever stays, in the order of before, stays in the same piece.
    pub fn follow(&self, items: &[T]) -> Pieces<T> {
        let known: HashMap<T, usize> = self
            .pieces
            .iter()
            .enumerate()
            .flat_map(|(at, piece)| piece.items.iter().map(move |item| (*item, at)))
            .collect();
        let first = items.iter().position(|item| known.contains_key(item)).unwrap_or(items.len());
        let end = items.iter().rposition(|item| known.contains_key(item)).map_or(first, |last| last + 1);
        let mut pieces: Vec<Piece<T>> =
            self.pieces.iter().map(|piece| Piece { number: piece.number, items: Vec::new() }).collect();
        let mut at = 0;
        for item in &items[first..end] {
            // between others it belongs to the piece before it
            at = known.get(item).map_or(at, |known| at.max(*known));
            pieces[at].items.push(*item);
        }
        let mut next = self.next;
        let mut piece = |items: &[T]| {
            next += 1;
            (!items.is_empty()).then(|| Piece { number: next - 1, items: items.to_vec() })
        };
        let (before, behind) = (piece(&items[..first]), piece(&items[end..]));
        let empty = pieces.iter().filter(|piece| piece.items.is_empty()).count();
        if (before.is_none() && behind.is_none()) || empty > EMPTY_MAX {
            pieces.retain(|piece| !piece.items.is_empty());
        }
        Pieces { pieces: before.into_iter().chain(pieces).chain(behind).collect(), next }
    }
}

/// A list of which each element stays where it is in the page as long as it belongs there.
#[component]
pub fn InPieces<T, V>(
    items: impl Fn() -> Vec<T> + Send + Sync + 'static,
    draw: impl Fn(T) -> V + Copy + Send + 'static,
) -> impl IntoView
where
    T: Copy + Eq + Hash + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let pieces = Memo::new(move |before: Option<&Pieces<T>>| match before {
        Some(before) => before.follow(&items()),
        None => Pieces::default().follow(&items()),
    });
    let of = move |number: u32| {
        let of = Memo::new(move |_| pieces.with(|pieces| pieces.of(number)));
        move || of.get()
    };
    view! {
        <For each=move || pieces.with(Pieces::numbers) key=|number| *number let:number>
            <For each=of(number) key=|item| *item let:item>
                {draw(item)}
            </For>
        </For>
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(pieces: &Pieces<u32>) -> Vec<(u32, Vec<u32>)> {
        pieces.pieces.iter().map(|piece| (piece.number, piece.items.clone())).collect()
    }

    #[test]
    fn what_comes_at_an_end_is_a_piece_and_what_is_empty_goes_later() {
        let first = Pieces::default().follow(&[5, 6, 7]);
        assert_eq!(told(&first), [(0, vec![5, 6, 7])]);
        let grown = first.follow(&[3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(told(&grown), [(2, vec![3, 4]), (0, vec![5, 6, 7]), (3, vec![8, 9])]);
        let moved = grown.follow(&[8, 9, 10]);
        assert_eq!(told(&moved), [(2, vec![]), (0, vec![]), (3, vec![8, 9]), (5, vec![10])]);
        assert_eq!(told(&moved.follow(&[9, 10])), [(3, vec![9]), (5, vec![10])]);
        assert_eq!(told(&first.follow(&[5, 50, 7])), [(0, vec![5, 50, 7])]);
    }

    proptest! {
        #[test]
        fn it_is_the_list_and_no_element_has_to_move(lists in prop::collection::vec((0..60u32, 0..40u32), 1..12)) {
            let mut before = Pieces::<u32>::default();
            for (first, count) in lists {
                let list: Vec<u32> = (first..first + count).collect();
                let after = before.follow(&list);
                let all: Vec<u32> = after.pieces.iter().flat_map(|piece| piece.items.clone()).collect();
                prop_assert_eq!(&all, &list);
                for piece in &after.pieces {
                    let was = before.of(piece.number);
                    let is_known = before.numbers().contains(&piece.number);
                    prop_assert!(!is_known || piece.items.iter().all(|item| was.contains(item)), "{before:?} {after:?}");
                }
                let (was, is) = (before.numbers(), after.numbers());
                let kept: Vec<u32> = is.iter().copied().filter(|number| was.contains(number)).collect();
                let new = is.len() - kept.len();
                prop_assert!(new == 0 || kept == was, "nothing goes while something comes");
                let inner = is.iter().position(|number| was.contains(number)).unwrap_or(0);
                prop_assert!(inner <= 1, "one at the front at most");
                before = after;
            }
        }
    }
}
