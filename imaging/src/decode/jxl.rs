//! JPEG XL by jxl-oxide, in the colours of the screen.

use std::error::Error;

use jxl_oxide::{AllocTracker, EnumColourEncoding, JxlImage, Render, RenderingIntent};

use super::{Decoded, Job, Refusal};
use crate::{
    colour::ToSrgb,
    container::ENDS_EARLY,
    pixels::{Channels, Pixels},
};

/// Of the decoder's own. What needs more is not decoded.
pub(crate) const MEMORY_MAX: usize = 2 << 30;
const PIECE_BYTES: usize = 1 << 20;

pub(super) fn decode(job: &Job<'_>) -> Result<Decoded, Refusal> {
    decode_within(MEMORY_MAX, job)
}

fn decode_within(memory_max: usize, job: &Job<'_>) -> Result<Decoded, Refusal> {
    let mut image = JxlImage::builder()
        .alloc_tracker(AllocTracker::with_limit(memory_max))
        .read(&job.bytes[..job.bytes.len().min(PIECE_BYTES)])
        .map_err(|error| refusal(error, "The picture's head is damaged."))?;
    // what is stored in a profile's colours, the decoder gives in them
    let profile = image.original_icc().filter(|_| !image.image_header().metadata.xyb_encoded).map(<[u8]>::to_vec);
    if profile.is_none() {
        image.request_color_encoding(EnumColourEncoding::srgb(RenderingIntent::Relative));
    }
    let mut is_broken = false;
    for piece in job.bytes.get(PIECE_BYTES..).unwrap_or_default().chunks(PIECE_BYTES) {
        if job.deadline.is_over() {
            return Err(Refusal::Unsupported(job.deadline.sentence()));
        }
        is_broken |= image.feed_bytes(piece).is_err();
    }
    let (render, damage) = if image.num_loaded_keyframes() > 0 && !is_broken {
        let render = image.render_frame(0).map_err(|error| refusal(error, "The data is damaged."))?;
        (render, (!image.is_loading_done() && !job.container.animated).then(|| ENDS_EARLY.to_owned()))
    } else {
        let render = image.render_loading_frame().map_err(|error| refusal(error, ENDS_EARLY))?;
        (render, Some(ENDS_EARLY.to_owned()))
    };
    let pixels = pixels_of(&render);
    let pixels = ToSrgb::new(pixels.channels, profile.as_deref()).convert(pixels);
    Ok(Decoded { size: (pixels.width, pixels.height), pixels, damage })
}

/// The decoder's error for what goes beyond its memory is of a type that it keeps for itself: its words tell it.
fn refusal(error: Box<dyn Error + Send + Sync>, otherwise: &str) -> Refusal {
    let mut causes = std::iter::successors(Some(&*error as &dyn Error), |error| (*error).source());
    if causes.any(|cause| cause.to_string().contains("failed to allocate")) {
        Refusal::Unsupported("The picture needs more memory than it may have.".into())
    } else {
        Refusal::Damaged(otherwise.into())
    }
}

fn pixels_of(render: &Render) -> Pixels {
    let mut stream = render.stream();
    let (width, height, channels) = (stream.width(), stream.height(), stream.channels() as usize);
    let mut data = vec![0; width as usize * height as usize * channels];
    stream.write_to_buffer::<u8>(&mut data);
    let (channels, data) = match channels {
        1 => (Channels::Rgb, data.iter().flat_map(|grey| [*grey; 3]).collect()),
        2 => {
            let spread = |[grey, alpha]: &[u8; 2]| [*grey, *grey, *grey, *alpha];
            (Channels::Rgba, data.as_chunks().0.iter().flat_map(spread).collect())
        }
        3 => (Channels::Rgb, data),
        _ => (Channels::Rgba, data),
    };
    Pixels { width, height, channels, data }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, Limits, container};

    #[test]
    fn a_picture_that_needs_too_much_memory_is_not_called_damaged() {
        let bytes = include_bytes!("../../tests/pictures/picture.jxl");
        let container = container::read(Format::JpegXl, bytes);
        let limits = Limits::default();
        let job = Job {
            format: Format::JpegXl,
            bytes,
            container: &container,
            edge: None,
            limits: &limits,
            deadline: limits.deadline(),
        };
        assert!(decode_within(MEMORY_MAX, &job).is_ok());
        for memory_max in [0, 10_000, 100_000] {
            let refused = decode_within(memory_max, &job).err();
            assert!(matches!(&refused, Some(Refusal::Unsupported(reason)) if reason.contains("memory")), "{refused:?}");
        }
    }
}
