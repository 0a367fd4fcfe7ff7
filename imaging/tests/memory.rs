//! What is told beforehand of the memory that work takes is not less than what it takes.
//!
//! Only what Rust allocates is counted: the libraries in C, which decode JPEG, WebP, HEIC and AVIF, ask the system
//! themselves. Their part was measured when the figures were written, by the most that whole processes took.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    io::Cursor,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use image::{
    DynamicImage, ImageBuffer, ImageEncoder, ImageFormat, RgbImage, RgbaImage,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};
use pixelsync_imaging::{Limits, Purpose, Region, Verdict, crop::crop, develop, full, memory_needed, probe};

struct Counting;

static HELD: AtomicU64 = AtomicU64::new(0);
static MOST: AtomicU64 = AtomicU64::new(0);

fn count(more: usize, less: usize) {
    let held = HELD.fetch_add(more as u64, Relaxed) + more as u64;
    MOST.fetch_max(held, Relaxed);
    HELD.fetch_sub(less as u64, Relaxed);
}

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size.saturating_sub(layout.size()), layout.size().saturating_sub(size));
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, layout.size());
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most that is held during the work, beside what is held before it.
fn most<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let before = HELD.load(Relaxed);
    MOST.store(before, Relaxed);
    let done = work();
    (MOST.load(Relaxed) - before, done)
}

/// Each row the same, which is quickly made and encoded; what is in a picture moves its decoder's memory little.
fn samples<T: Copy + From<u8>>((width, height): (u32, u32), channels: u32) -> Vec<T> {
    let row: Vec<T> = (0..width * channels).map(|number| T::from((number / 50) as u8)).collect();
    row.repeat(height as usize)
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("encode");
    bytes.into_inner()
}

fn png(image: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Sub)
        .write_image(image.as_bytes(), image.width(), image.height(), image.color().into())
        .expect("encode");
    bytes
}

fn lossless_webp(image: &RgbImage) -> Vec<u8> {
    let (width, height) = (image.width().cast_signed(), image.height().cast_signed());
    let mut start = std::ptr::null_mut();
    // SAFETY: the pixels are as many as is said; what libwebp made is copied and given back.
    unsafe {
        let length = libwebp_sys::WebPEncodeLosslessRGB(image.as_ptr(), width, height, width * 3, &mut start);
        let bytes = std::slice::from_raw_parts(start, length).to_vec();
        libwebp_sys::WebPFree(start.cast());
        bytes
    }
}

/// The costliest that each format can be, as far as it is made here.
fn pictures(size: (u32, u32)) -> Vec<(&'static str, Vec<u8>)> {
    let rgb = RgbImage::from_raw(size.0, size.1, samples(size, 3)).expect("as many as pixels");
    let clear = RgbaImage::from_raw(size.0, size.1, samples(size, 4)).expect("as many as pixels");
    let deep = ImageBuffer::from_raw(size.0, size.1, samples(size, 4)).expect("as many as pixels");
    let (deep, webp) = (DynamicImage::ImageRgba16(deep), lossless_webp(&rgb));
    let rgb = DynamicImage::ImageRgb8(rgb);
    vec![
        ("PNG", png(&rgb)),
        ("deep PNG", png(&deep)),
        ("JPEG", encoded(&rgb, ImageFormat::Jpeg)),
        ("WebP", webp),
        ("TIFF", encoded(&rgb, ImageFormat::Tiff)),
        ("deep TIFF", encoded(&deep, ImageFormat::Tiff)),
        ("BMP", encoded(&DynamicImage::ImageRgba8(clear), ImageFormat::Bmp)),
    ]
}

/// One test, for all that happens in this process is counted.
#[test]
fn work_takes_no_more_memory_than_was_told() {
    let limits = Limits::default();
    let region = Region::new(0.0, 0.0, 1.0, 0.999).expect("a region");
    let check = |name: &str, bytes: &[u8], purpose: Purpose, taken: u64| {
        let probe = probe(bytes, None);
        let told = memory_needed(probe.format.expect(name), probe.size.expect(name), purpose);
        assert!(taken <= told, "{name}, {purpose:?}: {taken} bytes were taken, {told} were told");
    };
    for (name, bytes) in pictures((3000, 2000)) {
        let (taken, developed) = most(|| develop(&bytes, &limits));
        assert_eq!(developed.verdict, Verdict::Ok, "{name}");
        check(name, &bytes, Purpose::Develop, taken);
        let (taken, whole) = most(|| full(&bytes, &limits));
        assert_eq!(whole.map(|whole| whole.width), Ok(3000), "{name}");
        check(name, &bytes, Purpose::Whole, taken);
    }
    for (name, bytes) in pictures((1000, 700)) {
        let (taken, piece) = most(|| crop(&bytes, region, &limits));
        assert_eq!(piece.map(|piece| piece.width), Ok(1000), "{name}");
        check(name, &bytes, Purpose::Whole, taken);
    }
}
