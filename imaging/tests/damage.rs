//! Damage of every kind: nothing escapes, nothing damaged is called whole, and nothing whole is called damaged.

use std::{path::PathBuf, time::Duration};

use image::{DynamicImage, ImageFormat, RgbImage};
use pixelsync_imaging::{Limits, Region, Verdict, crop, develop, full, probe};

fn pictures() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from("tests/pictures");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("pictures").filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), std::fs::read(path).expect("a picture"))).collect()
}

/// A JPEG of some size, with detail everywhere.
fn large_jpeg() -> Vec<u8> {
    let mut state = 1u32;
    let image = RgbImage::from_fn(800, 600, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (state >> 28) as u8;
        image::Rgb([(x / 4) as u8 ^ noise, (y / 3) as u8 + noise, ((x + y) / 6) as u8])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image).write_to(&mut bytes, ImageFormat::Jpeg).expect("encode");
    bytes.into_inner()
}

fn is_corrupted(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Corrupted(reason) if reason.ends_with('.'))
}

#[test]
fn whole_pictures_are_whole() {
    for (name, bytes) in pictures() {
        assert_eq!(develop(&bytes, &Limits::default()).verdict, Verdict::Ok, "{name}");
    }
}

#[test]
fn a_picture_cut_short_is_never_called_whole() {
    for (name, bytes) in pictures() {
        // what stands behind the picture's own end may be lost without harm: facts, and a moving picture's later frames
        let is_tolerant = name.starts_with("moving") || name.ends_with(".jxl") || name.ends_with(".gif");
        for part in [1, 5, 10, 25, 40, 50, 60, 75, 90, 95] {
            let cut = &bytes[..bytes.len() * part / 100];
            let verdict = develop(cut, &Limits::default()).verdict;
            assert!(is_corrupted(&verdict) || (is_tolerant && part > 25), "{name} cut at {part} %: {verdict:?}");
        }
    }
}

#[test]
fn a_jpeg_tells_where_it_is_damaged_and_shows_the_rest() {
    let whole = large_jpeg();
    for part in [30, 50, 80, 99] {
        let developed = develop(&whole[..whole.len() * part / 100], &Limits::default());
        assert!(matches!(&developed.verdict, Verdict::Corrupted(reason) if reason.contains("ends early")), "{part}");
        assert!(developed.derived.is_some(), "{part}");
        let shown = full(&whole[..whole.len() * part / 100], &Limits::default()).expect("what could be decoded");
        assert_eq!((shown.width, shown.height), (800, 600), "{part}");
    }
    let without_end = &whole[..whole.len() - 2];
    assert!(is_corrupted(&develop(without_end, &Limits::default()).verdict));
    let mut overwritten = whole.clone();
    let middle = whole.len() / 2;
    overwritten[middle..middle + 4096].fill(0x55);
    let developed = develop(&overwritten, &Limits::default());
    assert!(
        matches!(&developed.verdict, Verdict::Corrupted(reason) if reason.contains('%')),
        "{:?}",
        developed.verdict
    );
    assert!(developed.derived.is_some());
}

#[test]
fn what_follows_the_end_of_a_picture_does_no_harm() {
    // phones put films and depth behind it
    let with_more = [large_jpeg(), vec![7; 5000]].concat();
    assert_eq!(develop(&with_more, &Limits::default()).verdict, Verdict::Ok);
}

#[test]
fn names_are_not_believed_and_what_is_no_picture_is_named() {
    for (bytes, reason) in [
        (&b"%PDF-1.7 ..."[..], "Not a picture: it is a PDF."),
        (b"", "The file is empty."),
        (b"hello", "Not a picture: it is text."),
        (&[0; 5000], "The file holds only zeros: it was never written to its end."),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "Not a picture: it is a video."),
    ] {
        assert_eq!(develop(bytes, &Limits::default()).verdict, Verdict::Corrupted(reason.into()));
        assert_eq!(full(bytes, &Limits::default()).err().as_deref(), Some(reason));
    }
}

/// Files of some hundred bytes that claim to be enormous.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let find =
        |name: &str| pictures().into_iter().find(|(found, _)| found == name).map(|(_, bytes)| bytes).expect(name);
    let mut jpeg = find("baseline.jpg");
    let frame = jpeg.windows(2).position(|two| two == [0xff, 0xc0]).expect("a frame");
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    let mut png = find("rgb8.png");
    png[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    let sum = crc.sum().to_be_bytes();
    png[29..33].copy_from_slice(&sum);
    let mut gif = find("still.gif");
    gif[6..10].fill(0xff);
    let mut bmp = std::io::Cursor::new(Vec::new());
    DynamicImage::new_rgb8(8, 8).write_to(&mut bmp, ImageFormat::Bmp).expect("encode");
    let mut bmp = bmp.into_inner();
    bmp[18..26].copy_from_slice(&[0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0]);
    let mut tiff = find("lzw.tif");
    let directory = u32::from_le_bytes(tiff[4..8].try_into().expect("four")) as usize;
    for entry in 0..usize::from(tiff[directory]) {
        let at = directory + 2 + entry * 12;
        if matches!(tiff[at], 0 | 1) && tiff[at + 1] == 1 {
            (tiff[at + 2], tiff[at + 8], tiff[at + 9], tiff[at + 10]) = (4, 0xff, 0xff, 0);
        }
    }
    vec![("JPEG", jpeg), ("PNG", png), ("GIF", gif), ("BMP", bmp), ("TIFF", tiff)]
}

#[test]
fn bombs_are_refused_before_they_are_decoded() {
    for (name, bytes) in bombs() {
        let verdict = develop(&bytes, &Limits::default()).verdict;
        assert!(matches!(&verdict, Verdict::Unsupported(reason) if reason.contains("million")), "{name}: {verdict:?}");
    }
}

#[test]
fn what_takes_too_long_is_given_up() {
    let limits = Limits { time_max: Duration::ZERO, ..Limits::default() };
    for name in ["large.jpg", "rgb8.png", "lossy.webp", "lzw.tif"] {
        let bytes = pictures().into_iter().find(|(found, _)| found == name).map_or_else(large_jpeg, |(_, bytes)| bytes);
        let verdict = develop(&bytes, &limits).verdict;
        assert!(matches!(&verdict, Verdict::Unsupported(reason) if reason.contains("longer")), "{name}: {verdict:?}");
    }
}

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// Some bytes changed, dropped, doubled or written over.
fn spoiled(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut spoiled = bytes.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(spoiled.len());
        let length = random.below(64).min(spoiled.len() - at);
        match random.below(5) {
            0 => spoiled[at] ^= 1 << random.below(8),
            1 => spoiled[at] = [0, 0xff, 0x7f, 0x80][random.below(4)],
            2 => drop(spoiled.drain(at..at + length)),
            3 => {
                let again = spoiled[at..at + length].to_vec();
                spoiled.splice(at..at, again);
            }
            _ => spoiled[at..at + length].fill_with(|| random.below(256) as u8),
        }
        if spoiled.is_empty() {
            break;
        }
    }
    spoiled
}

#[test]
fn no_spoiled_file_breaks_anything() {
    let limits = Limits { pixels_max: 4_000_000, streamed_pixels_max: 4_000_000, time_max: Duration::from_secs(5) };
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let region = Region::new(0.1, 0.2, 0.5, 0.6).expect("a region");
    for (name, bytes) in pictures() {
        for _ in 0..60 {
            let spoiled = spoiled(&bytes, &mut random);
            let _ = probe(&spoiled, Some(&spoiled));
            let developed = develop(&spoiled, &limits);
            if let Verdict::Corrupted(reason) | Verdict::Unsupported(reason) = &developed.verdict {
                assert!(reason.ends_with('.'), "{name}: {reason}");
            }
            for refused in [crop::crop(&spoiled, region, &limits).err(), full(&spoiled, &limits).err()] {
                assert!(refused.as_ref().is_none_or(|reason| reason.ends_with('.')), "{name}: {refused:?}");
            }
        }
    }
}
