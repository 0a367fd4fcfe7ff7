//! Bytes in, facts and small pictures out. Knows no database, no http and no folder.
//!
//! [`probe`] tells what can be known without decoding, in about a millisecond. [`develop`] decodes, judges and makes the
//! small pictures, which takes tens to hundreds of milliseconds of one core. [`crop`] cuts a piece out, and [`full()`] makes
//! a JPEG of what browsers cannot show. [`memory_needed`] tells beforehand what that takes.

mod colour;
pub mod container;
pub mod crop;
mod decode;
mod derive;
mod encode;
pub mod format;
mod full;
mod limits;
mod memory;
mod metadata;
mod orientation;
mod pixels;
mod shrink;
mod tiff;

pub use crop::Region;
pub use derive::{Derived, Encoded};
pub use format::Format;
pub use full::{full, jpeg};
pub use limits::Limits;
pub use memory::{Purpose, memory_needed};
pub use metadata::{Facts, Flag, Place, Said, Taken};

use container::Container;
use decode::{Job, Refusal};
use metadata::Metadata;

/// Whether this machine can decode the format at all. What can be missing is libheif, which decodes HEIC and AVIF.
pub fn has_decoder(format: Format) -> bool {
    !matches!(format, Format::Heic | Format::Avif) || decode::heif::is_there(format)
}

/// What is to be thought of a file, as far as its bytes tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Ok,
    /// Damaged, or no picture, with the reason as a sentence. What could be decoded is shown.
    Corrupted(String),
    /// Nothing is wrong with it that is known, but it is not decoded here, with the reason as a sentence.
    Unsupported(String),
}

/// What can be known without decoding.
#[derive(Debug)]
pub struct Probe {
    /// None of what is no picture, which the verdict explains.
    pub format: Option<Format>,
    /// None as long as only decoding can tell.
    pub verdict: Option<Verdict>,
    /// As a person sees it.
    pub size: Option<(u32, u32)>,
    /// As EXIF numbers it; the size is turned already.
    pub orientation: u8,
    pub facts: Facts,
    pub said: Said,
}

/// `sidecar` is the XMP file that lies beside the picture, if there is one.
pub fn probe(bytes: &[u8], sidecar: Option<&[u8]>) -> Probe {
    let format = match format::of(bytes) {
        Ok(format) => format,
        Err(reason) => return Probe::of_no_picture(reason),
    };
    let (container, metadata) = look_inside(format, bytes, sidecar);
    Probe {
        format: Some(format),
        verdict: None,
        size: container.size.map(|size| metadata.orientation.size_seen(size)),
        orientation: metadata.orientation.exif(),
        facts: metadata.facts,
        said: metadata.said,
    }
}

/// A parser that panics has met bytes that nobody foresaw: then nothing is known of them.
fn look_inside<'a>(format: Format, bytes: &'a [u8], sidecar: Option<&[u8]>) -> (Container<'a>, Metadata) {
    let look = || {
        let container = container::read(format, bytes);
        let metadata = metadata::read(&container, sidecar);
        (container, metadata)
    };
    std::panic::catch_unwind(look).unwrap_or_else(|_| {
        let nothing = Container::default();
        let metadata = metadata::read(&nothing, None);
        (nothing, metadata)
    })
}

impl Probe {
    fn of_no_picture(reason: String) -> Probe {
        Probe {
            format: None,
            verdict: Some(Verdict::Corrupted(reason)),
            size: None,
            orientation: 1,
            facts: Facts::default(),
            said: Said::default(),
        }
    }
}

#[derive(Debug)]
pub struct Developed {
    pub verdict: Verdict,
    /// None when nothing could be decoded.
    pub derived: Option<Derived>,
    /// The verdict is the clock's, not the picture's.
    pub is_out_of_time: bool,
}

impl Developed {
    fn without_pictures(verdict: Verdict) -> Developed {
        Developed { verdict, derived: None, is_out_of_time: false }
    }
}

/// Decodes within the limits, judges, and makes what people see first.
pub fn develop(bytes: &[u8], limits: &Limits) -> Developed {
    develop_with(bytes, limits, |_| ())
}

/// The same. The thumbnail is handed out when it is made: the rest takes a while longer.
pub fn develop_with(bytes: &[u8], limits: &Limits, thumbnail_made: impl FnOnce(&Encoded)) -> Developed {
    let format = match format::of(bytes) {
        Ok(format) => format,
        Err(reason) => return Developed::without_pictures(Verdict::Corrupted(reason)),
    };
    let (container, metadata) = look_inside(format, bytes, None);
    let job = Job {
        format,
        bytes,
        container: &container,
        edge: Some(derive::PREVIEW_EDGE),
        limits,
        deadline: limits.deadline(),
    };
    let decoded = match decode::decode(&job) {
        Ok(decoded) => decoded,
        Err(Refusal::Damaged(reason)) => return Developed::without_pictures(Verdict::Corrupted(reason)),
        Err(Refusal::Unsupported(reason)) => {
            let is_out_of_time = job.deadline.is_over();
            return Developed { is_out_of_time, ..Developed::without_pictures(Verdict::Unsupported(reason)) };
        }
    };
    let verdict = decoded.damage.clone().map_or(Verdict::Ok, Verdict::Corrupted);
    match derive::derive(decoded, metadata.orientation, job.icc(), thumbnail_made) {
        Some(derived) => Developed { verdict, derived: Some(derived), is_out_of_time: false },
        None => Developed::without_pictures(Verdict::Corrupted("No small picture could be made of it.".into())),
    }
}
