//! A measured figure, its goal, and its line.

use std::fmt;

pub(crate) struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    /// Not to be exceeded; None where the figure is for information.
    goal: Option<f64>,
    peer: Option<f64>,
}

impl Figure {
    pub(crate) fn below(name: &'static str, value: f64, unit: &'static str, goal: f64) -> Figure {
        Figure { name, value, unit, goal: Some(goal), peer: None }
    }

    pub(crate) fn told(name: &'static str, value: f64, unit: &'static str) -> Figure {
        Figure { name, value, unit, goal: None, peer: None }
    }

    pub(crate) fn beside(self, peer: f64) -> Figure {
        Figure { peer: Some(peer), ..self }
    }

    pub(crate) fn is_reached(&self) -> bool {
        self.goal.is_none_or(|goal| self.value <= goal)
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |number: Option<f64>| number.map_or("-".to_owned(), |number| format!("{number:.2}"));
        let Figure { name, value, unit, goal, peer } = self;
        let verdict = match goal {
            None => "",
            Some(_) if self.is_reached() => " reached",
            Some(_) => " missed",
        };
        write!(f, "figure {name} {value:.2} {unit} goal {} peer {}{verdict}", shown(*goal), shown(*peer))
    }
}

/// The value that `part` (0 to 1) of all stay below or reach.
pub(crate) fn percentile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = ((values.len() as f64 * part).ceil() as usize).clamp(1, values.len().max(1)) - 1;
    values.get(at).copied().unwrap_or(f64::NAN)
}
