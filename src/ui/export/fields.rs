//! The fields of the dialog: as what pictures go out. Sends nothing.

use leptos::prelude::*;

use crate::{
    browser::fields::{is_ticked, text as written},
    model::export::{ExportDraft, Naming, Of, What, edge_first, quality_first},
    ui::parts::shared::when,
};

const PREVIEWS_ID: &str = "export-previews";
const JPEG_ID: &str = "export-jpeg";
const EDGE_ID: &str = "export-edge";
const QUALITY_ID: &str = "export-quality";
const STAMP_ID: &str = "export-stamp";
const SIDECARS_ID: &str = "export-sidecars";

/// What was chosen. A number that is none is what stood there first.
pub fn draft(of: Of) -> ExportDraft {
    let what = match (is_ticked(PREVIEWS_ID), is_ticked(JPEG_ID)) {
        (true, _) => What::Previews,
        (_, true) => What::Jpeg,
        _ => What::Originals,
    };
    ExportDraft {
        of,
        what,
        edge: written(EDGE_ID).parse().unwrap_or(edge_first()),
        quality: written(QUALITY_ID).parse().unwrap_or(quality_first()),
        sidecars: is_ticked(SIDECARS_ID),
        names: if is_ticked(STAMP_ID) { Naming::Stamped } else { Naming::Plain },
    }
}

#[component]
pub fn Fields() -> impl IntoView {
    let is_jpeg = RwSignal::new(false);
    let choice = move |id: &'static str, words: &'static str, note: &'static str, first: bool| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="export-what"
                    id=id
                    checked=first
                    autofocus=first
                    on:change=move |_| is_jpeg.set(is_ticked(JPEG_ID))
                />
                <span>{words} " " <small class="choice-note">{note}</small></span>
            </label>
        }
    };
    let numbers = || {
        view! {
            <div class="export-numbers">
                {number(EDGE_ID, "Long edge in pixels", "16", "65500", edge_first())}
                {number(QUALITY_ID, "Quality, 1 to 100", "1", "100", quality_first().into())}
            </div>
        }
        .into_any()
    };
    view! {
        <fieldset class="export-what">
            <legend class="visually-hidden">"As what"</legend>
            {choice("export-originals", "Originals", "The files as they are", true)}
            {choice(PREVIEWS_ID, "Previews", "JPEG, 1,600 pixels", false)}
            {choice(JPEG_ID, "JPEG", "In a size of your own", false)}
            {when(move || is_jpeg.get(), numbers)}
        </fieldset>
        <label class="choice">
            <input type="checkbox" id=STAMP_ID checked/>
            <span>"Add the time of the export to each name"</span>
        </label>
        <label class="choice">
            <input type="checkbox" id=SIDECARS_ID/>
            <span>"XMP files with rating, label, title, caption and tags"</span>
        </label>
    }
}

fn number(id: &'static str, words: &'static str, least: &'static str, most: &'static str, first: u32) -> impl IntoView {
    view! {
        <label class="field">
            {words}
            <input type="number" id=id min=least max=most value=first.to_string() required/>
        </label>
    }
}
