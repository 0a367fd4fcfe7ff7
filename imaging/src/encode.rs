//! Pixels into bytes: WebP by libwebp, JPEG by libjpeg. Alone knows their encoders.

use std::{
    borrow::{Borrow, Cow},
    ffi::c_int,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr::null_mut,
};

use libwebp_sys::*;
use mozjpeg_sys::*;

use crate::{
    decode::jpeg::quiet_errors,
    pixels::{Channels, Pixels},
};

/// Fast, and all but as small as the slowest.
const WEBP_METHOD: c_int = 2;

pub(crate) fn webp(pixels: &Pixels, quality: f32) -> Option<Vec<u8>> {
    let mut config = WebPConfig::new().ok()?;
    (config.quality, config.method) = (quality, WEBP_METHOD);
    webp_by(&config, pixels)
}

/// Every pixel as it is, also where it is transparent.
pub(crate) fn webp_lossless(pixels: &Pixels) -> Option<Vec<u8>> {
    let mut config = WebPConfig::new().ok()?;
    (config.lossless, config.exact) = (1, 1);
    webp_by(&config, pixels)
}

fn webp_by(config: &WebPConfig, pixels: &Pixels) -> Option<Vec<u8>> {
    let mut picture = WebPPicture::new().ok()?;
    picture.use_argb = config.lossless;
    (picture.width, picture.height) = (pixels.width.cast_signed(), pixels.height.cast_signed());
    let stride = pixels.row_bytes() as c_int;
    // SAFETY: picture and writer are given back; the pixels are as large as is said.
    unsafe {
        let mut writer: WebPMemoryWriter = std::mem::zeroed();
        WebPMemoryWriterInit(&mut writer);
        picture.writer = Some(WebPMemoryWrite);
        picture.custom_ptr = (&raw mut writer).cast();
        let taken = match pixels.channels {
            Channels::Rgba => WebPPictureImportRGBA(&mut picture, pixels.data.as_ptr(), stride),
            _ => WebPPictureImportRGB(&mut picture, pixels.data.as_ptr(), stride),
        };
        let done = taken != 0 && WebPEncode(config, &mut picture) != 0;
        let bytes = done.then(|| std::slice::from_raw_parts(writer.mem, writer.size).to_vec());
        WebPPictureFree(&mut picture);
        WebPMemoryWriterClear(&mut writer);
        bytes
    }
}

/// A marker and what stands behind it.
pub(crate) type Marker<'a> = (u8, Cow<'a, [u8]>);

#[derive(Clone, Copy)]
pub(crate) struct JpegQuality {
    quality: u8,
    /// Colours at full size.
    fine: bool,
    /// Tables made for this picture, which takes a look at all of it before the first byte.
    own_tables: bool,
    /// One channel, although the pixels have three.
    grey: bool,
}

impl JpegQuality {
    /// For what is made by the thousand.
    pub(crate) fn small(quality: u8) -> JpegQuality {
        JpegQuality { quality, fine: false, own_tables: false, grey: false }
    }

    /// For what is looked at closely, and can be made again.
    pub(crate) fn fine(quality: u8, grey: bool) -> JpegQuality {
        JpegQuality { quality, fine: true, own_tables: false, grey }
    }

    /// For what is kept.
    pub(crate) fn full(quality: u8, grey: bool) -> JpegQuality {
        JpegQuality { quality, fine: true, own_tables: true, grey }
    }
}

pub(crate) fn jpeg(pixels: &Pixels, quality: JpegQuality, markers: &[Marker<'_>]) -> Option<Vec<u8>> {
    let head = Head { size: (pixels.width, pixels.height), channels: pixels.channels, quality, markers };
    head.written(std::iter::once(pixels))
}

/// Of a picture without transparency or ink that comes in pieces, from top to bottom.
pub(crate) fn jpeg_of_bands(
    size: (u32, u32),
    quality: JpegQuality,
    bands: impl Iterator<Item = Pixels>,
) -> Option<Vec<u8>> {
    Head { size, channels: Channels::Rgb, quality, markers: &[] }.written(bands)
}

/// What a JPEG's compressor is told before the first row.
struct Head<'a> {
    size: (u32, u32),
    channels: Channels,
    quality: JpegQuality,
    markers: &'a [Marker<'a>],
}

impl Head<'_> {
    fn written(&self, bands: impl Iterator<Item = impl Borrow<Pixels>>) -> Option<Vec<u8>> {
        // libjpeg's errors are thrown through it; here there is nothing to tell of them
        catch_unwind(AssertUnwindSafe(|| self.written_unguarded(bands))).ok()
    }

    fn written_unguarded(&self, bands: impl Iterator<Item = impl Borrow<Pixels>>) -> Vec<u8> {
        let mut errors = quiet_errors();
        let mut output = Output::default();
        // SAFETY: errors and output outlive the compressor; rows are as long as is said.
        unsafe {
            let mut compressor = Compressor::new(&mut errors);
            let info = compressor.info();
            jpeg_mem_dest(info, &mut output.start, &mut output.length);
            (info.image_width, info.image_height) = self.size;
            (info.input_components, info.in_color_space) = match self.channels {
                Channels::Cmyk => (4, JCS_CMYK),
                Channels::Rgb | Channels::Rgba => (3, JCS_RGB),
            };
            // its own profile searches long for a few bytes less
            jpeg_c_set_int_param(info, JINT_COMPRESS_PROFILE, JCP_FASTEST as c_int);
            jpeg_set_defaults(info);
            if self.quality.grey && self.channels == Channels::Rgb {
                jpeg_set_colorspace(info, JCS_GRAYSCALE);
            }
            jpeg_set_quality(info, self.quality.quality.into(), 1);
            info.optimize_coding = self.quality.own_tables.into();
            if self.quality.fine {
                let first = &mut *info.comp_info;
                (first.h_samp_factor, first.v_samp_factor) = (1, 1);
            }
            jpeg_start_compress(info, 1);
            for (marker, data) in self.markers {
                jpeg_write_marker(info, (*marker).into(), data.as_ptr(), data.len() as _);
            }
            for band in bands {
                for row in as_stored(band.borrow()).chunks_exact(self.size.0 as usize * self.channels.count()) {
                    let rows = [row.as_ptr()];
                    jpeg_write_scanlines(info, rows.as_ptr(), 1);
                }
            }
            jpeg_finish_compress(info);
            drop(compressor);
            output.bytes().to_vec()
        }
    }
}

/// Adobe's programs store ink the wrong way round, and everybody expects it.
fn as_stored(pixels: &Pixels) -> Cow<'_, [u8]> {
    match pixels.channels {
        Channels::Cmyk => pixels.data.iter().map(|ink| 255 - ink).collect(),
        _ => Cow::Borrowed(&pixels.data),
    }
}

/// A compressor that is always given back.
pub(crate) struct Compressor(Box<jpeg_compress_struct>);

impl Compressor {
    /// SAFETY: the errors must outlive it.
    pub(crate) unsafe fn new(errors: &mut jpeg_error_mgr) -> Compressor {
        // SAFETY: all fields may be zero, and libjpeg fills them in.
        let mut info: Box<jpeg_compress_struct> = unsafe { Box::new(std::mem::zeroed()) };
        info.common.err = errors;
        unsafe { jpeg_create_compress(&mut *info) };
        Compressor(info)
    }

    pub(crate) fn info(&mut self) -> &mut jpeg_compress_struct {
        &mut self.0
    }
}

impl Drop for Compressor {
    fn drop(&mut self) {
        // SAFETY: it was created, and nothing uses it any more.
        unsafe { jpeg_destroy_compress(&mut self.0) };
    }
}

/// What libjpeg has allocated for the result.
pub(crate) struct Output {
    pub start: *mut u8,
    pub length: std::ffi::c_ulong,
}

impl Default for Output {
    fn default() -> Output {
        Output { start: null_mut(), length: 0 }
    }
}

impl Output {
    pub(crate) fn bytes(&self) -> &[u8] {
        if self.start.is_null() {
            return &[];
        }
        // SAFETY: libjpeg has filled so many bytes.
        unsafe { std::slice::from_raw_parts(self.start, self.length as usize) }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // SAFETY: made by malloc, or null.
        unsafe { libc_free(self.start.cast()) };
    }
}

unsafe extern "C" {
    #[link_name = "free"]
    unsafe fn libc_free(pointer: *mut std::ffi::c_void);
}
