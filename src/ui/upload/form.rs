//! The upload buttons. One is the label of a file field in a real form, so it works without WebAssembly, and what is chosen before
//! the page is awake is taken over then. The other takes a folder with all that lies in it.

use leptos::{attr::custom::custom_attribute, html::Input, prelude::*};

use super::Uploads;
use crate::{
    api::uploads::UPLOAD_URL,
    browser::files,
    ui::parts::icon::{Icon, Sign},
};

#[component]
pub fn UploadForm(label: &'static str, folder_label: &'static str) -> impl IntoView {
    let uploads = expect_context::<Uploads>();
    let (field, folder_field) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let take = move |field: NodeRef<Input>| {
        if let Some(field) = field.get_untracked() {
            uploads.bring(files::from_field(&field));
        }
    };
    Effect::new(move || {
        for field in [field, folder_field] {
            field.track();
            take(field);
        }
    });
    view! {
        <form class="upload" method="post" action=UPLOAD_URL enctype="multipart/form-data">
            <label class="button">
                <Icon sign=Sign::Upload/>
                <span class="upload-words">{label}</span>
                <input
                    class="upload-field"
                    type="file"
                    name="file"
                    multiple
                    accept="image/*"
                    node_ref=field
                    on:click=move |event| files::choose(&event, move || uploads.bring(true))
                    on:change=move |_| take(field)
                />
            </label>
            <label class="button upload-folder" title=folder_label>
                <Icon sign=Sign::FolderUp/>
                <span class="upload-words">{folder_label}</span>
                <input
                    class="upload-field"
                    type="file"
                    multiple
                    {..custom_attribute("webkitdirectory", "")}
                    node_ref=folder_field
                    on:change=move |_| take(folder_field)
                />
            </label>
            <button class="button send">"Send"</button>
        </form>
    }
}
