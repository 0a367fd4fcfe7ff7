//! RAW files by the largest picture that the camera put into them. The sensor's own data is never developed.

use super::{Decoded, Job, Refusal, jpeg};
use crate::container::jpeg::segments;

/// Cameras write a thumbnail, a preview and perhaps one of full size.
const CANDIDATES_MAX: usize = 64;

pub(super) fn decode(job: &Job<'_>) -> Result<Decoded, Refusal> {
    let preview = previews(job.bytes).max_by_key(|preview| preview.area).ok_or_else(|| {
        Refusal::Unsupported("The RAW file has no preview inside, and developing it is not done here.".into())
    })?;
    jpeg::decode(job, preview.bytes)
}

struct Preview<'a> {
    bytes: &'a [u8],
    area: u64,
}

/// Found by their first bytes: every maker points to them in a way of its own. The sensor's data often is a JPEG too,
/// of a lossless kind or of more than eight bits, which tells it apart.
fn previews(bytes: &[u8]) -> impl Iterator<Item = Preview<'_>> {
    memchr::memmem::find_iter(bytes, b"\xff\xd8\xff").filter_map(|at| preview(&bytes[at..])).take(CANDIDATES_MAX)
}

fn preview(bytes: &[u8]) -> Option<Preview<'_>> {
    let frame = segments(bytes).find(|segment| segment.is_frame())?;
    let edge = |at: usize| frame.data.get(at..at + 2).map(|edge| u64::from(u16::from_be_bytes([edge[0], edge[1]])));
    let is_shown =
        matches!(frame.marker, 0xc0..=0xc2) && frame.data.first() == Some(&8) && frame.data.get(5) == Some(&3);
    let area = edge(1)? * edge(3)?;
    (is_shown && area > 0).then_some(Preview { bytes, area })
}
