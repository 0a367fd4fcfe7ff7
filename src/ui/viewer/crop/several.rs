//! The same region cut out of every selected picture, one after the other. Knows no region itself.

use leptos::{prelude::*, task::spawn_local};

use super::{
    Crop,
    shape::Shape,
    state::{Cut, size},
};
use crate::{
    api::{Failure, pictures},
    browser::wait,
    model::{ImageId, Query},
    ui::{
        gallery::selection::{Chosen, Selection},
        parts::{
            notice::Notices,
            shared::{press, text, when},
            words,
        },
        viewer::crop::state::CUT_MAX,
    },
};

/// More are not cut at once.
pub const SEVERAL_MAX: usize = 500;

/// How far it is.
#[derive(Clone, Copy)]
struct Done {
    of: usize,
    cut: usize,
}

#[component]
pub fn CropSeveral(crop: Crop) -> impl IntoView {
    let (selection, notices) = (expect_context::<Selection>(), expect_context::<Notices>());
    let done = RwSignal::new(None::<Done>);
    let ids = move || several(&selection.chosen.read());
    let words = text(move || match done.get() {
        Some(Done { of, cut }) => format!("Saving {} of {of}…", cut + 1),
        None => format!("Save for all {}", ids().len()),
    });
    let cut = move || {
        let ids = untrack(ids);
        if let Some(cut) = crop.now().filter(|_| !crop.busy.get_untracked() && !ids.is_empty()) {
            crop.busy.set(true);
            spawn_local(async move {
                let told = cut_each(ids, cut, done).await;
                done.try_set(None);
                crop.busy.try_set(false);
                notices.tell_of(told);
                selection.clear();
                crop.leave_if_open();
            });
        }
    };
    when(move || ids().len() > 1, move || press(words, crop.busy.into(), cut).into_any())
}

/// None where it is one alone, or more than is cut at once.
fn several(chosen: &Chosen) -> Vec<ImageId> {
    chosen.named().filter(|ids| ids.len() <= SEVERAL_MAX).unwrap_or_default()
}

/// Where the ratio is free, the region is the same part of each picture; otherwise it keeps its ratio in whatever it is cut out of.
async fn cut_alike(id: ImageId, like: Cut) -> Result<(), Failure> {
    let region = match like.shape {
        Shape::Free => like.region(),
        _ => {
            let card = pictures::show_picture(Query::default(), id).await?.card;
            size(&card).map_or(like.region(), |picture| like.in_another(picture).region())
        }
    };
    pictures::crop_picture(id, region).await.map(drop)
}

/// What came of it, in a sentence, and whether all went well. Where the server does not answer, the rest is left.
async fn cut_each(ids: Vec<ImageId>, like: Cut, done: RwSignal<Option<Done>>) -> (String, bool) {
    let (mut well, mut reason) = (0, None);
    for (cut, id) in ids.iter().enumerate() {
        done.try_set(Some(Done { of: ids.len(), cut }));
        let answer = wait::within(CUT_MAX, cut_alike(*id, like)).await;
        match answer.unwrap_or(Err(Failure::Unreachable)) {
            Ok(()) => well += 1,
            Err(failure) => {
                let is_over = failure.is_passing();
                reason.get_or_insert(failure.to_string());
                if is_over {
                    break;
                }
            }
        }
    }
    let all = words::count(ids.len() as u32, "picture", "pictures");
    match reason {
        None => (format!("{all} cropped"), true),
        Some(reason) => (format!("{well} of {all} cropped. {reason}"), false),
    }
}
