//! Files dropped or pasted anywhere on the page. Shows where they will land while they are dragged.

use leptos::{ev, prelude::*};

use super::Uploads;
use crate::{
    browser::{files, focus},
    ui::parts::{
        icon::{Icon, Sign},
        notice::Notices,
        shared::when,
    },
};

const FOLDER_DROPPED: &str = "Folders cannot be dropped yet: open the folder and drop the pictures in it.";

#[component]
pub fn DropZone() -> impl IntoView {
    let over = RwSignal::new(false);
    let (uploads, notices) = (expect_context::<Uploads>(), expect_context::<Notices>());
    Effect::new(move || listen(over, uploads, notices));
    let overlay = || {
        view! {
            <div class="drop" aria-hidden="true">
                <div class="drop-card">
                    <Icon sign=Sign::Upload/>
                    <p>"Drop pictures to upload them"</p>
                </div>
            </div>
        }
        .into_any()
    };
    when(move || over.get(), overlay)
}

/// For as long as the page lives.
fn listen(over: RwSignal<bool>, uploads: Uploads, notices: Notices) {
    let dragged = move |event: &ev::DragEvent| {
        let files = files::are_dragged(event);
        if files {
            event.prevent_default();
        }
        files
    };
    let listeners = [
        window_event_listener(ev::dragenter, move |event| over.set(dragged(&event))),
        window_event_listener(ev::dragover, move |event| _ = dragged(&event)),
        window_event_listener(ev::dragleave, move |event| {
            if files::leave_page(&event) {
                over.set(false);
            }
        }),
        window_event_listener(ev::drop, move |event| {
            over.set(false);
            if dragged(&event) {
                let dropped = files::from_drop(&event);
                if dropped.has_folder {
                    notices.warn(FOLDER_DROPPED.into());
                }
                uploads.add(dropped.files);
            }
        }),
        window_event_listener(ev::paste, move |event| {
            if !focus::is_typing() {
                uploads.add(files::from_clipboard(&event));
            }
        }),
    ];
    on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
}
