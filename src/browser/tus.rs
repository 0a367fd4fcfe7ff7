//! Uploads by tus 1.0: begun, found again, gone on with, ended. Knows neither whose turn it is nor what follows from a failure.
//!
//! What the browser has to do for it is asked for by name (`ask`): each typed call would cost the first view some glue, whoever
//! never uploads.

use std::{cell::Cell, rc::Rc, time::Duration};

use futures::channel::oneshot;
use js_sys::{Array, Function, JSON, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, EventTarget};

use super::{
    ask::{ask, part},
    clock,
    held::{self, Facts, FileKey},
    listen::Listener,
    wait,
};
use crate::{
    api::uploads::TUS_URL,
    model::{ImageId, base64},
};

/// So much is sent with the first request. Larger files are begun without a byte, so that they can be gone on with.
const AT_ONCE_BYTES_MAX: u64 = 8 << 20;
/// One request's, so that what stands between here and the server sees none that is too long for it.
const PIECE_BYTES: u64 = 16 << 20;
/// While bytes are to leave and none does for so long, the network is dead.
const SILENCE_MAX_MS: f64 = 20_000.0;
/// When all have left, the server puts the file away, which takes a slow disk its time.
const PUT_AWAY_MAX_MS: f64 = 120_000.0;
const LISTEN: Duration = Duration::from_secs(2);

/// How far an upload has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    pub url: String,
    pub offset: u64,
    pub arrived: Option<Arrived>,
}

/// It is on the server's disk and in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrived {
    /// None for a file that only says something of a picture.
    pub id: Option<ImageId>,
    /// The same content was there before.
    pub was_here: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// The same may succeed later.
    Passing(String),
    /// The server knows it no more, or what it has of it is spoiled: begin anew.
    Gone,
    /// It will never succeed.
    Refused(String),
    /// The file itself cannot be read any more.
    Lost,
}

const UNREACHED: &str = "The server cannot be reached.";
const REFUSED: &str = "The server did not take it.";

fn trouble(status: u32, sentence: Option<String>) -> Trouble {
    let passing = |words: &str| Trouble::Passing(sentence.clone().unwrap_or_else(|| words.to_owned()));
    match status {
        0 => passing(UNREACHED),
        404 | 410 | 460 => Trouble::Gone,
        408 | 409 | 423 | 425 | 429 | 500.. => passing("The server could not take it just now."),
        _ => Trouble::Refused(sentence.unwrap_or_else(|| REFUSED.to_owned())),
    }
}

/// Begins one. A small file is sent whole with it. `beside` is the picture that a sidecar is of.
pub async fn begin(
    key: FileKey,
    facts: &Facts,
    sha256: Option<&str>,
    beside: Option<ImageId>,
    sent: impl Fn(u64) + 'static,
) -> Result<Reached, Trouble> {
    let at_once = facts.size <= AT_ONCE_BYTES_MAX;
    let mut headers =
        vec![("Upload-Length", facts.size.to_string()), ("Upload-Metadata", metadata(facts, sha256, beside))];
    let mut body = None;
    if at_once {
        let (file, _) = held::open(key).await.ok_or(Trouble::Lost)?;
        headers.push(of_bytes());
        body = held::piece(&file, 0, facts.size);
    }
    let answer = request("POST", TUS_URL, headers, body, sent).await?;
    let url = answer.header("Location").ok_or_else(|| Trouble::Refused(REFUSED.into()))?;
    Ok(answer.reached(url))
}

/// How far it has come. One that is done says so again.
pub async fn find(url: String) -> Result<Reached, Trouble> {
    let answer = request("HEAD", &url, Vec::new(), None, |_| ()).await?;
    Ok(answer.reached(url))
}

/// Sends the next piece. `sent` hears how far it is in the file.
pub async fn go_on(key: FileKey, from: Reached, size: u64, sent: impl Fn(u64) + 'static) -> Result<Reached, Trouble> {
    let (file, _) = held::open(key).await.ok_or(Trouble::Lost)?;
    let offset = from.offset;
    let piece = held::piece(&file, offset, size.min(offset + PIECE_BYTES));
    let headers = vec![("Upload-Offset", offset.to_string()), of_bytes()];
    let answer = request("PATCH", &from.url, headers, piece, move |loaded| sent(offset + loaded)).await?;
    Ok(answer.reached(from.url))
}

/// Nobody wants it any more. Should the server not hear of it, it forgets the upload by itself.
pub async fn end(url: String) {
    let _ = request("DELETE", &url, Vec::new(), None, |_| ()).await;
}

type Header = (&'static str, String);

fn of_bytes() -> Header {
    ("Content-Type", "application/offset+octet-stream".into())
}

fn metadata(facts: &Facts, sha256: Option<&str>, beside: Option<ImageId>) -> String {
    let mut fields = vec![format!("filename {}", base64::encode(facts.name.as_bytes()))];
    if !facts.path.is_empty() {
        fields.push(format!("relativePath {}", base64::encode(facts.path.as_bytes())));
    }
    fields.extend(sha256.map(|sha256| format!("sha256 {}", base64::encode(sha256.as_bytes()))));
    fields.extend(beside.map(|id| format!("beside {}", base64::encode(id.to_string().as_bytes()))));
    fields.join(",")
}

/// A request that ends when nobody waits for it any more, and with it what it answered.
struct Request(JsValue);

impl Drop for Request {
    fn drop(&mut self) {
        ask(&self.0, "abort", &[]);
    }
}

struct Answer(Request);

impl Answer {
    fn header(&self, name: &str) -> Option<String> {
        ask(&self.0.0, "getResponseHeader", &[name.into()])?.as_string()
    }

    fn status(&self) -> u32 {
        part(&self.0.0, "status").and_then(|status| status.as_f64()).unwrap_or(0.0) as u32
    }

    fn sentence(&self) -> Option<String> {
        let text = part(&self.0.0, "responseText")?.as_string()?;
        part(&JSON::parse(&text).ok()?, "error")?.as_string()
    }

    fn reached(&self, url: String) -> Reached {
        let offset = self.header("Upload-Offset").and_then(|offset| offset.parse().ok()).unwrap_or(0);
        let id = self.header("PixelSync-Image").and_then(|id| id.parse().ok());
        // said of nothing but what is put away
        let was_here = self.header("PixelSync-Already-Here").map(|answer| answer == "true");
        Reached { url, offset, arrived: was_here.map(|was_here| Arrived { id, was_here }) }
    }
}

async fn request(
    method: &str,
    url: &str,
    headers: Vec<Header>,
    body: Option<Blob>,
    sent: impl Fn(u64) + 'static,
) -> Result<Answer, Trouble> {
    let unreached = || Trouble::Passing(UNREACHED.into());
    let asked = Request(new_request().ok_or_else(unreached)?);
    let request = &asked.0;
    let (done, ended) = oneshot::channel();
    let all = body.as_ref().map_or(0, |body| body.size() as u64);
    let (mut done, patient_until_ms) = (Some(done), Rc::new(Cell::new(patient_until_ms(0, all))));
    let patience = Rc::clone(&patient_until_ms);
    let progress = move |event: JsValue| {
        let loaded = part(&event, "loaded").and_then(|loaded| loaded.as_f64()).unwrap_or(0.0) as u64;
        patience.set(self::patient_until_ms(loaded, all));
        sent(loaded);
    };
    let sending: EventTarget = part(request, "upload").ok_or_else(unreached)?.unchecked_into();
    let _heard = [
        Listener::new(request.unchecked_ref(), "loadend", move |_| _ = done.take().map(|done| done.send(()))),
        Listener::new(&sending, "progress", move |event| progress(event.into())),
    ];
    ask(request, "open", &[method.into(), url.into()]);
    ask(request, "setRequestHeader", &["Tus-Resumable".into(), "1.0.0".into()]);
    for (name, value) in headers {
        ask(request, "setRequestHeader", &[name.into(), (&value).into()]);
    }
    ask(request, "send", &[body.map_or(JsValue::NULL, JsValue::from)]);
    before(&patient_until_ms, ended).await.ok_or_else(unreached)?;
    let answer = Answer(asked);
    match answer.status() {
        200..300 => Ok(answer),
        status => Err(trouble(status, answer.sentence())),
    }
}

fn new_request() -> Option<JsValue> {
    let kind: Function = part(&window(), "XMLHttpRequest")?.dyn_into().ok()?;
    Reflect::construct(&kind, &Array::new()).ok()
}

fn patient_until_ms(loaded: u64, all: u64) -> f64 {
    clock::now_ms() + if loaded < all { SILENCE_MAX_MS } else { PUT_AWAY_MAX_MS }
}

async fn before(until_ms: &Cell<f64>, mut ended: oneshot::Receiver<()>) -> Option<()> {
    while clock::now_ms() < until_ms.get() {
        if let Some(ended) = wait::within(LISTEN, &mut ended).await {
            return ended.ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_described() {
        let facts = |path: &str| Facts { name: "a.jpg".into(), path: path.into(), size: 1, modified_ms: 0 };
        assert_eq!(metadata(&facts(""), None, None), "filename YS5qcGc=");
        let full = metadata(&facts("t/a.jpg"), Some("00"), None);
        assert_eq!(full, "filename YS5qcGc=,relativePath dC9hLmpwZw==,sha256 MDA=");
        let picture = "00000000-0000-0000-0000-000000000001";
        let beside = metadata(&facts(""), None, picture.parse().ok());
        assert_eq!(beside, format!("filename YS5qcGc=,beside {}", base64::encode(picture.as_bytes())));
    }

    #[test]
    fn what_may_pass_is_told_from_what_never_will() {
        let said = || Some("A sentence.".to_owned());
        let check = |status: u32, expect: Trouble| assert_eq!(trouble(status, said()), expect, "{status}");
        for status in [409, 423, 500, 503, 507] {
            check(status, Trouble::Passing("A sentence.".into()));
        }
        for status in [400, 403, 412, 413, 415] {
            check(status, Trouble::Refused("A sentence.".into()));
        }
        for status in [404, 460] {
            check(status, Trouble::Gone);
        }
        assert_eq!(trouble(0, None), Trouble::Passing(UNREACHED.into()));
    }
}
