//! What the agent asks of a server: tus 1.0, and whether a content is there. The only HTTP of the agent; keeps nothing.
//!
//! Every refusal is sorted by what follows from it, because that is all that those who ask want to know.

use std::{
    collections::HashMap,
    error::Error,
    fs::File,
    io::{self, SeekFrom},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::{Stream, stream};
use reqwest::{
    Body, Client, Method, RequestBuilder, Response, StatusCode, Url,
    header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER},
    redirect::Policy,
};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::pace::Pace;
use crate::model::base64;

const VERSION: &str = "1.0.0";
const PIECE_TYPE: &str = "application/offset+octet-stream";
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// An answer to a question without a file.
const ANSWER_MAX: Duration = Duration::from_secs(60);
/// As long as bytes go, nobody is in a hurry; when none have gone for so long the line is dead. After the last one the
/// server writes it to its disk and its catalogue, so it gets the same.
const STALL_MAX: Duration = Duration::from_secs(60);
const STALL_POLL: Duration = Duration::from_secs(1);
/// As many hashes as one question may have.
pub(super) const KNOWN_MAX: usize = 1_000;
/// A longer pause than this is nobody's who wants the files.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(600);

/// Nobody is there, or whoever is can take nothing from anybody now: all files wait.
#[derive(Debug)]
pub(super) struct Away {
    pub(super) said: String,
    /// For how long it asked to be left alone.
    pub(super) pause: Option<Duration>,
}

/// Why it came to nothing, by what follows.
#[derive(Debug)]
pub(super) enum Failure {
    Away(Away),
    /// It is this file's turn again later.
    Later(String),
    /// The server knows no such upload any more.
    Gone,
    /// What arrived is not what was hashed; the server has thrown it away.
    Garbled(String),
    /// It will never be taken as it is.
    Refused(String),
}

/// How far an upload is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) offset: u64,
    /// Only when all of it is on the server's disk and in its catalogue.
    pub(super) image: Option<Image>,
}

/// What the server calls it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) id: String,
    pub(super) was_here: bool,
}

/// A file to be sent.
pub(super) struct Offer<'a> {
    pub(super) bytes: u64,
    /// Folders and name, with `/` between them.
    pub(super) path: &'a str,
    pub(super) sha256: &'a [u8],
}

/// Some of a file, to be read while it is sent.
pub(super) struct Piece {
    pub(super) file: File,
    pub(super) from: u64,
    pub(super) bytes: u64,
    /// Counts what has gone.
    pub(super) gone: Arc<AtomicU64>,
}

pub(super) type Address = Url;

pub(super) struct Wire {
    client: Client,
    uploads: Url,
    known: Url,
    project: Option<String>,
    pace: Arc<Pace>,
}

#[derive(Deserialize)]
struct Known {
    known: Vec<KnownOne>,
}

#[derive(Deserialize)]
struct KnownOne {
    sha256: String,
    id: String,
}

#[derive(Deserialize)]
struct Said {
    error: String,
}

impl From<Away> for Failure {
    fn from(away: Away) -> Failure {
        Failure::Away(away)
    }
}

/// The innermost cause is the one that says something.
impl From<reqwest::Error> for Away {
    fn from(error: reqwest::Error) -> Away {
        if error.is_timeout() {
            return Away::because("it does not answer");
        }
        let mut cause: &dyn Error = &error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        Away::because(&cause.to_string())
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Failure {
        Failure::Away(error.into())
    }
}

impl Away {
    fn because(said: &str) -> Away {
        Away { said: said.to_owned(), pause: None }
    }

    fn not_understood() -> Away {
        Away::because("its answer is not understood: it may be no PixelSync, or one of another version")
    }
}

impl Wire {
    pub(super) fn new(server: &Address, project: Option<String>, pace: Arc<Pace>) -> io::Result<Wire> {
        // it fails where somebody has chosen one already, which is as good
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(concat!("pixelsync-agent/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_MAX)
            // a file's bytes cannot be sent twice, and who moved should be told
            .redirect(Policy::none())
            .build()
            .map_err(io::Error::other)?;
        Ok(Wire {
            client,
            uploads: below(server, "uploads"),
            known: below(server, "api/v1/contents/known"),
            project,
            pace,
        })
    }

    /// What each of these is called at the server, where their content lies whole. A server that cannot tell has none.
    pub(super) async fn known(&self, sha256: &[String]) -> Result<HashMap<String, String>, Away> {
        let body = serde_json::json!({ "sha256": sha256 }).to_string();
        let question = self.client.post(self.known.clone()).header(CONTENT_TYPE, "application/json").body(body);
        let answer = question.timeout(ANSWER_MAX).send().await?;
        if matches!(answer.status(), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) {
            return Ok(HashMap::new());
        }
        let answer = success(answer).await.map_err(for_all)?;
        let text = answer.bytes().await?;
        let Known { known } = serde_json::from_slice(&text).map_err(|_| Away::not_understood())?;
        Ok(known.into_iter().map(|one| (one.sha256, one.id)).collect())
    }

    /// Begins an upload, with the whole file where it is small. Gives its address.
    pub(super) async fn create(&self, offer: &Offer<'_>, piece: Option<Piece>) -> Result<(String, Progress), Failure> {
        let question = self.tus(Method::POST, self.uploads.clone());
        let question = question.header("Upload-Length", offer.bytes).header("Upload-Metadata", self.metadata(offer));
        let answer = match piece {
            None => question.header(CONTENT_LENGTH, 0).timeout(ANSWER_MAX).send().await?,
            Some(piece) => self.send_piece(question, piece).await?,
        };
        let answer = success(answer).await.map_err(|failure| match failure {
            // there is no such door, or whoever answers knows nothing of uploads
            Failure::Gone => Away::because(&format!("{} takes no uploads", self.uploads)).into(),
            other => other,
        })?;
        let address = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let id = address.and_then(|address| address.trim_end_matches('/').rsplit('/').next()).unwrap_or_default();
        if answer.status() != StatusCode::CREATED || id.is_empty() {
            return Err(Away::not_understood().into());
        }
        // whatever stands in front of the server may have given it another host, so only its name counts
        let url = format!("{}/{id}", self.uploads);
        Ok((url, progress(answer.headers()).unwrap_or(Progress { offset: 0, image: None })))
    }

    /// Asks how much the server has.
    pub(super) async fn ask(&self, url: &str) -> Result<Progress, Failure> {
        let question = self.tus(Method::HEAD, address(url)?).timeout(ANSWER_MAX);
        let answer = success(question.send().await?).await?;
        progress(answer.headers()).ok_or_else(|| Away::not_understood().into())
    }

    pub(super) async fn send(&self, url: &str, piece: Piece) -> Result<Progress, Failure> {
        let question = self.tus(Method::PATCH, address(url)?).header("Upload-Offset", piece.from);
        let answer = success(self.send_piece(question, piece).await?).await?;
        progress(answer.headers()).ok_or_else(|| Away::not_understood().into())
    }

    /// Nobody goes on with it. What is not heard is thrown away by the server when it expires.
    pub(super) async fn end(&self, url: &str) {
        if let Ok(url) = address(url) {
            let _ = self.tus(Method::DELETE, url).timeout(ANSWER_MAX).send().await;
        }
    }

    fn tus(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url).header("Tus-Resumable", VERSION)
    }

    fn metadata(&self, offer: &Offer) -> String {
        let name = offer.path.rsplit('/').next().unwrap_or(offer.path);
        let (sha256, project) = (hex::encode(offer.sha256), self.project.as_deref());
        let fields = [
            ("filename", Some(name)),
            ("relativePath", Some(offer.path)),
            ("sha256", Some(&sha256)),
            ("project", project),
        ];
        let written =
            fields.iter().filter_map(|(name, value)| Some(format!("{name} {}", base64::encode((*value)?.as_bytes()))));
        written.collect::<Vec<_>>().join(",")
    }

    /// Waits for the answer as long as bytes go.
    async fn send_piece(&self, question: RequestBuilder, piece: Piece) -> Result<Response, Failure> {
        let gone = piece.gone.clone();
        let question = question.header(CONTENT_TYPE, PIECE_TYPE).header(CONTENT_LENGTH, piece.bytes);
        let answer = question.body(Body::wrap_stream(chunks(piece, self.pace.clone()))).send();
        tokio::select! {
            answer = answer => Ok(answer?),
            () = stalled(&gone) => Err(Away::because("nothing has been taken for a minute").into()),
        }
    }
}

/// None of what no server can be reached by.
pub(super) fn server(text: &str) -> Option<Address> {
    text.parse().ok().filter(|url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Of a server that may itself lie below a path.
fn below(server: &Url, path: &str) -> Url {
    let mut url = server.clone();
    url.set_path(&format!("{}/{path}", server.path().trim_end_matches('/')));
    url
}

fn address(url: &str) -> Result<Url, Failure> {
    url.parse().map_err(|_| Failure::Gone)
}

async fn stalled(gone: &AtomicU64) {
    let (mut before, mut still) = (gone.load(Ordering::Relaxed), Duration::ZERO);
    while still < STALL_MAX {
        tokio::time::sleep(STALL_POLL).await;
        let now = gone.load(Ordering::Relaxed);
        still = if now == before { still + STALL_POLL } else { Duration::ZERO };
        before = now;
    }
}

/// A piece as the line takes it, no faster than it may go.
fn chunks(piece: Piece, pace: Arc<Pace>) -> impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    struct Rest {
        file: tokio::fs::File,
        is_at: bool,
        piece_from: u64,
        left: u64,
        gone: Arc<AtomicU64>,
        pace: Arc<Pace>,
    }
    let Piece { file, from, bytes, gone } = piece;
    let rest = Rest { file: tokio::fs::File::from_std(file), is_at: false, piece_from: from, left: bytes, gone, pace };
    stream::try_unfold(rest, async |mut rest| {
        if rest.left == 0 {
            return Ok(None);
        }
        if !rest.is_at {
            rest.file.seek(SeekFrom::Start(rest.piece_from)).await?;
            rest.is_at = true;
        }
        let bytes = rest.left.min(rest.pace.chunk_bytes());
        rest.pace.pay(bytes).await;
        let mut chunk = vec![0; usize::try_from(bytes).unwrap_or(usize::MAX)];
        // one that has become shorter breaks the request off
        rest.file.read_exact(&mut chunk).await?;
        rest.left -= bytes;
        rest.gone.fetch_add(bytes, Ordering::Relaxed);
        Ok(Some((chunk, rest)))
    })
}

fn progress(headers: &HeaderMap) -> Option<Progress> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let offset = text("Upload-Offset")?.parse().ok()?;
    let was_here = text("PixelSync-Already-Here").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let image = text("PixelSync-Image").map(|id| Image { id: id.to_owned(), was_here });
    Some(Progress { offset, image })
}

/// What follows from an answer's status, with what it says.
async fn success(answer: Response) -> Result<Response, Failure> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let pause = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let pause = pause.map(|seconds| Duration::from_secs(seconds).min(RETRY_AFTER_MAX));
    let leads_to = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let said = answer.bytes().await.ok().and_then(|body| serde_json::from_slice::<Said>(&body).ok());
    let said = said.map(|said| said.error).unwrap_or_else(|| match leads_to {
        Some(elsewhere) => format!("it says that it lies at {elsewhere}"),
        None => format!("it answered {status}"),
    });
    Err(sorted(status.as_u16(), said, pause))
}

fn sorted(status: u16, said: String, pause: Option<Duration>) -> Failure {
    match status {
        400 | 413 => Failure::Refused(said),
        404 | 410 => Failure::Gone,
        409 | 423 | 500 => Failure::Later(said),
        460 => Failure::Garbled(said),
        // what else is refused is refused to everybody: by a proxy, for want of an account, by another version
        _ => Failure::Away(Away { said, pause }),
    }
}

/// Of a question that is about no file in particular.
fn for_all(failure: Failure) -> Away {
    match failure {
        Failure::Later(said) | Failure::Garbled(said) | Failure::Refused(said) => Away { said, pause: None },
        Failure::Gone => Away::not_understood(),
        Failure::Away(away) => away,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(server: &str) -> Wire {
        Wire::new(&server.parse().expect("an address"), Some("wedding".into()), Arc::new(Pace::new(None)))
            .expect("a client")
    }

    #[test]
    fn a_server_may_lie_below_a_path() {
        for (server, expect) in [
            ("http://localhost:3000", "http://localhost:3000/uploads"),
            ("https://pictures.example/", "https://pictures.example/uploads"),
            ("https://example.org/pixelsync/", "https://example.org/pixelsync/uploads"),
        ] {
            assert_eq!(wire(server).uploads.as_str(), expect);
        }
    }

    #[test]
    fn an_address_has_a_scheme_and_a_host() {
        for text in ["http://localhost:3000", "https://pictures.example/below/"] {
            assert!(server(text).is_some(), "{text}");
        }
        for text in ["localhost:3000", "pictures.example", "ftp://there", "http://", ""] {
            assert!(server(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_is_offered_is_said_in_base64() {
        let offer = Offer { bytes: 1, path: "trip/été.jpg", sha256: &[0xab; 2] };
        let expect = "filename w6l0w6kuanBn,relativePath dHJpcC/DqXTDqS5qcGc=,sha256 YWJhYg==,project d2VkZGluZw==";
        assert_eq!(wire("http://localhost").metadata(&offer), expect);
    }

    #[test]
    fn refusals_are_sorted_by_what_follows() {
        for (status, expect) in [
            (400, "Refused"),
            (413, "Refused"),
            (404, "Gone"),
            (409, "Later"),
            (460, "Garbled"),
            (401, "Away"),
            (403, "Away"),
            (502, "Away"),
            (503, "Away"),
            (507, "Away"),
        ] {
            let failure = format!("{:?}", sorted(status, "so".into(), None));
            assert!(failure.starts_with(expect), "{status}: {failure}");
        }
    }

    #[test]
    fn the_end_is_only_what_is_acknowledged() {
        let mut headers = HeaderMap::new();
        assert_eq!(progress(&headers), None);
        headers.insert("upload-offset", "5".parse().expect("a value"));
        assert_eq!(progress(&headers), Some(Progress { offset: 5, image: None }));
        headers.insert("pixelsync-image", "an id".parse().expect("a value"));
        headers.insert("pixelsync-already-here", "true".parse().expect("a value"));
        let image = Some(Image { id: "an id".into(), was_here: true });
        assert_eq!(progress(&headers), Some(Progress { offset: 5, image }));
    }
}
