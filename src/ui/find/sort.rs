//! In which order pictures are shown, and the menu of others.

use leptos::{html::Div, prelude::*};

use super::words;
use crate::{
    browser::focus,
    model::{By, Sort, query::Named},
    ui::{
        gallery::Gallery,
        parts::{
            icon::{Icon, Sign},
            shared::{maybe, text},
        },
    },
};

const MENU_ID: &str = "orders";

#[component]
pub fn SortMenu() -> impl IntoView {
    let view = expect_context::<Gallery>().view;
    let menu = NodeRef::<Div>::new();
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            focus::close_popover(&menu);
        }
    };
    let both = |by: &By| [Sort::new(*by, false), Sort::new(*by, true)];
    let line = move |sort: Sort| {
        let href = text(move || view.with(|view| view.sorted(sort).page_url()));
        let current = maybe(move || view.with(|view| view.sort == sort).then(|| "true".to_owned()));
        view! {
            <a class="menu-line" href=href aria-current=current on:click=move |_| close()>
                {words::order(sort)}
            </a>
        }
    };
    view! {
        <button type="button" class="bar-button" popovertarget=MENU_ID>
            <Icon sign=Sign::Sort/>
            <span class="visually-hidden">"Order: "</span>
            <span class="bar-button-words">{text(move || view.with(|view| words::order(view.sort).to_owned()))}</span>
        </button>
        <div class="menu-lines" id=MENU_ID popover="auto" node_ref=menu>
            {By::ALL.iter().flat_map(both).map(line).collect_view()}
        </div>
    }
}
