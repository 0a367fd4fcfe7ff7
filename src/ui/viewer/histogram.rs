//! The histogram of the picture as it is shown: counted when the browser has nothing else to do, and only for who sees it.

use leptos::{prelude::*, task::spawn_local};

use super::{
    Viewer,
    state::preview_of,
    tones::{Channel, HEIGHT, STEPS, Tones},
    tools::Tools,
};
use crate::{
    browser::{idle::idle, pixels},
    ui::parts::shared::{part, when},
};

/// More pixels make no other curve.
const EDGE_MAX: u32 = 256;

#[component]
pub fn Histogram() -> impl IntoView {
    let (viewer, tools) = (expect_context::<Viewer>(), expect_context::<Tools>());
    let source = Memo::new(move |_| viewer.shown.with(|shown| preview_of(&shown.as_ref()?.card)));
    let (tones, failed) = (RwSignal::new(None::<Tones>), RwSignal::new(false));
    let is_wanted = move |url: &String| {
        let is_same = source.try_get_untracked().flatten().as_ref() == Some(url);
        is_same && tools.panel.is_open_now()
    };
    let counted_of = StoredValue::new(None::<String>);
    Effect::new(move || {
        let Some(url) = source.get().filter(|_| tools.panel.is_open()) else { return };
        if counted_of.with_value(|counted| counted.as_ref() == Some(&url)) {
            return;
        }
        spawn_local(async move {
            idle().await;
            if !is_wanted(&url) {
                return;
            }
            let counted = pixels::sample(&url, EDGE_MAX).await.and_then(|pixels| Tones::count(&pixels));
            if is_wanted(&url) {
                failed.set(counted.is_none());
                tones.set(counted);
                counted_of.set_value(Some(url));
            }
        });
    });
    // its room is there before it is, so that nothing below moves
    when(
        move || source.with(Option::is_some) && !failed.get(),
        move || {
            let drawing = move || tones.with(|tones| tones.as_ref().map(draw)).into_any();
            view! { <div class="histogram">{part(drawing)}</div> }.into_any()
        },
    )
}

fn draw(tones: &Tones) -> AnyView {
    let field = format!("0 0 {} {HEIGHT}", STEPS - 1);
    let lines = Channel::ALL
        .map(|channel| view! { <path class="tone" data-channel=channel.name() d=tones.path(channel)></path> });
    view! {
        <svg viewBox=field preserveAspectRatio="none" role="img" aria-label=tones.words()>
            {lines.into_iter().collect_view()}
        </svg>
    }
    .into_any()
}
