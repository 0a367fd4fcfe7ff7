//! What the page's address asks for, and how another one is gone to. Knows no element.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

use crate::model::{ImageId, Query};

/// The gallery's.
const PATH: &str = "/";

type Navigate = Box<dyn Fn(&str, NavigateOptions) + Send + Sync>;

#[derive(Clone, Copy)]
pub struct Address {
    /// Of other pages than the gallery, it asks for everything.
    pub view: Memo<Query>,
    path: Memo<String>,
    search: Memo<String>,
    navigate: StoredValue<Navigate>,
}

impl Address {
    pub fn here() -> Self {
        let (location, navigate) = (use_location(), use_navigate());
        let (path, search) = (location.pathname, location.search);
        // a page that is left keeps what it showed
        let view = Memo::new(move |before: Option<&Query>| {
            if path.get() == PATH { Query::read(&search.get()).0 } else { before.cloned().unwrap_or_default() }
        });
        let navigate: Navigate = Box::new(move |to, options| navigate(to, options));
        Address { view, path, search, navigate: StoredValue::new(navigate) }
    }

    /// The picture that the page is to begin at.
    pub fn place(&self) -> Option<ImageId> {
        self.search.with_untracked(|search| Query::place_in(search))
    }

    pub fn is_of_gallery(&self) -> bool {
        self.path.with_untracked(|path| path == PATH)
    }

    /// Something else is asked for: as a step that one can go back, or in place of what was asked before.
    pub fn ask(&self, view: &Query, replace: bool) {
        let options = NavigateOptions { replace, scroll: false, ..NavigateOptions::default() };
        self.navigate.with_value(|navigate| navigate(&view.page_url(), options));
    }
}
