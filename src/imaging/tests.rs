use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use super::*;

/// Left half red, right half blue.
fn two_halves(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, _| {
        if x < width / 2 { Rgb([200, 20, 20]) } else { Rgb([20, 20, 200]) }
    }))
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("encode");
    bytes.into_inner()
}

/// An EXIF block that says nothing but which way up the picture is.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let exif = [
        &b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"[..],
        &[orientation, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    [&jpeg[..2], &exif, &jpeg[2..]].concat()
}

#[test]
fn every_format_gives_its_facts_and_small_pictures() {
    let image = two_halves(640, 480);
    for format in
        [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP, ImageFormat::Tiff, ImageFormat::Bmp]
    {
        let judged = judge(&encoded(&image, format));
        assert_eq!((judged.state, judged.reason), (State::Ok, None), "{format:?}");
        assert_eq!(judged.mime, Some(format.to_mime_type()));
        let derived = judged.derived.expect("pixels");
        assert_eq!((derived.width, derived.height), (640, 480));
        assert_eq!((derived.thumbnail.width, derived.thumbnail.height), (400, 300));
        assert_eq!((derived.preview.width, derived.preview.height), (640, 480));
    }
}

#[test]
fn a_turned_picture_is_shown_upright() {
    let jpeg = encoded(&two_halves(64, 32), ImageFormat::Jpeg);
    for (orientation, size, red_at) in
        [(1, (64, 32), (8, 16)), (3, (64, 32), (56, 16)), (6, (32, 64), (16, 8)), (8, (32, 64), (16, 56))]
    {
        let derived = judge(&with_orientation(&jpeg, orientation)).derived.expect("pixels");
        assert_eq!((derived.width, derived.height), size, "orientation {orientation}");
        let preview = image::load_from_memory(&derived.preview.bytes).expect("preview").to_rgb8();
        let [red, _, blue] = preview.get_pixel(red_at.0, red_at.1).0;
        assert!(red > 120 && blue < 100, "orientation {orientation}: {red} {blue}");
    }
}

#[test]
fn a_jpeg_cut_short_is_corrupted_and_still_shown() {
    let jpeg = encoded(&two_halves(640, 480), ImageFormat::Jpeg);
    for part in [50, 80, 99] {
        let judged = judge(&jpeg[..jpeg.len() * part / 100]);
        assert_eq!(judged.state, State::Corrupted, "{part} %");
        assert!(judged.reason.is_some_and(|reason| reason.contains("ends early")), "{part} %");
    }
    let judged = judge(&jpeg[..jpeg.len() * 80 / 100]);
    assert!(judged.derived.is_some());
}

#[test]
fn what_is_no_picture_is_told_so() {
    for (bytes, reason) in [
        (&b"%PDF-1.7 ..."[..], "Not an image: it is a PDF."),
        (b"", "The file is empty."),
        (b"hello", "Not an image: it is text."),
    ] {
        let judged = judge(bytes);
        assert_eq!((judged.state, judged.reason.as_deref()), (State::Corrupted, Some(reason)));
    }
}

#[test]
fn a_kind_without_decoder_is_not_called_corrupted() {
    let judged = judge(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic");
    assert_eq!(judged.state, State::Unsupported);
    assert_eq!(judged.mime, Some("image/heic"));
}

#[test]
fn the_hash_is_what_sha256sum_prints() {
    assert_eq!(
        hex::encode(judge(b"abc").hash.expect("hash")),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}
