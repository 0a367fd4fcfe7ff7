//! Which pictures are selected, by name or as all of a view but some. Pure but for the signals at its end; knows no element.

use std::collections::HashSet;

use leptos::prelude::*;

use crate::model::{Batch, ImageId, Op};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chosen {
    /// Everything that is shown, wherever it is, but for `ids`.
    all: bool,
    ids: HashSet<ImageId>,
}

impl Chosen {
    pub fn contains(&self, id: ImageId) -> bool {
        self.all != self.ids.contains(&id)
    }

    pub fn is_all(&self) -> bool {
        self.all
    }

    /// Of a view of `total` pictures.
    pub fn count(&self, total: u32) -> u32 {
        let named = self.ids.len() as u32;
        if self.all { total.saturating_sub(named) } else { named }
    }

    pub fn is_empty(&self) -> bool {
        !self.all && self.ids.is_empty()
    }

    pub fn set(&mut self, id: ImageId, chosen: bool) {
        if chosen != self.all {
            self.ids.insert(id);
        } else {
            self.ids.remove(&id);
        }
    }

    /// Those that are not, where it is everything but some.
    pub fn left_out(&self) -> Vec<ImageId> {
        if self.all { self.ids.iter().copied().collect() } else { Vec::new() }
    }

    /// By name; nothing where it is everything but some.
    pub fn named(&self) -> Option<Vec<ImageId>> {
        (!self.all).then(|| {
            let mut ids: Vec<ImageId> = self.ids.iter().copied().collect();
            // the gallery's own order
            ids.sort_unstable_by(|a, b| b.cmp(a));
            ids
        })
    }
}

#[derive(Clone, Copy)]
pub struct Selection {
    pub chosen: RwSignal<Chosen>,
    /// The place that was chosen last: a range begins there.
    pub mark: StoredValue<Option<u32>>,
    /// A piece is to be cut out of this one as soon as it is shown.
    to_crop: StoredValue<Option<ImageId>>,
    /// Pictures are on their way whose names have to be asked for.
    pub asking: RwSignal<bool>,
}

impl Selection {
    #[expect(clippy::new_without_default, reason = "it makes signals, which is no default of anything")]
    pub fn new() -> Self {
        Selection {
            chosen: RwSignal::new(Chosen::default()),
            mark: StoredValue::new(None),
            to_crop: StoredValue::new(None),
            asking: RwSignal::new(false),
        }
    }

    pub fn contains(&self, id: ImageId) -> bool {
        self.chosen.with(|chosen| chosen.contains(id))
    }

    pub fn is_on(&self) -> bool {
        self.chosen.with_untracked(|chosen| !chosen.is_empty())
    }

    pub fn toggle(&self, id: ImageId) {
        self.chosen.update(|chosen| chosen.set(id, !chosen.contains(id)));
    }

    pub fn set_each(&self, ids: &[ImageId], chosen: bool) {
        self.chosen.update(|selected| ids.iter().for_each(|id| selected.set(*id, chosen)));
    }

    pub fn choose_all(&self) {
        self.chosen.set(Chosen { all: true, ids: HashSet::new() });
    }

    pub fn clear(&self) {
        self.mark.set_value(None);
        if self.is_on() {
            self.chosen.set(Chosen::default());
        }
    }

    /// Whoever goes to that picture wants to crop it, and with it all that are selected.
    pub fn crop_from(&self, id: ImageId) {
        self.to_crop.set_value(Some(id));
    }

    /// Asked once.
    pub fn take_to_crop(&self, id: ImageId) -> bool {
        self.to_crop.try_update_value(|wanted| wanted.take_if(|wanted| *wanted == id)).flatten().is_some()
    }

    /// A picture that is gone is not selected any more.
    pub fn apply(&self, batch: &Batch) {
        let gone: Vec<ImageId> =
            batch.changes.iter().filter(|change| change.op == Op::Delete).map(|change| change.id).collect();
        if self.chosen.with_untracked(|chosen| gone.iter().any(|id| chosen.ids.contains(id))) {
            self.chosen.update(|chosen| gone.iter().for_each(|id| _ = chosen.ids.remove(id)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::gallery::shelf::tests::id;

    #[test]
    fn some_are_chosen_by_name() {
        let mut chosen = Chosen::default();
        assert!(chosen.is_empty());
        chosen.set(id(1), true);
        chosen.set(id(2), true);
        chosen.set(id(1), false);
        assert_eq!((chosen.count(9), chosen.contains(id(2)), chosen.contains(id(1))), (1, true, false));
        assert_eq!(chosen.named(), Some(vec![id(2)]));
    }

    #[test]
    fn all_but_some_are_chosen() {
        let mut chosen = Chosen { all: true, ids: HashSet::new() };
        chosen.set(id(1), false);
        assert_eq!((chosen.count(9), chosen.contains(id(1)), chosen.contains(id(7))), (8, false, true));
        assert_eq!(chosen.named(), None);
        chosen.set(id(1), true);
        assert_eq!((chosen.count(9), chosen.is_empty()), (9, false));
    }
}
