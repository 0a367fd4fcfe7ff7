//! The upload button. It is the label of a file field in a real form, so it works without WebAssembly, and what is chosen
//! before the page is awake is taken over then.

use leptos::{html::Input, prelude::*};

use super::Uploads;
use crate::{
    api::uploads::UPLOAD_URL,
    browser::files,
    ui::parts::icon::{Icon, Sign},
};

#[component]
pub fn UploadForm(label: &'static str) -> impl IntoView {
    let uploads = expect_context::<Uploads>();
    let field = NodeRef::<Input>::new();
    let take = move || {
        if let Some(field) = field.get_untracked() {
            uploads.bring(files::from_field(&field));
        }
    };
    Effect::new(move || {
        field.track();
        take();
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
                    on:change=move |_| take()
                />
            </label>
            <button class="button send">"Send"</button>
        </form>
    }
}
