//! Whether the page follows the server. Says it in words, and in colour for those who see it.

use leptos::prelude::*;

use crate::{browser::live::Status, ui::feed::Feed};

#[component]
pub fn LiveDot() -> impl IntoView {
    let status = expect_context::<Feed>().status;
    let state = move || match status.get() {
        Status::Connecting => "connecting",
        Status::Live => "live",
        Status::Offline => "offline",
    };
    let (words, why) = (
        move || match status.get() {
            Status::Connecting => "Connecting…",
            Status::Live => "Live",
            Status::Offline => "Offline",
        },
        move || match status.get() {
            Status::Connecting => "The connection to the server is being made.",
            Status::Live => "What changes on the server shows here by itself.",
            Status::Offline => {
                "The server cannot be reached. What is shown stays, and the connection is tried again by itself."
            }
        },
    );
    view! {
        <span class="live" role="status" aria-live="polite" data-state=state title=why>
            <i class="live-dot" aria-hidden="true"></i>
            <span class="live-words">{words}</span>
        </span>
    }
}
