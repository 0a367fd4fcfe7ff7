//! The first and the last day on which pictures were taken.

use leptos::{
    ev::Event,
    prelude::{event_target_value as value_of, *},
};

use super::Address;
use crate::{
    model::{Day, Query},
    ui::{gallery::Gallery, parts::shared::text},
};

fn first(view: &mut Query) -> &mut Option<Day> {
    &mut view.from
}

fn last(view: &mut Query) -> &mut Option<Day> {
    &mut view.to
}

#[component]
pub fn Dates() -> impl IntoView {
    let (view, address) = (expect_context::<Gallery>().view, Address::here());
    let field = move |name: &'static str, of: fn(&mut Query) -> &mut Option<Day>| {
        let said = text(move || view.with(|view| of(&mut view.clone()).map(|day| day.to_string()).unwrap_or_default()));
        // an empty field is no limit, and neither is half a day
        let changed = move |event: Event| {
            let mut wanted = view.get_untracked();
            *of(&mut wanted) = value_of(&event).parse().ok();
            address.ask(&wanted, false);
        };
        view! {
            <label class="date-field">
                <span>{name}</span>
                <input type="date" min="1000-01-01" max="9999-12-31" prop:value=said on:change=changed/>
            </label>
        }
    };
    view! {
        <section class="side">
            <h3>"Taken"</h3>
            <div class="days">{field("From", first)} {field("To", last)}</div>
        </section>
    }
}
