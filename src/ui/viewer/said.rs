//! What people said of the picture, and when it was taken. Leaves out what nobody said.

use leptos::prelude::*;

use crate::{
    model::{Picture, details::Flag},
    ui::parts::{moment, words},
};

const STARS_MAX: u8 = 5;

pub fn said(picture: &Picture, awake: bool) -> AnyView {
    let details = &picture.details;
    let heading = details.title.clone().unwrap_or_else(|| picture.card.name.clone());
    let taken = picture.taken.as_deref().map(words::wall_clock);
    let when = taken.unwrap_or_else(|| format!("Added {}", moment::words(picture.card.added_ms, awake)));
    let caption = details.caption.clone().map(|caption| view! { <p class="said-caption">{caption}</p> });
    view! {
        <h2>{heading}</h2>
        <p class="facts-when">{when}</p>
        {caption}
        {marks(picture)}
        {tags(&details.tags)}
    }
    .into_any()
}

fn marks(picture: &Picture) -> Option<AnyView> {
    let details = &picture.details;
    let stars = details.rating.filter(|stars| *stars > 0).map(stars);
    let flag = details.flag.map(|flag| {
        let (kind, words) = match flag {
            Flag::Pick => ("pick", "Picked"),
            Flag::Reject => ("reject", "Rejected"),
        };
        view! { <span class="said-flag" data-flag=kind data-fact="Flag">{words}</span> }
    });
    let label = details.label.clone().map(|label| {
        let spot = label.to_ascii_lowercase();
        view! {
            <span class="said-label" data-label=spot data-fact="Label">
                <span class="visually-hidden">"Label: "</span>
                {label}
            </span>
        }
    });
    let is_any = stars.is_some() || flag.is_some() || label.is_some();
    is_any.then(|| view! { <p class="said-marks">{stars}{flag}{label}</p> }.into_any())
}

fn stars(count: u8) -> impl IntoView {
    let count = count.min(STARS_MAX);
    let (full, empty) = ("★".repeat(count.into()), "★".repeat((STARS_MAX - count).into()));
    view! {
        <span class="said-stars" role="img" aria-label=format!("{count} of {STARS_MAX} stars") data-fact="Rating">
            {full}
            <i>{empty}</i>
        </span>
    }
}

fn tags(tags: &[String]) -> Option<AnyView> {
    let list = tags.iter().map(|tag| view! { <li>{tag.clone()}</li> }).collect_view();
    (!tags.is_empty()).then(|| view! { <ul class="tags" aria-label="Tags">{list}</ul> }.into_any())
}
