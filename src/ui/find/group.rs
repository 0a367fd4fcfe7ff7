//! One side of the filters: its values as links that ask for them or take them back.

use leptos::prelude::*;

use super::{called::Called, facets::Facets, values::offered, words};
use crate::{
    model::Count,
    ui::{
        gallery::Gallery,
        parts::{
            shared::{maybe, press, text, when},
            words::thousands,
        },
    },
};

/// More are shown when asked for.
const VALUES_FIRST: usize = 8;

#[component]
pub fn Group(key: &'static str, facets: Facets) -> impl IntoView {
    let view = expect_context::<Gallery>().view;
    let called = Called::new(key, view, facets.counted);
    let values = Memo::new(move |_| match called.found.get() {
        Some(found) => found.values,
        None => facets.counted.with(|counted| {
            let counted = counted.as_deref();
            view.with(|view| counted.map(|counted| offered(key, counted, view)).unwrap_or_default())
        }),
    });
    let is_seen = move || called.is_asked.get() || values.with(|values| !values.is_empty());
    when(is_seen, move || view! { <Values key called values/> }.into_any())
}

#[component]
fn Values(key: &'static str, called: Called, values: Memo<Vec<Count>>) -> impl IntoView {
    let all = RwSignal::new(false);
    let shown = move || {
        let first = if all.get() { usize::MAX } else { VALUES_FIRST };
        values.with(|values| values.iter().take(first).map(|count| count.value.clone()).collect::<Vec<_>>())
    };
    let left = move || values.with(Vec::len).saturating_sub(VALUES_FIRST);
    let more = move || {
        let words = text(move || if all.get() { "Fewer".into() } else { format!("{} more", left()) });
        view! { <li>{press(words, Signal::from(false), move || all.update(|all| *all = !*all))}</li> }.into_any()
    };
    view! {
        <section class="side">
            <h3>{words::side(key)}</h3>
            {called.field()}
            <ul class="side-values">
                <For each=shown key=Clone::clone let:value>
                    <Value key value values/>
                </For>
                {when(move || left() > 0, more)}
            </ul>
        </section>
    }
}

#[component]
fn Value(key: &'static str, value: String, values: Memo<Vec<Count>>) -> impl IntoView {
    let Gallery { view, folders, .. } = expect_context();
    let value = StoredValue::new(value);
    let is_asked = move || value.with_value(|value| view.with(|view| view.asks(key, value)));
    let href = text(move || value.with_value(|value| view.with(|view| view.toggled(key, value).page_url())));
    let name = text(move || value.with_value(|value| folders.with(|folders| words::value(key, value, folders))));
    let number = text(move || {
        let of = |value: &String| {
            values.with(|values| values.iter().find(|count| count.value == *value).map(|count| count.number))
        };
        value.with_value(|value| thousands(of(value).unwrap_or(0)))
    });
    view! {
        <li>
            <a class="side-value" href=href aria-current=maybe(move || is_asked().then(|| "true".to_owned()))>
                <span class="side-name">{name}</span>
                <span class="side-count">{number}</span>
            </a>
        </li>
    }
}
