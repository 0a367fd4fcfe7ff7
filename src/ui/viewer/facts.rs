//! What is known of the picture. Leaves out what is not.

use leptos::prelude::*;

use super::{Viewer, kin::Kin};
use crate::{
    model::Picture,
    ui::parts::{
        moment,
        shared::part,
        state_words::{label, sentence},
        words,
    },
};

#[component]
pub fn Facts() -> impl IntoView {
    let viewer = expect_context::<Viewer>();
    let awake = moment::awake();
    let list = move || {
        let awake = awake.get();
        viewer.shown.with(|shown| match shown {
            Some(shown) => view! { <FactList picture=shown.clone() awake/> }.into_any(),
            None => ().into_any(),
        })
    };
    view! {
        <aside class="facts" aria-label="About this picture">
            {part(list)}
            <Kin/>
        </aside>
    }
}

#[component]
fn FactList(picture: Picture, awake: bool) -> impl IntoView {
    let card = &picture.card;
    let added = moment::words(card.added_ms, awake);
    let state = label(card.state).map(|label| format!("{label}. {}", sentence(card)));
    let kind = card.mime.as_deref().map(kind).map(str::to_owned);
    let pixels = card.width.zip(card.height).map(|(width, height)| {
        format!("{} × {}", words::thousands(width.max(0) as u64), words::thousands(height.max(0) as u64))
    });
    let size = words::bytes(card.size.max(0) as u64);
    let taken = picture.taken.as_deref().map(words::wall_clock);
    view! {
        <h2>{card.name.clone()}</h2>
        <p class="facts-when">{taken.clone().unwrap_or_else(|| format!("Added {added}"))}</p>
        <h3>"Picture"</h3>
        <dl>
            <Fact name="State" value=state/>
            <Fact name="Pixels" value=pixels/>
            <Fact name="Size" value=Some(size)/>
            <Fact name="Kind" value=kind/>
            <Fact name="Taken" value=taken/>
            <Fact name="Camera" value=picture.camera.clone()/>
            <Fact name="Lens" value=picture.lens.clone()/>
            <Fact name="Exposure" value=picture.exposure.clone()/>
        </dl>
        <h3>"File"</h3>
        <dl>
            <Fact name="Folder" value=Some(picture.folder.clone())/>
            <Fact name="Path" value=Some(picture.path.clone())/>
            <Fact name="Added" value=Some(added)/>
            <Fact name="SHA-256" value=picture.hash.clone()/>
        </dl>
    }
}

#[component]
fn Fact(name: &'static str, value: Option<String>) -> impl IntoView {
    value.map(|value| {
        view! {
            <dt>{name}</dt>
            <dd data-fact=name>{value}</dd>
        }
    })
}

/// `image/jpeg` is `JPEG`.
fn kind(mime: &str) -> &str {
    match mime {
        "image/jpeg" => "JPEG",
        "image/png" => "PNG",
        "image/gif" => "GIF",
        "image/webp" => "WebP",
        "image/tiff" => "TIFF",
        "image/bmp" => "BMP",
        other => other,
    }
}
