//! A piece is the same pixels, upright, and says of itself what the whole picture said.

use std::path::PathBuf;

use image::{DynamicImage, GenericImageView, RgbImage};
use pixelsync_imaging::{
    Format, Limits,
    crop::{Cropped, Kind, Region, crop},
    probe,
};

fn file(name: &str) -> Vec<u8> {
    // tests run where their package lies, wherever it was compiled
    let path = PathBuf::from("tests/pictures").join(name);
    std::fs::read(path).expect(name)
}

fn piece_of(bytes: &[u8], [x, y, width, height]: [f64; 4]) -> Cropped {
    crop(bytes, Region::new(x, y, width, height).expect("a region"), &Limits::default()).expect("a piece")
}

fn decoded(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).expect("a picture")
}

fn largest_difference(one: &RgbImage, other: &RgbImage) -> u8 {
    assert_eq!(one.dimensions(), other.dimensions());
    one.as_raw().iter().zip(other.as_raw()).map(|(one, other)| one.abs_diff(*other)).max().unwrap_or(0)
}

#[test]
fn a_piece_between_blocks_is_the_compressed_data_itself() {
    for name in ["baseline.jpg", "progressive.jpg", "grey.jpg"] {
        let piece = piece_of(&file(name), [0.5, 0.25, 0.5, 0.5]);
        assert_eq!(
            (piece.kind, piece.format, piece.width, piece.height),
            (Kind::Untouched, Format::Jpeg, 48, 32),
            "{name}"
        );
        let whole = decoded(&file(name)).crop_imm(48, 16, 48, 32).to_rgb8();
        // away from the edges, where a decoder looks at neighbours to smooth colours, nothing at all differs
        let inner = |image: &RgbImage| image.view(2, 2, 44, 28).to_image();
        assert_eq!(largest_difference(&inner(&whole), &inner(&decoded(&piece.bytes).to_rgb8())), 0, "{name}");
    }
}

#[test]
fn a_piece_through_blocks_is_encoded_again_and_looks_the_same() {
    let piece = piece_of(&file("baseline.jpg"), [0.1, 0.1, 0.7, 0.7]);
    assert_eq!((piece.kind, piece.width, piece.height), (Kind::HighQuality, 67, 45));
    let whole = decoded(&file("baseline.jpg")).crop_imm(10, 6, 67, 45).to_rgb8();
    assert!(largest_difference(&whole, &decoded(&piece.bytes).to_rgb8()) <= 24);
}

#[test]
fn pieces_of_lossless_formats_are_exact() {
    for name in ["rgb8.png", "rgb16.png", "lzw.tif", "deep.tif", "still.gif"] {
        let piece = piece_of(&file(name), [0.125, 0.25, 0.5, 0.5]);
        assert_eq!((piece.kind, piece.width, piece.height), (Kind::Lossless, 48, 32), "{name}");
        let whole = decoded(&file(name)).crop_imm(12, 16, 48, 32);
        assert_eq!(whole.as_bytes(), decoded(&piece.bytes).as_bytes(), "{name}: every bit of it");
    }
}

#[test]
fn a_piece_of_a_turned_picture_is_upright() {
    for number in 1..=8 {
        let piece = piece_of(&file(&format!("orientation-{number}.jpg")), [0.5, 0.5, 0.5, 0.5]);
        assert_eq!((piece.width, piece.height), (48, 32), "orientation {number}");
        let white = decoded(&piece.bytes).to_rgb8().get_pixel(24, 16).0;
        assert!(white.iter().all(|part| *part > 200), "orientation {number}: {white:?}");
        assert_eq!(probe(&piece.bytes, None).orientation, 1);
    }
}

#[test]
fn a_piece_says_what_the_whole_said() {
    let whole = probe(&file("said.jpg"), None);
    let piece = piece_of(&file("said.jpg"), [0.0, 0.0, 0.5, 0.5]);
    let said = probe(&piece.bytes, None);
    assert_eq!(said.orientation, 1);
    assert_eq!(said.size, Some((piece.width, piece.height)));
    assert_eq!(said.facts, whole.facts);
    assert_eq!(said.said, whole.said);
    let thumbnails = |bytes: &[u8]| bytes.windows(3).filter(|three| *three == b"\xff\xd8\xff").count();
    assert_eq!(
        (thumbnails(&file("said.jpg")), thumbnails(&piece.bytes)),
        (2, 1),
        "the whole picture's thumbnail is gone"
    );
}

#[test]
fn facts_and_profiles_go_along_in_every_format() {
    for name in ["rgb8.png", "lossy.webp", "lzw.tif", "picture.heic", "picture.avif", "picture.jxl"] {
        let piece = piece_of(&file(name), [0.0, 0.0, 0.5, 0.5]);
        let found = probe(&piece.bytes, None);
        assert_eq!(found.size, Some((48, 32)), "{name}");
        assert_eq!((found.facts.camera.as_deref(), found.facts.iso), (Some("Pixel"), Some(64)), "{name}");
        assert_eq!(found.said.title.as_deref(), Some("Quay"), "{name}");
    }
    let piece = piece_of(&file("p3.jpg"), [0.1, 0.1, 0.5, 0.5]);
    assert_eq!(probe(&piece.bytes, None).facts.profile, probe(&file("p3.jpg"), None).facts.profile);
    assert!(probe(&piece.bytes, None).facts.profile.is_some());
}

#[test]
fn what_cannot_be_cut_is_refused_with_a_sentence() {
    let region = Region::new(0.0, 0.0, 0.5, 0.5).expect("a region");
    for bytes in [&b"%PDF-1.7"[..], b"", b"\xff\xd8\xff\xe0"] {
        let error = crop(bytes, region, &Limits::default()).expect_err("no picture");
        assert!(error.ends_with('.'), "{error}");
    }
}
