//! Files that are sent: what is known of them already, and the plain form. How the page itself sends is `browser::tus`.

use leptos::prelude::*;
use server_fn::codec::{Json, MultipartData, MultipartFormData};

use super::Failure;
use crate::model::{Uploaded, upload::AlreadyHere};

/// The address of [`upload`], for the form that works without WebAssembly.
pub const UPLOAD_URL: &str = "/api/upload";

/// Where uploads begin that go on where they broke off.
pub const TUS_URL: &str = "/uploads";

/// So many may be asked for in [`known`] at once.
pub const KNOWN_MAX: usize = 1_000;

/// Answers when every file is safe on the disk and in the catalogue. A plain form's answer is the gallery page.
#[server(prefix = "/api", endpoint = "upload", input = MultipartFormData)]
pub async fn upload(form: MultipartData) -> Result<Uploaded, Failure> {
    Ok(crate::server::uploads::receive_form(&crate::server::App::here()?, form).await?)
}

/// Which of these contents, by their SHA-256, lie in the project already and need not be sent.
#[server(prefix = "/api", endpoint = "uploads/known", input = Json)]
pub async fn known(hashes: Vec<String>) -> Result<Vec<AlreadyHere>, Failure> {
    Ok(crate::server::uploads::known(&crate::server::App::here()?, &hashes).await?)
}
