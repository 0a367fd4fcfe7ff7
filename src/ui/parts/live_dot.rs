//! Whether the page follows the server. Says it in words, and in colour for those who see it.

use leptos::prelude::*;

use super::shared::text;
use crate::{browser::live::Status, ui::feed::Feed};

#[component]
pub fn LiveDot() -> impl IntoView {
    let status = expect_context::<Feed>().status;
    let say = move |of: fn(Status) -> &'static str| text(move || of(status.get()).to_owned());
    view! {
        <span class="live" role="status" aria-live="polite" data-state=say(state) title=say(why)>
            <i class="live-dot" aria-hidden="true"></i>
            <span class="live-words">{say(words)}</span>
        </span>
    }
}

fn state(status: Status) -> &'static str {
    match status {
        Status::Connecting => "connecting",
        Status::Live => "live",
        Status::Offline => "offline",
    }
}

fn words(status: Status) -> &'static str {
    match status {
        Status::Connecting => "Connecting…",
        Status::Live => "Live",
        Status::Offline => "Offline",
    }
}

fn why(status: Status) -> &'static str {
    match status {
        Status::Connecting => "The connection to the server is being made.",
        Status::Live => "What changes on the server shows here by itself.",
        Status::Offline => {
            "The server cannot be reached. What is shown stays, and the connection is tried again by itself."
        }
    }
}
