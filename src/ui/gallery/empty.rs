//! The gallery without a picture: says how to get the first one in.

use leptos::prelude::*;

use super::Gallery;
use crate::ui::{
    parts::icon::{Icon, Sign},
    upload::form::UploadForm,
};

#[component]
pub fn Empty() -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    let path = gallery
        .folders
        .with_untracked(|folders| folders.iter().find(|folder| folder.managed).map(|folder| folder.path.clone()));
    view! {
        <main class="gallery empty">
            <div class="empty-card">
                <Icon sign=Sign::Picture/>
                <h1>"No pictures yet"</h1>
                <p>"Put pictures into this folder and they appear here by themselves:"</p>
                <code class="empty-path">{path}</code>
                <p>"Or drop them anywhere on this page."</p>
                <UploadForm label="Choose pictures" folder_label="Choose a folder"/>
            </div>
        </main>
    }
}
