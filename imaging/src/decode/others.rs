//! PNG, GIF, TIFF and BMP by the `image` crate.

use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};

use image::{
    ColorType, DynamicImage, ImageBuffer, ImageDecoder, ImageError, ImageResult,
    codecs::{bmp::BmpDecoder, gif::GifDecoder, png::PngDecoder, tiff::TiffDecoder},
};

use super::{Decoded, Job, Refusal};
use crate::{
    container::ENDS_EARLY,
    format::Format,
    limits::Deadline,
    pixels::{Channels, Pixels},
};

/// The most bytes of one pixel: four channels of 32 bits.
const PIXEL_BYTES_MAX: u64 = 16;

pub(super) fn decode(job: &Job<'_>) -> Result<Decoded, Refusal> {
    let (image, damage) = decode_whole(job)?;
    let size = (image.width(), image.height());
    Ok(Decoded { pixels: eight_bits(image), size, damage })
}

/// With every bit that the file has.
pub(crate) fn decode_whole(job: &Job<'_>) -> Result<(DynamicImage, Option<String>), Refusal> {
    let reader = Patient { bytes: Cursor::new(job.bytes), deadline: job.deadline, asked: 0 };
    match job.format {
        Format::Png => read(job, PngDecoder::with_limits(reader, limits(job))),
        Format::Gif => read(job, GifDecoder::new(reader)),
        Format::Bmp => read(job, BmpDecoder::new(reader)),
        _ => read(job, TiffDecoder::new(reader)),
    }
}

fn limits(job: &Job<'_>) -> image::Limits {
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(job.limits.pixels_max.saturating_mul(PIXEL_BYTES_MAX));
    limits
}

fn read<D: ImageDecoder>(job: &Job<'_>, decoder: ImageResult<D>) -> Result<(DynamicImage, Option<String>), Refusal> {
    let mut decoder = decoder.map_err(|error| refusal(job, &error))?;
    let (width, height) = decoder.dimensions();
    job.limits.check((width, height), false).map_err(Refusal::Unsupported)?;
    decoder.set_limits(limits(job)).map_err(|error| refusal(job, &error))?;
    let colours = decoder.color_type();
    match colours.bytes_per_pixel() / colours.channel_count() {
        1 => fill(job, decoder).map(|(bytes, damage)| (of_bytes(width, height, colours, bytes), damage)),
        2 => fill(job, decoder).map(|(shorts, damage)| (of_shorts(width, height, colours, shorts), damage)),
        _ => fill(job, decoder).map(|(reals, damage)| (of_reals(width, height, colours, reals), damage)),
    }
    .and_then(|(image, damage)| Ok((image.ok_or_else(rare)?, damage)))
}

fn rare() -> Refusal {
    Refusal::Unsupported("The picture is of a variant that is not decoded here.".into())
}

/// Numbers of which any bytes are one.
trait Number: Copy + Default + PartialEq {}

impl Number for u8 {}
impl Number for u16 {}
impl Number for f32 {}

/// What was decoded before an error stays.
fn fill<D: ImageDecoder, N: Number>(job: &Job<'_>, decoder: D) -> Result<(Vec<N>, Option<String>), Refusal> {
    let length = usize::try_from(decoder.total_bytes()).map_err(|_| Refusal::Unsupported("It is too large.".into()))?;
    let mut numbers = vec![N::default(); length / size_of::<N>()];
    // SAFETY: a number has no gaps between its bytes, and any bytes are one.
    let (_, bytes, _) = unsafe { numbers.align_to_mut() };
    let damage = match decoder.read_image(bytes) {
        Ok(()) => None,
        Err(error) if numbers.iter().all(|number| *number == N::default()) => return Err(refusal(job, &error)),
        Err(error) => Some(match refusal(job, &error) {
            Refusal::Damaged(damage) => damage,
            refusal @ Refusal::Unsupported(_) => return Err(refusal),
        }),
    };
    Ok((numbers, damage))
}

fn of_bytes(width: u32, height: u32, colours: ColorType, bytes: Vec<u8>) -> Option<DynamicImage> {
    match colours {
        ColorType::L8 => ImageBuffer::from_raw(width, height, bytes).map(DynamicImage::ImageLuma8),
        ColorType::La8 => ImageBuffer::from_raw(width, height, bytes).map(DynamicImage::ImageLumaA8),
        ColorType::Rgb8 => ImageBuffer::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8),
        ColorType::Rgba8 => ImageBuffer::from_raw(width, height, bytes).map(DynamicImage::ImageRgba8),
        _ => None,
    }
}

fn of_shorts(width: u32, height: u32, colours: ColorType, shorts: Vec<u16>) -> Option<DynamicImage> {
    match colours {
        ColorType::L16 => ImageBuffer::from_raw(width, height, shorts).map(DynamicImage::ImageLuma16),
        ColorType::La16 => ImageBuffer::from_raw(width, height, shorts).map(DynamicImage::ImageLumaA16),
        ColorType::Rgb16 => ImageBuffer::from_raw(width, height, shorts).map(DynamicImage::ImageRgb16),
        ColorType::Rgba16 => ImageBuffer::from_raw(width, height, shorts).map(DynamicImage::ImageRgba16),
        _ => None,
    }
}

fn of_reals(width: u32, height: u32, colours: ColorType, reals: Vec<f32>) -> Option<DynamicImage> {
    match colours {
        ColorType::Rgb32F => ImageBuffer::from_raw(width, height, reals).map(DynamicImage::ImageRgb32F),
        ColorType::Rgba32F => ImageBuffer::from_raw(width, height, reals).map(DynamicImage::ImageRgba32F),
        _ => None,
    }
}

fn eight_bits(image: DynamicImage) -> Pixels {
    let (width, height) = (image.width(), image.height());
    let (channels, data) = if image.color().has_alpha() {
        (Channels::Rgba, image.into_rgba8().into_raw())
    } else {
        (Channels::Rgb, image.into_rgb8().into_raw())
    };
    Pixels { width, height, channels, data }
}

fn refusal(job: &Job<'_>, error: &ImageError) -> Refusal {
    match error {
        _ if job.deadline.is_over() => Refusal::Unsupported(job.deadline.sentence()),
        ImageError::Limits(_) => Refusal::Unsupported("The picture needs more memory than it may have.".into()),
        ImageError::Unsupported(_) => rare(),
        ImageError::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Refusal::Damaged(ENDS_EARLY.into())
        }
        _ if job.container.damage.is_some() => Refusal::Damaged(ENDS_EARLY.into()),
        _ => Refusal::Damaged("The data is damaged.".into()),
    }
}

/// Bytes that end when the time is over: decoders ask for more all the time.
struct Patient<'a> {
    bytes: Cursor<&'a [u8]>,
    deadline: Deadline,
    asked: u32,
}

impl Patient<'_> {
    /// The first time and then seldom: some decoders ask for each pixel, and the clock takes longer than that.
    fn check(&mut self) -> io::Result<()> {
        const EACH: u32 = 64;
        self.asked = self.asked.wrapping_add(1);
        if self.asked % EACH == 1 && self.deadline.is_over() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
    }
}

impl Read for Patient<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        self.bytes.read(into)
    }
}

impl BufRead for Patient<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.check()?;
        self.bytes.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.bytes.consume(amount);
    }
}

impl Seek for Patient<'_> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(position)
    }
}
