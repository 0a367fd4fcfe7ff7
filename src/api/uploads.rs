//! Files chosen in the browser, as a multipart form.

use leptos::prelude::*;
use server_fn::codec::{MultipartData, MultipartFormData};

use super::Failure;
use crate::model::Uploaded;

/// The address of [`upload`], for the form that works without WebAssembly.
pub const UPLOAD_URL: &str = "/api/upload";

/// Answers when every file is safe on the disk and in the catalogue. A plain form's answer is the gallery page.
#[server(prefix = "/api", endpoint = "upload", input = MultipartFormData)]
pub async fn upload(form: MultipartData) -> Result<Uploaded, Failure> {
    Ok(crate::server::uploads::receive_form(&crate::server::App::here()?, form).await?)
}
