//! Pages and answers are packed for the way, a sixth of their size. What has a form of its own for it (pictures, the page's
//! program) and what flows (events) is left alone.

use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, Predicate, predicate::SizeAbove},
};

/// Shorter ones go in one parcel as they are.
const BYTES_MIN: u16 = 1_024;

/// The quickest way: the next bytes are a few per cent, and who waits is a person.
pub(super) fn layer() -> CompressionLayer<impl Predicate> {
    let is_worth_it = SizeAbove::new(BYTES_MIN).and(is_text);
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(is_worth_it)
}

fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()?.split(';').next());
    matches!(kind, Some("text/html" | "application/json"))
}
