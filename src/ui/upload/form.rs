//! The upload button. It is the label of a file field in a real form, so it works before and without WebAssembly.

use leptos::prelude::*;

use super::Uploads;
use crate::{
    api::uploads::UPLOAD_URL,
    browser::files,
    ui::parts::icon::{Icon, Sign},
};

// As text: with scripts on, a browser makes no elements in there to be hydrated.
const SEND: &str = "<button class=\"button\">Send</button>";

#[component]
pub fn UploadForm(label: &'static str) -> impl IntoView {
    let uploads = expect_context::<Uploads>();
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
                    on:change=move |event| uploads.add(files::from_field(&event))
                />
            </label>
            <noscript inner_html=SEND></noscript>
        </form>
    }
}
