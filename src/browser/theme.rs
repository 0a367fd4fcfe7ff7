//! Dark, light or as the system has it, remembered in this browser. Knows no colour.

use leptos::prelude::{document, window};

/// The head's script reads it too, before anything is drawn.
pub const STORAGE_KEY: &str = "pixelsync-theme";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Dark,
    Light,
}

impl Theme {
    pub fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Dark => "dark",
            Theme::Light => "light",
        }
    }

    pub fn next(self) -> Self {
        match self {
            Theme::System => Theme::Dark,
            Theme::Dark => Theme::Light,
            Theme::Light => Theme::System,
        }
    }
}

/// As the page is drawn, whether or not the browser remembers it.
pub fn shown() -> Theme {
    let root = document().document_element();
    match root.and_then(|root| root.get_attribute("data-theme")).as_deref() {
        Some("dark") => Theme::Dark,
        Some("light") => Theme::Light,
        _ => Theme::System,
    }
}

/// Where storage is forbidden it lasts as long as the page.
pub fn choose(theme: Theme) {
    let (storage, root) = (window().local_storage().ok().flatten(), document().document_element());
    if let Some(storage) = storage {
        let _ = match theme {
            Theme::System => storage.remove_item(STORAGE_KEY),
            _ => storage.set_item(STORAGE_KEY, theme.name()),
        };
    }
    colour_frame(theme);
    if let Some(root) = root {
        let _ = match theme {
            Theme::System => root.remove_attribute("data-theme"),
            _ => root.set_attribute("data-theme", theme.name()),
        };
    }
}

/// The browser's own frame takes the colour of the theme: each has its `meta`, and the media query says which is asked.
fn colour_frame(theme: Theme) {
    for of in [Theme::Dark, Theme::Light] {
        let media = match theme {
            Theme::System => format!("(prefers-color-scheme: {})", of.name()),
            _ if theme == of => "all".to_owned(),
            _ => "not all".to_owned(),
        };
        let meta = document().get_element_by_id(&format!("frame-{}", of.name()));
        if let Some(meta) = meta {
            let _ = meta.set_attribute("media", &media);
        }
    }
}
