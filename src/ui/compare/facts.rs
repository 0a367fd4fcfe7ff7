//! What is told of a picture below it, for it to be weighed against the others. Leaves out what is not known.

use leptos::prelude::*;

use crate::{
    model::Sight,
    ui::{parts::words, viewer::facts::pixels},
};

/// Each with what it is, for those who hear the page.
pub fn facts(sight: &Sight) -> Vec<(&'static str, String)> {
    let taken = sight.taken.as_deref().map(words::wall_clock);
    let size = words::bytes(sight.card.size.max(0) as u64);
    let all =
        [("Pixels", pixels(&sight.card)), ("Size", Some(size)), ("Taken", taken), ("Exposure", sight.exposure.clone())];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

pub fn list(facts: &[(&'static str, String)]) -> AnyView {
    let line = |(name, value): &(&'static str, String)| {
        view! {
            <dt class="visually-hidden">{*name}</dt>
            <dd data-fact=*name>{value.clone()}</dd>
        }
    };
    view! { <dl class="seat-facts">{facts.iter().map(line).collect_view()}</dl> }.into_any()
}
