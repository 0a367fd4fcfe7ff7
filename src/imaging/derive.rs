//! The small pictures that people see first: thumbnail, preview, and the few bytes that stand in for both. Reads no files.

use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use image::{DynamicImage, RgbImage, RgbaImage, codecs::jpeg::JpegEncoder, metadata::Orientation};

const PREVIEW_EDGE: u32 = 1600;
const THUMBNAIL_EDGE: u32 = 400;
/// As large as the hash takes.
const THUMBHASH_EDGE: u32 = 100;
const PREVIEW_QUALITY: u8 = 80;
const THUMBNAIL_QUALITY: f32 = 80.0;
/// Fast, and all but as small as the slowest.
const WEBP_METHOD: i32 = 2;

#[derive(Debug)]
pub struct Encoded {
    pub mime: &'static str,
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

#[derive(Debug)]
pub struct Derived {
    /// Of the whole picture, as a person sees it.
    pub width: u32,
    pub height: u32,
    pub orientation: u8,
    pub thumbhash: Vec<u8>,
    pub thumbnail: Encoded,
    pub preview: Encoded,
}

/// Each from the next larger one; turned when small, because that is cheap.
pub(super) fn derive(pixels: &DynamicImage, orientation: Orientation) -> Result<Derived, String> {
    let turned = swaps_edges(orientation);
    let (width, height) = if turned { (pixels.height(), pixels.width()) } else { (pixels.width(), pixels.height()) };
    let mut large = shrink(pixels, PREVIEW_EDGE)?;
    large.apply_orientation(orientation);
    let small = shrink(&large, THUMBNAIL_EDGE)?;
    let tiny = shrink(&small, THUMBHASH_EDGE)?.into_rgba8();
    Ok(Derived {
        width,
        height,
        orientation: orientation.to_exif(),
        thumbhash: thumbhash::rgba_to_thumb_hash(tiny.width() as usize, tiny.height() as usize, tiny.as_raw()),
        thumbnail: encode_webp(&small)?,
        preview: encode_jpeg(large)?,
    })
}

fn swaps_edges(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

/// Eight bits a channel, the long edge at most `edge`. A picture that is small enough keeps its size.
fn shrink(pixels: &DynamicImage, edge: u32) -> Result<DynamicImage, String> {
    let (width, height) = fit(pixels.width(), pixels.height(), edge);
    if pixels.color().has_alpha() {
        let source = pixels.to_rgba8();
        let bytes = resize(&source, source.dimensions(), (width, height), PixelType::U8x4)?;
        RgbaImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgba8)
    } else {
        let source = match pixels {
            DynamicImage::ImageRgb8(source) => std::borrow::Cow::Borrowed(source),
            other => std::borrow::Cow::Owned(other.to_rgb8()),
        };
        let bytes = resize(&source, source.dimensions(), (width, height), PixelType::U8x3)?;
        RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8)
    }
    .ok_or_else(|| "The picture could not be made smaller.".into())
}

fn resize(source: &[u8], from: (u32, u32), to: (u32, u32), pixel: PixelType) -> Result<Vec<u8>, String> {
    if from == to {
        return Ok(source.to_vec());
    }
    let failed = |_| "The picture could not be made smaller.".to_owned();
    let source = ImageRef::new(from.0, from.1, source, pixel).map_err(|_| failed(()))?;
    let mut target = Image::new(to.0, to.1, pixel);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new().resize(&source, &mut target, &options).map_err(|_| failed(()))?;
    Ok(target.into_vec())
}

fn fit(width: u32, height: u32, edge: u32) -> (u32, u32) {
    let long = width.max(height);
    if long <= edge {
        return (width, height);
    }
    let scale = |side: u32| {
        let scaled = (u64::from(side) * u64::from(edge) + u64::from(long) / 2) / u64::from(long);
        u32::try_from(scaled).unwrap_or(edge).max(1)
    };
    (scale(width), scale(height))
}

fn encode_webp(pixels: &DynamicImage) -> Result<Encoded, String> {
    let failed = || "The thumbnail could not be written.".to_owned();
    let mut config = webp::WebPConfig::new().map_err(|()| failed())?;
    config.quality = THUMBNAIL_QUALITY;
    config.method = WEBP_METHOD;
    let (width, height) = (pixels.width(), pixels.height());
    let encoder = match pixels {
        DynamicImage::ImageRgba8(pixels) => webp::Encoder::from_rgba(pixels, width, height),
        DynamicImage::ImageRgb8(pixels) => webp::Encoder::from_rgb(pixels, width, height),
        _ => return Err(failed()),
    };
    let memory = encoder.encode_advanced(&config).map_err(|_| failed())?;
    Ok(Encoded { mime: "image/webp", bytes: memory.to_vec(), width, height })
}

fn encode_jpeg(pixels: DynamicImage) -> Result<Encoded, String> {
    let flat = if pixels.color().has_alpha() { over_white(&pixels.into_rgba8()) } else { pixels.into_rgb8() };
    let mut bytes = Vec::with_capacity(256 << 10);
    JpegEncoder::new_with_quality(&mut bytes, PREVIEW_QUALITY)
        .encode_image(&flat)
        .map_err(|_| "The preview could not be written.".to_owned())?;
    Ok(Encoded { mime: "image/jpeg", bytes, width: flat.width(), height: flat.height() })
}

/// JPEG has no transparency; most pictures that use it were drawn for a white page.
fn over_white(pixels: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [red, green, blue, alpha] = pixels.get_pixel(x, y).0;
        let mix = |part: u8| {
            let alpha = u16::from(alpha);
            u8::try_from((u16::from(part) * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(255)
        };
        image::Rgb([mix(red), mix(green), mix(blue)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_fitted_and_never_enlarged() {
        assert_eq!(fit(6000, 4000, 1600), (1600, 1067));
        assert_eq!(fit(300, 200, 1600), (300, 200));
        assert_eq!(fit(50_000, 1, 400), (400, 1));
    }
}
