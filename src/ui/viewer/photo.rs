//! The picture itself, as large as its place allows and as near as its zoom says, or what is known instead of it.

use leptos::prelude::*;

use super::zoom::Zoom;
use crate::{
    browser::preload,
    model::{Card, ImageId, State},
    ui::{
        gallery::Gallery,
        parts::{
            icon::Icon,
            shared::{choose, maybe, part, when},
            state_words::{advice, label, sentence, sign},
        },
    },
};

#[derive(Clone, Default, PartialEq)]
struct Source {
    of: Option<ImageId>,
    preview: Option<String>,
}

impl Source {
    /// What could be decoded is shown, also of a damaged or missing file; and of a file that was overwritten the former
    /// picture, until the new one is there.
    fn of(card: Option<&Card>, former: Option<&Source>) -> Source {
        let Some(card) = card else { return Source::default() };
        let preview = match card.state {
            State::Pending => {
                former.filter(|former| former.of == Some(card.id)).and_then(|former| former.preview.clone())
            }
            _ => card.thumbhash.as_ref().and_then(|_| card.preview_url()),
        };
        Source { of: Some(card.id), preview }
    }
}

/// `mend` is for those that were given up, or changed by themselves.
#[component]
pub fn Photo(card: Memo<Option<Card>>, zoom: Zoom, mend: Callback<ImageId>) -> impl IntoView {
    let read = move |part: fn(&Card) -> Option<String>| maybe(move || card.with(|card| card.as_ref().and_then(part)));
    let gallery = expect_context::<Gallery>();
    // what is wrong with the file itself counts more
    let away = move || {
        let of = card.with(|card| card.as_ref().filter(|card| label(card.state).is_none()).map(|card| card.folder))?;
        let is_away = gallery.offline.with(|offline| offline.contains(&of));
        let name = || {
            gallery
                .folders
                .with(|folders| folders.iter().find(|folder| folder.id == of).map(|folder| folder.name.clone()))
        };
        is_away.then(name).flatten()
    };
    let source = Memo::new(move |former: Option<&Source>| card.with(|card| Source::of(card.as_ref(), former)));
    // its thumbnail stands in for a preview that is still to come
    let (coming, thumbnail) = (RwSignal::new(false), read(Card::thumbnail_url));
    Effect::new(move || {
        source.with(|source| coming.set(source.preview.as_ref().is_some_and(|url| !preload::is_there(url))))
    });
    let stand_in =
        move || view! { <img class="stand-in" src=thumbnail alt="" decoding="sync" draggable="false"/> }.into_any();
    // the preview stays below it until it is there
    let whole = read(|card| card.thumbhash.as_ref().and_then(|_| card.full_url()));
    let image = move || {
        view! {
            <div
                class="lens"
                data-eased=maybe(move || zoom.eased.get().then(String::new))
                data-coming=maybe(move || coming.get().then(String::new))
                style:transform=maybe(move || zoom.transform())
            >
            {when(move || coming.get(), stand_in)}
            <img
                class="photo"
                src=maybe(move || source.get().preview)
                alt=read(|card| Some(card.name.clone()))
                width=read(|card| card.width.map(|width| width.to_string()))
                height=read(|card| card.height.map(|height| height.to_string()))
                decoding="sync"
                fetchpriority="high"
                draggable="false"
                on:load=move |_| coming.set(false)
                on:error=move |_| coming.set(false)
            />
            {when(move || zoom.is_near(), move || view! { <img class="whole" src=whole alt="" draggable="false"/> }.into_any())}
            </div>
            {part(move || card.with(|card| note(card, mend)))}
            {part(move || away().map_or_else(|| ().into_any(), offline))}
        }
        .into_any()
    };
    let known = move || source.with(|source| source.preview.is_some());
    choose(known, image, move || part(move || card.with(|card| blank(card.as_ref(), mend))).into_any())
}

/// Stands where the picture would be.
fn blank(card: Option<&Card>, mend: Callback<ImageId>) -> AnyView {
    let Some(card) = card else { return ().into_any() };
    let id = card.id;
    let again = (card.state == State::Failed).then(|| {
        view! {
            <button type="button" class="button" on:click=move |_| mend.run(id)>
                "Try again"
            </button>
        }
    });
    view! {
        <div class="blank">
            <Icon sign=sign(card.state)/>
            <h2>{label(card.state).unwrap_or("No preview")}</h2>
            <p>{sentence(card)}</p>
            <p class="blank-advice">{advice(card.state)}</p>
            {again}
        </div>
    }
    .into_any()
}

/// Over a picture that is shown although not all is well with its file.
fn note(card: &Option<Card>, mend: Callback<ImageId>) -> AnyView {
    let Some((card, label)) = card.as_ref().and_then(|card| Some((card, label(card.state)?))) else {
        return ().into_any();
    };
    view! {
        <p class="state-note">
            <span class="badge" data-kind=label>{label}</span>
            {sentence(card)}
            " "
            {if card.is_decayed() { accept(card.id, mend) } else { advice(card.state).into_any() }}
        </p>
    }
    .into_any()
}

fn offline(name: String) -> AnyView {
    view! {
        <p class="state-note">
            <span class="badge" data-kind="Offline">"Offline"</span>
            {format!("The folder “{name}” is offline. Until it is back there is only this preview.")}
        </p>
    }
    .into_any()
}

fn accept(id: ImageId, mend: Callback<ImageId>) -> AnyView {
    view! {
        <button type="button" class="button" on:click=move |_| mend.run(id)>
            "Accept"
        </button>
    }
    .into_any()
}
