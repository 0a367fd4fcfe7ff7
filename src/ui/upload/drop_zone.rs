//! Files and folders dropped, and files pasted, anywhere on the page. Shows where they will land while they are dragged.

use leptos::{ev, prelude::*};

use super::Uploads;
use crate::{
    browser::{files, focus},
    ui::parts::{
        icon::{Icon, Sign},
        shared::when,
    },
};

#[component]
pub fn DropZone() -> impl IntoView {
    let over = RwSignal::new(false);
    let uploads = expect_context::<Uploads>();
    Effect::new(move || listen(over, uploads));
    let overlay = || {
        view! {
            <div class="drop" aria-hidden="true">
                <div class="drop-card">
                    <Icon sign=Sign::Upload/>
                    <p>"Drop pictures or folders to upload them"</p>
                </div>
            </div>
        }
        .into_any()
    };
    when(move || over.get(), overlay)
}

/// For as long as the page lives.
fn listen(over: RwSignal<bool>, uploads: Uploads) {
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
                uploads.bring(files::from_drop(&event));
            }
        }),
        window_event_listener(ev::paste, move |event| {
            if !focus::is_typing() {
                uploads.bring(files::from_clipboard(&event));
            }
        }),
    ];
    on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
}
