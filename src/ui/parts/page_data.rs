//! What a page is opened with: read on the server, carried in the page, read anew when asked. Knows no page.

use std::future::Future;

use leptos::{
    prelude::*,
    server::codee::{Decoder, Encoder},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{api::Failure, browser::wait};

/// JSON, read from bytes as the answers of server functions are, so that the browser's half holds one reader of each type.
pub struct Json;

impl<T: Serialize> Encoder<T> for Json {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, serde_json::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for Json {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, serde_json::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}

pub fn page_data<T, F>(read: impl Fn() -> F + Send + Sync + 'static) -> Resource<Result<T, Failure>, Json>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, Failure>> + Send + 'static,
{
    let read = move |()| {
        let reading = read();
        // The server asks itself, and has no clock of a browser.
        async move { if is_browser() { wait::for_answer(reading).await } else { reading.await } }
    };
    ArcResource::<Result<T, Failure>, Json>::new_with_options(|| (), read, false).into()
}
