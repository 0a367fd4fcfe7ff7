//! Fujifilm's RAW: a JPEG with all the facts, and the sensor's data behind it.

use super::{Container, ENDS_EARLY, be32, jpeg};

pub(super) fn read(bytes: &[u8]) -> Container<'_> {
    let part = |at: usize| Some((be32(bytes, at)? as usize, be32(bytes, at + 4)? as usize));
    let within = |(start, length): (usize, usize)| bytes.get(start..start.checked_add(length)?);
    let Some(preview) = part(84).and_then(within) else {
        return Container { damage: Some(ENDS_EARLY), ..Container::default() };
    };
    let is_whole = [92, 100].iter().filter_map(|at| part(*at)).all(|part| within(part).is_some());
    Container { damage: (!is_whole).then_some(ENDS_EARLY), ..jpeg::read(preview) }
}
