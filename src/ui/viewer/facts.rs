//! The panel with what is known of the picture. Leaves out what is not.

use leptos::{prelude::*, task::spawn_local};
use uuid::Uuid;

use super::{
    Viewer, beside::BesideLine, histogram::Histogram, kin::Kin, past::Past, place::place, said::said, tools::StripLine,
};
use crate::{
    browser::clipboard,
    model::{Card, Cursor, Picture},
    ui::parts::{
        icon::{Icon, Sign},
        moment,
        notice::Notices,
        shared::part,
        state_words::{label, sentence},
        words,
    },
};

pub const PANEL_ID: &str = "facts";

#[component]
pub fn Facts() -> impl IntoView {
    let viewer = expect_context::<Viewer>();
    let awake = moment::awake();
    let shown = Memo::new(move |_| viewer.shown.with(|shown| shown.as_ref().map(alone)));
    let of_shown = move |draw: fn(&Picture, bool) -> AnyView| {
        part(move || {
            let awake = awake.get();
            shown.with(|shown| shown.as_ref().map_or_else(|| ().into_any(), |picture| draw(picture, awake)))
        })
    };
    view! {
        <aside class="facts" id=PANEL_ID aria-label="Info">
            {of_shown(said)}
            <div class="facts-ways"><BesideLine/><StripLine/></div>
            <Histogram/>
            {of_shown(facts)}
            <Kin/>
            <Past/>
        </aside>
    }
}

/// Where it stands among others is another with each arrival, and no reason to draw all of this anew.
fn alone(picture: &Picture) -> Picture {
    let nowhere = Cursor { epoch: Uuid::nil(), seq: 0 };
    Picture { at: nowhere, newer: None, older: None, place: 0, total: 0, ..picture.clone() }
}

fn facts(picture: &Picture, awake: bool) -> AnyView {
    view! {
        {of_picture(picture)}
        {of_camera(picture)}
        {picture.details.place.map(place)}
        {of_file(picture, awake)}
    }
    .into_any()
}

fn of_picture(picture: &Picture) -> AnyView {
    let (card, details) = (&picture.card, &picture.details);
    let state = label(card.state).map(|label| format!("{label}. {}", sentence(card)));
    let kind =
        card.mime.as_deref().map(|mime| kind(mime).to_owned() + if details.animated { ", animated" } else { "" });
    view! {
        <h3>"Picture"</h3>
        <dl>
            <Fact name="State" value=state/>
            <Fact name="Type" value=kind/>
            <Fact name="Pixels" value=pixels(card)/>
            <Fact name="Size" value=Some(words::bytes(card.size.max(0) as u64))/>
            <Fact name="Depth" value=details.depth.map(|bits| format!("{bits} bits a channel"))/>
            <Fact name="Profile" value=details.profile.clone()/>
            <Fact name="Turned" value=details.orientation.and_then(turned).map(str::to_owned)/>
        </dl>
    }
    .into_any()
}

fn of_camera(picture: &Picture) -> Option<AnyView> {
    let details = &picture.details;
    let taken = picture.taken.as_deref().map(words::wall_clock);
    let flash = details.flash.map(|fired| if fired { "Fired" } else { "Did not fire" }.to_owned());
    let shot = [&picture.camera, &picture.lens, &picture.exposure, &details.focal_length, &taken, &flash];
    shot.iter().any(|fact| fact.is_some()).then(|| {
        view! {
            <h3>"Camera"</h3>
            <dl>
                <Fact name="Taken" value=taken.clone()/>
                <Fact name="Camera" value=picture.camera.clone()/>
                <Fact name="Lens" value=picture.lens.clone()/>
                <Fact name="Exposure" value=picture.exposure.clone()/>
                <Fact name="Focal length" value=details.focal_length.clone()/>
                <Fact name="Flash" value=flash.clone()/>
            </dl>
        }
        .into_any()
    })
}

fn of_file(picture: &Picture, awake: bool) -> AnyView {
    let at = |ms: i64| Some(moment::words(ms, awake));
    view! {
        <h3>"File"</h3>
        <dl>
            <Fact name="Folder" value=Some(picture.folder.clone())/>
            <Fact name="Path" value=Some(picture.path.clone())/>
            <Fact name="Added" value=at(picture.card.added_ms)/>
            <Fact name="Modified" value=at(picture.details.modified_ms)/>
            {picture.hash.clone().map(|hash| view! { <Hash hash/> })}
        </dl>
        <a class="facts-link" href=picture.card.original_url() download="">
            <Icon sign=Sign::Export/>
            "Download"
        </a>
        <a class="facts-link facts-original" href=picture.card.original_url() rel="external" target="_blank">
            <Icon sign=Sign::Open/>
            "Open the original"
        </a>
    }
    .into_any()
}

#[component]
pub fn Fact(name: &'static str, value: Option<String>) -> impl IntoView {
    value.map(|value| {
        view! {
            <dt>{name}</dt>
            <dd data-fact=name>{value}</dd>
        }
    })
}

#[component]
fn Hash(hash: String) -> impl IntoView {
    let notices = expect_context::<Notices>();
    let shown = hash.clone();
    let copy = move |_| {
        let hash = hash.clone();
        spawn_local(async move {
            match clipboard::copy(&hash).await {
                true => notices.say("The SHA-256 is copied.".into()),
                false => notices.warn("The browser did not let it be copied. Select it instead.".into()),
            }
        });
    };
    view! {
        <dt>"SHA-256"</dt>
        <dd>
            <code data-fact="SHA-256">{shown}</code>
            <button type="button" class="copy" aria-label="Copy the SHA-256" on:click=copy>"Copy"</button>
        </dd>
    }
}

/// `6,000 × 4,000, 24 MP`.
pub fn pixels(card: &Card) -> Option<String> {
    let (width, height) = (u64::try_from(card.width?).ok()?, u64::try_from(card.height?).ok()?);
    let tenths = (width * height + 50_000) / 100_000;
    let millions = match tenths {
        0 => String::new(),
        1..100 => format!(", {}.{} MP", tenths / 10, tenths % 10),
        _ => format!(", {} MP", words::thousands((tenths + 5) / 10)),
    };
    Some(format!("{} × {}{millions}", words::thousands(width), words::thousands(height)))
}

/// How it is shown beside how its pixels lie in the file, where that is not the same.
fn turned(orientation: u8) -> Option<&'static str> {
    Some(match orientation {
        2 => "Mirrored",
        3 => "Upside down",
        4 => "Mirrored, upside down",
        5 => "Mirrored, to the left",
        6 => "To the right",
        7 => "Mirrored, to the right",
        8 => "To the left",
        _ => return None,
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
        "image/avif" => "AVIF",
        "image/heic" => "HEIC",
        "image/jxl" => "JPEG XL",
        "image/x-adobe-dng" => "RAW (DNG)",
        "image/x-canon-cr2" => "RAW (Canon CR2)",
        "image/x-canon-cr3" => "RAW (Canon CR3)",
        "image/x-nikon-nef" => "RAW (Nikon NEF)",
        "image/x-sony-arw" => "RAW (Sony ARW)",
        "image/x-fuji-raf" => "RAW (Fujifilm RAF)",
        "image/x-olympus-orf" => "RAW (Olympus ORF)",
        "image/x-panasonic-rw2" => "RAW (Panasonic RW2)",
        "image/x-raw" => "RAW",
        other => other,
    }
}
