//! What is asked before pictures are exported, and how far the archive is. The browser saves it once it is ready.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::fields::{Fields, draft};
use crate::{
    api::{
        Failure,
        exports::{begin_export, find_export},
    },
    browser::{dialog, download, focus, wait},
    model::export::{Export, ExportState, Of},
    ui::parts::{
        asking::{Question, asking, said},
        notice::Notices,
        shared::text,
        words,
    },
};

const DIALOG_ID: &str = "export-asking";
/// How often it is asked how far it is.
const PAUSE: Duration = Duration::from_millis(400);

/// What is to be exported, and how much it is.
#[derive(Clone)]
pub struct Asked {
    pub of: Of,
    pub count: u32,
}

/// `closed` is told when it is over, however it ended.
#[component]
pub fn Dialog(asked: RwSignal<Option<Asked>>, of: Asked, from: &'static str) -> impl IntoView {
    let notices = expect_context::<Notices>();
    let (problem, busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let far = RwSignal::new(None::<Export>);
    let Asked { of, count } = of;
    let heading = format!("Export {}", words::count(count, "picture", "pictures"));
    let body = view! {
        <Fields/>
        <p class="export-far" role="status">{text(move || far.with(|far| far.as_ref().map(how_far).unwrap_or_default()))}</p>
        {said(problem)}
    }
    .into_any();
    let send = move || {
        problem.set(String::new());
        let begun = begin_export(draft(of.clone()));
        spawn_local(async move {
            let ready = Box::pin(until_ready(begun, far)).await;
            // whoever closed the dialog wants it no more
            if busy.try_set(false).is_some() {
                return;
            }
            match ready {
                Ok(export) => {
                    download::save(&export.url);
                    notices.say(told(&export));
                    dialog::close(DIALOG_ID);
                }
                Err(failure) => {
                    far.set(None);
                    problem.set(failure.to_string());
                }
            }
        });
    };
    let closed = move || {
        asked.set(None);
        focus::give(from);
    };
    asking(Question { id: DIALOG_ID, heading, body, aside: ().into_any(), word: "Export" }, busy, send, closed)
}

async fn until_ready(
    begun: impl Future<Output = Result<Export, Failure>>,
    far: RwSignal<Option<Export>>,
) -> Result<Export, Failure> {
    let mut export = wait::for_answer(begun).await?;
    loop {
        match export.state {
            ExportState::Ready => return Ok(export),
            ExportState::Failed => return Err(Failure::Refused(export.error.unwrap_or_default())),
            ExportState::Preparing => {}
        }
        // nobody looks any more
        if far.try_set(Some(export.clone())).is_some() {
            return Ok(export);
        }
        wait::pause(PAUSE).await;
        export = wait::for_answer(find_export(export.id)).await?;
    }
}

fn how_far(export: &Export) -> String {
    let files = |number: u32| words::thousands(number);
    format!("Preparing: {} of {} files…", files(export.prepared), files(export.files))
}

fn told(export: &Export) -> String {
    let size = words::bytes(export.bytes.unwrap_or_default());
    match export.left_out {
        0 => format!("Saving {}, {size}", export.name),
        left_out => {
            let were = words::count(left_out, "file was", "files were");
            format!("Saving {}, {size}. {were} not there: the list in the archive says which.", export.name)
        }
    }
}
