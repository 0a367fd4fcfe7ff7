//! The fields of the dialog, and what was written in them. Sends nothing.

use leptos::{prelude::*, task::spawn_local};

use super::row::Row;
use crate::{
    api::{Failure, folders::list_folders},
    browser::{
        fields::{is_ticked, text as written},
        wait,
    },
    model::{FolderDraft, FolderEdit, Records, Watching, folder::FILE_TYPES},
    ui::parts::{asking::said, shared::part},
};

const PATH_ID: &str = "folder-path";
const NAME_ID: &str = "folder-name";
const TIMER_ID: &str = "folder-timer";
const FORGET_ID: &str = "records-forget";

pub fn draft() -> FolderDraft {
    let name = Some(written(NAME_ID)).filter(|name| !name.trim().is_empty());
    FolderDraft { path: written(PATH_ID), name, watching: watching(), types: types() }
}

pub fn edit() -> FolderEdit {
    FolderEdit { name: Some(written(NAME_ID)), paused: None, watching: Some(watching()), types: Some(types()) }
}

pub fn records() -> Records {
    if is_ticked(FORGET_ID) { Records::Forget } else { Records::Keep }
}

fn watching() -> Watching {
    if is_ticked(TIMER_ID) { Watching::Timer } else { Watching::Auto }
}

fn types() -> Vec<String> {
    FILE_TYPES.iter().filter(|kind| is_ticked(&type_id(kind))).map(|kind| (*kind).to_owned()).collect()
}

fn type_id(kind: &str) -> String {
    "type-".to_owned() + kind
}

#[component]
pub fn AddFields(problem: RwSignal<String>) -> impl IntoView {
    view! {
        <label class="field">
            "Path on the server"
            <input
                id=PATH_ID
                type="text"
                placeholder="/srv/pictures"
                aria-describedby="problem allowed"
                autocomplete="off"
                spellcheck="false"
                autofocus
                required
            />
        </label>
        {said(problem)}
        <Allowed/>
        <label class="field">
            "Name"
            <input id=NAME_ID type="text" placeholder="The last part of the path" autocomplete="off"/>
        </label>
        {choices(Watching::Auto, Vec::new())}
    }
}

#[component]
pub fn EditFields(row: Row, problem: RwSignal<String>) -> impl IntoView {
    view! {
        <label class="field">
            "Name"
            <input
                id=NAME_ID
                type="text"
                value=row.now(|folder| folder.name.clone())
                aria-describedby="problem"
                autocomplete="off"
                autofocus
                required
            />
        </label>
        {said(problem)}
        {choices(row.now(|folder| folder.watching), row.now(|folder| folder.types.clone()))}
    }
}

#[component]
pub fn RemoveFields(problem: RwSignal<String>) -> impl IntoView {
    view! {
        <p>"PixelSync stops looking at it. Files on the disk are never touched, whatever you choose."</p>
        <label class="choice">
            <input type="radio" name="records" checked autofocus/>
            "Keep its records, out of sight. Add the folder again, and its pictures are back as they were."
        </label>
        <label class="choice">
            <input type="radio" name="records" id=FORGET_ID/>
            "Forget its records. Added again, its pictures are new."
        </label>
        {said(problem)}
    }
}

fn choices(watching: Watching, types: Vec<String>) -> impl IntoView {
    let tick = move |kind: &&'static str| {
        let ticked = types.iter().any(|chosen| chosen == kind);
        view! { <label class="choice kind"><input type="checkbox" id=type_id(kind) checked=ticked/>{*kind}</label> }
    };
    view! {
        <label class="choice">
            <input type="checkbox" id=TIMER_ID checked=watching == Watching::Timer/>
            "Scan by the clock only, as network folders always are."
        </label>
        <fieldset class="kinds">
            <legend>"Types. None ticked means all."</legend>
            {FILE_TYPES.iter().map(tick).collect_view()}
        </fieldset>
    }
}

/// Where folders may be added, read when somebody wants to add one.
#[component]
fn Allowed() -> impl IntoView {
    let told = RwSignal::new(None);
    Effect::new(move || {
        spawn_local(async move {
            let answer = wait::for_answer(list_folders()).await.map(|list| list.allowed);
            let _ = told.try_set(Some(answer));
        });
    });
    view! { <div class="allowed" id="allowed">{part(move || told.with(|told| allowed(told.as_ref())))}</div> }
}

fn allowed(told: Option<&Result<Vec<String>, Failure>>) -> AnyView {
    let sentence = match told {
        None => "Asking where folders may be added…".to_owned(),
        Some(Err(failure)) => failure.to_string(),
        Some(Ok(roots)) if roots.is_empty() => {
            "No folder may be added yet. Start the server with --allow-root DIR, and DIR and all below it may be."
                .to_owned()
        }
        Some(Ok(roots)) => {
            let roots = roots.iter().map(|root| view! { <li><code>{root.clone()}</code></li> }).collect_view();
            return view! { <p>"It has to lie in one of these:"</p><ul>{roots}</ul> }.into_any();
        }
    };
    view! { <p>{sentence}</p> }.into_any()
}
