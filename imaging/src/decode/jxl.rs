//! JPEG XL by jxl-oxide, in the colours of the screen.

use jxl_oxide::{AllocTracker, EnumColourEncoding, JxlImage, Render, RenderingIntent};

use super::{Decoded, Job, Refusal};
use crate::{
    container::ENDS_EARLY,
    pixels::{Channels, Pixels},
};

const MEMORY_MAX: usize = 2 << 30;
const PIECE_BYTES: usize = 1 << 20;

pub(super) fn decode(job: &Job<'_>) -> Result<Decoded, Refusal> {
    let damaged = |_| Refusal::Damaged("The picture's head is damaged.".into());
    let mut image = JxlImage::builder()
        .alloc_tracker(AllocTracker::with_limit(MEMORY_MAX))
        .read(&job.bytes[..job.bytes.len().min(PIECE_BYTES)])
        .map_err(damaged)?;
    image.request_color_encoding(EnumColourEncoding::srgb(RenderingIntent::Relative));
    let mut is_broken = false;
    for piece in job.bytes.get(PIECE_BYTES..).unwrap_or_default().chunks(PIECE_BYTES) {
        if job.deadline.is_over() {
            return Err(Refusal::Unsupported(job.deadline.sentence()));
        }
        is_broken |= image.feed_bytes(piece).is_err();
    }
    let (render, damage) = if image.num_loaded_keyframes() > 0 && !is_broken {
        let render = image.render_frame(0).map_err(|_| Refusal::Damaged("The data is damaged.".into()))?;
        (render, (!image.is_loading_done() && !job.container.animated).then(|| ENDS_EARLY.to_owned()))
    } else {
        let render = image.render_loading_frame().map_err(|_| Refusal::Damaged(ENDS_EARLY.into()))?;
        (render, Some(ENDS_EARLY.to_owned()))
    };
    let pixels = pixels_of(&render);
    Ok(Decoded { size: (pixels.width, pixels.height), pixels, damage })
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
