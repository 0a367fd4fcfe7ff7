//! One folder on its page: how it is, what it holds, what can be done to it.

use leptos::prelude::*;

use super::{
    act::{Act, carry_out},
    dialog::{Ask, Asked},
    history::History,
    operation::{Last, Running},
    row::Row,
    state::State,
    words,
};
use crate::{
    model::FolderState,
    ui::parts::{
        icon::{Icon, Sign},
        notice::Notices,
        shared::{choose, press, text, when},
    },
};

#[component]
pub fn Card(row: Row) -> impl IntoView {
    let busy = RwSignal::new(false);
    let managed = row.now(|folder| folder.managed);
    let said = move || view! { <p class="folder-said">{row.maybe(|folder| folder.said.clone())}</p> }.into_any();
    view! {
        <article class="folder-card" aria-label=row.text(|folder| folder.name.clone())>
            <header class="folder-head">
                <Icon sign=Sign::Folder/>
                <h2>{row.text(|folder| folder.name.clone())}</h2>
                {managed.then(|| view! { <span class="folder-mark" title="Uploads are written here">"uploads"</span> })}
                <State row/>
            </header>
            <code class="folder-place">{row.text(|folder| folder.path.clone())}</code>
            {when(row.is(|folder| folder.said.is_some()), said)}
            <p class="folder-holds">
                <span>{row.text(words::held)}</span>
                <span>{row.text(words::types)}</span>
            </p>
            <Running row/>
            <Last row/>
            <Actions row busy/>
            <History row/>
        </article>
    }
}

#[component]
fn Actions(row: Row, busy: RwSignal<bool>) -> impl IntoView {
    let (notices, asked) = (expect_context::<Notices>(), expect_context::<Asked>().0);
    let id = row.id;
    let runs = row.is(|folder| folder.running.is_some());
    let act = move |words: &'static str, act: Act| {
        let off = Signal::derive(move || busy.get() || runs());
        press(text(move || words.to_owned()), off, move || carry_out(act, busy, notices)).into_any()
    };
    // what is under way stops with the pause, so it need not be waited for
    let turn = move |words: &'static str, act: Act| {
        press(text(move || words.to_owned()), busy.into(), move || carry_out(act, busy, notices)).into_any()
    };
    let open = move |words: &'static str, ask: Ask| {
        press(text(move || words.to_owned()), Signal::stored(false), move || asked.set(Some(ask)))
    };
    let paused = row.is(|folder| folder.state == FolderState::Paused);
    let managed = row.now(|folder| folder.managed);
    view! {
        <div class="folder-actions">
            {act("Scan now", Act::Scan(id))}
            {act("Verify", Act::Verify(id))}
            {choose(paused, move || turn("Resume", Act::Resume(id)), move || turn("Pause", Act::Pause(id)))}
            {open("Edit", Ask::Edit(row))}
            {(!managed).then(|| open("Remove", Ask::Remove(row)))}
        </div>
    }
}
