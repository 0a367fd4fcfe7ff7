//! WebP by libwebp, made smaller while it is decoded. Of a moving one, the first picture.

use std::ffi::c_int;

use libwebp_sys::*;

use super::{Decoded, Job, Refusal};
use crate::{
    container::ENDS_EARLY,
    pixels::{Channels, Pixels},
    shrink::fit,
};

/// Fed in pieces, so that time can be asked between them.
const PIECE_BYTES: usize = 256 << 10;
/// libwebp makes smaller by averaging. Twice as many pixels as needed leave the fine work to a better filter.
const SPARE: u32 = 2;

pub(super) fn decode(job: &Job<'_>) -> Result<Decoded, Refusal> {
    if job.container.animated { first_picture(job) } else { still(job) }
}

fn head_is_damaged() -> Refusal {
    Refusal::Damaged("The picture's head is damaged.".into())
}

fn still(job: &Job<'_>) -> Result<Decoded, Refusal> {
    let mut config = WebPDecoderConfig::new().map_err(|()| head_is_damaged())?;
    // SAFETY: the bytes are as long as is said.
    if unsafe { WebPGetFeatures(job.bytes.as_ptr(), job.bytes.len(), &mut config.input) }
        != VP8StatusCode::VP8_STATUS_OK
    {
        return Err(head_is_damaged());
    }
    let size = (config.input.width.unsigned_abs(), config.input.height.unsigned_abs());
    job.limits.check(size, false).map_err(Refusal::Unsupported)?;
    let (width, height) = job.edge.map_or(size, |edge| fit(size, edge * SPARE));
    let channels = if config.input.has_alpha != 0 { Channels::Rgba } else { Channels::Rgb };
    let mut pixels = Pixels::grey(width, height, channels);
    if (width, height) != size {
        config.options.use_scaling = 1;
        (config.options.scaled_width, config.options.scaled_height) = (width.cast_signed(), height.cast_signed());
    }
    config.output.colorspace =
        if channels == Channels::Rgba { WEBP_CSP_MODE::MODE_RGBA } else { WEBP_CSP_MODE::MODE_RGB };
    config.output.is_external_memory = 1;
    let stride = pixels.row_bytes() as c_int;
    config.output.u.RGBA = WebPRGBABuffer { rgba: pixels.data.as_mut_ptr(), stride, size: pixels.data.len() };
    let rows = feed(job, &mut config)?;
    let damage = (rows < height).then(|| {
        if job.container.damage.is_some() {
            ENDS_EARLY.into()
        } else {
            format!("Damaged data at about {} % of its height.", u64::from(rows) * 100 / u64::from(height))
        }
    });
    if rows == 0 {
        return Err(Refusal::Damaged("None of the picture could be decoded.".into()));
    }
    Ok(Decoded { pixels, size, damage })
}

/// How many rows were decoded.
fn feed(job: &Job<'_>, config: &mut WebPDecoderConfig) -> Result<u32, Refusal> {
    // SAFETY: config, bytes and the buffer that the config points to outlive the decoder.
    unsafe {
        let decoder = WebPIDecode(std::ptr::null(), 0, config);
        if decoder.is_null() {
            return Err(head_is_damaged());
        }
        let mut status = VP8StatusCode::VP8_STATUS_SUSPENDED;
        let mut fed = 0;
        while status == VP8StatusCode::VP8_STATUS_SUSPENDED && fed < job.bytes.len() {
            if job.deadline.is_over() {
                WebPIDelete(decoder);
                return Err(Refusal::Unsupported(job.deadline.sentence()));
            }
            fed = (fed + PIECE_BYTES).min(job.bytes.len());
            status = WebPIUpdate(decoder, job.bytes.as_ptr(), fed);
        }
        let mut last_row = 0;
        WebPIDecGetRGB(decoder, &mut last_row, std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
        WebPIDelete(decoder);
        let all = config.output.height.unsigned_abs();
        Ok(if status == VP8StatusCode::VP8_STATUS_OK {
            all
        } else {
            last_row.unsigned_abs().min(all.saturating_sub(1))
        })
    }
}

fn first_picture(job: &Job<'_>) -> Result<Decoded, Refusal> {
    let data = WebPData { bytes: job.bytes.as_ptr(), size: job.bytes.len() };
    // SAFETY: the bytes outlive the decoder, whose frame is copied before it is given back.
    unsafe {
        let decoder = WebPAnimDecoderNewInternal(&data, std::ptr::null(), WEBP_DEMUX_ABI_VERSION.cast_signed());
        if decoder.is_null() {
            return Err(head_is_damaged());
        }
        let mut info: WebPAnimInfo = std::mem::zeroed();
        let (mut frame, mut shown_until) = (std::ptr::null_mut(), 0);
        let got = WebPAnimDecoderGetInfo(decoder, &mut info) != 0
            && WebPAnimDecoderGetNext(decoder, &mut frame, &mut shown_until) != 0;
        let size = (info.canvas_width, info.canvas_height);
        let pixels = got.then(|| {
            let data = std::slice::from_raw_parts(frame, size.0 as usize * size.1 as usize * 4).to_vec();
            Pixels { width: size.0, height: size.1, channels: Channels::Rgba, data }
        });
        WebPAnimDecoderDelete(decoder);
        let pixels = pixels.ok_or_else(|| Refusal::Damaged("Its first picture is damaged.".into()))?;
        Ok(Decoded { pixels, size, damage: None })
    }
}
