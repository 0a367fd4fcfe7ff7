//! Every format and every orientation, from bytes to what people see.

use std::path::PathBuf;

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use pixelsync_imaging::{Developed, Encoded, Limits, Verdict, develop, full, has_decoder, probe};

fn file(name: &str) -> Vec<u8> {
    // tests run where their package lies, wherever it was compiled
    let path = PathBuf::from("tests/pictures").join(name);
    std::fs::read(path).expect(name)
}

fn developed(name: &str) -> Developed {
    develop(&file(name), &Limits::default())
}

fn whole(bytes: &[u8]) -> Encoded {
    full(bytes, &Limits::default()).expect("the whole picture")
}

/// Whether red and green are above, blue and white below.
fn is_upright(preview: &[u8]) -> bool {
    let preview = image::load_from_memory(preview).expect("a preview").to_rgb8();
    let at = |x: u32, y: u32| preview.get_pixel(preview.width() * x / 4, preview.height() * y / 4).0;
    let strongest = |[red, green, blue]: [u8; 3]| (red > 150, green > 110, blue > 150);
    [at(1, 1), at(3, 1), at(1, 3), at(3, 3)].map(strongest)
        == [(true, false, false), (false, true, false), (false, false, true), (true, true, true)]
}

const ALL: &[&str] = &[
    "baseline.jpg",
    "progressive.jpg",
    "p3.jpg",
    "rgb8.png",
    "rgb16.png",
    "palette.png",
    "still.gif",
    "moving.gif",
    "lossy.webp",
    "lossless.webp",
    "moving.webp",
    "lzw.tif",
    "deep.tif",
    "picture.avif",
    "picture.heic",
    "picture.jxl",
    "profile.jxl",
    "profile.png",
];

#[test]
fn every_format_is_judged_measured_and_shown() {
    for name in ALL {
        let developed = developed(name);
        assert_eq!(developed.verdict, Verdict::Ok, "{name}");
        let derived = developed.derived.expect(name);
        assert_eq!((derived.width, derived.height), (96, 64), "{name}");
        assert!(name.contains("lossless") || is_upright(&derived.preview.bytes), "{name}");
        assert_eq!(probe(&file(name), None).size, Some((96, 64)), "{name}");
        assert_eq!(probe(&file(name), None).facts.animated, name.starts_with("moving"), "{name}");
    }
}

#[test]
fn grey_and_ink_are_shown_too() {
    for name in ["grey.jpg", "cmyk.jpg"] {
        let developed = developed(name);
        assert_eq!(developed.verdict, Verdict::Ok, "{name}");
        let preview =
            image::load_from_memory(&developed.derived.expect(name).preview.bytes).expect("a preview").to_rgb8();
        let ([dark, ..], [light, ..]) = (preview.get_pixel(24, 48).0, preview.get_pixel(72, 48).0);
        assert!(light > 200 && dark < 110, "{name}: {light} {dark}");
    }
}

#[test]
fn every_orientation_is_set_upright() {
    for number in 1..=8 {
        let name = format!("orientation-{number}.jpg");
        let derived = developed(&name).derived.expect("pixels");
        assert_eq!((derived.width, derived.height), (96, 64), "{name}");
        assert!(is_upright(&derived.preview.bytes), "{name}");
        let probe = probe(&file(&name), None);
        assert_eq!((probe.orientation, probe.size), (number, Some((96, 64))), "{name}");
    }
}

#[test]
fn every_format_is_shown_whole_by_browsers_that_do_not_know_it() {
    for name in ALL {
        let bytes = file(name);
        assert!(has_decoder(probe(&bytes, None).format.expect(name)), "{name}");
        let whole = whole(&bytes);
        assert_eq!((whole.mime, whole.width, whole.height), ("image/jpeg", 96, 64), "{name}");
        assert_eq!(develop(&whole.bytes, &Limits::default()).verdict, Verdict::Ok, "{name}");
        assert_eq!(probe(&whole.bytes, None).size, Some((96, 64)), "{name}");
        assert!(name.contains("lossless") || is_upright(&whole.bytes), "{name}");
    }
}

#[test]
fn every_orientation_is_upright_as_a_whole_too() {
    let upright = image::load_from_memory(&whole(&file("orientation-1.jpg")).bytes).expect("a picture").to_rgb8();
    for number in 2..=8 {
        let whole = whole(&file(&format!("orientation-{number}.jpg")));
        assert_eq!((whole.width, whole.height), (96, 64), "orientation {number}");
        assert_eq!(probe(&whole.bytes, None).orientation, 1, "orientation {number}: nobody turns it again");
        let seen = image::load_from_memory(&whole.bytes).expect("a picture").to_rgb8();
        let furthest = seen.as_raw().iter().zip(upright.as_raw()).map(|(one, other)| one.abs_diff(*other)).max();
        // each was encoded as it is stored, so what that lost lies elsewhere
        assert!(furthest <= Some(24), "orientation {number}: {furthest:?}");
    }
}

#[test]
fn transparency_is_white_and_what_is_too_long_for_a_jpeg_is_made_smaller() {
    let png = |size: (u32, u32), pixel: [u8; 4]| {
        let mut bytes = Vec::new();
        let pixels = pixel.repeat(size.0 as usize * size.1 as usize);
        PngEncoder::new(&mut bytes).write_image(&pixels, size.0, size.1, ExtendedColorType::Rgba8).expect("a picture");
        bytes
    };
    let clear = whole(&png((50, 40), [0, 0, 0, 0]));
    let seen = image::load_from_memory(&clear.bytes).expect("a picture").to_rgb8();
    assert!(seen.pixels().all(|pixel| pixel.0 == [255; 3]));
    let long = whole(&png((70_000, 2), [90, 120, 30, 255]));
    assert_eq!((long.width, long.height), (65_500, 2));
    assert_eq!(probe(&long.bytes, None).size, Some((65_500, 2)));
}

#[test]
fn what_is_said_of_a_picture_is_read() {
    let probe = probe(&file("said.jpg"), None);
    assert_eq!(probe.facts.exposure().as_deref(), Some("1/250 s, f/2.8, ISO 200"));
    assert_eq!(probe.facts.focal_length_shown().as_deref(), Some("35 mm"));
    assert_eq!(probe.facts.camera.as_deref(), Some("NIKON D850"));
    assert_eq!(probe.facts.taken.map(|taken| taken.offset_min), Some(Some(60)));
    assert_eq!(probe.said.title.as_deref(), Some("Harbour at dusk"));
    assert_eq!(probe.said.caption.as_deref(), Some("The last ferry & its wake"));
    assert_eq!(probe.said.keywords, ["sea", "évening"]);
    assert_eq!((probe.said.rating, probe.said.label.as_deref()), (Some(4), Some("Red")));
    let place = probe.facts.place.expect("a place");
    assert!((place.latitude - 53.5461).abs() < 1e-4 && (place.longitude + 9.9661).abs() < 1e-4, "{place:?}");
}

#[test]
fn a_sidecar_outweighs_what_stands_inside() {
    let sidecar =
        br#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="2"/></rdf:RDF></x:xmpmeta>"#;
    let said = probe(&file("said.jpg"), Some(sidecar)).said;
    assert_eq!((said.rating, said.title.as_deref()), (Some(2), Some("Harbour at dusk")));
}

/// A raw file as cameras build them: a TIFF in which the sensor's mosaic and a JPEG lie.
fn raw(preview: &[u8], maker: &[u8; 4]) -> Vec<u8> {
    let mosaic_at = 200u32;
    let preview_at = mosaic_at + 512;
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    let entries: [(u16, u16, u32, [u8; 4]); 7] = [
        (0x0100, 4, 1, 6000u32.to_le_bytes()),
        (0x0101, 4, 1, 4000u32.to_le_bytes()),
        (0x0106, 3, 1, 32803u32.to_le_bytes()),
        (0x010f, 2, 4, *maker),
        (0x0111, 4, 1, mosaic_at.to_le_bytes()),
        (0x0112, 3, 1, 1u32.to_le_bytes()),
        (0x0117, 4, 1, 512u32.to_le_bytes()),
    ];
    file.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        file.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        file.extend(count.to_le_bytes());
        file.extend(value);
    }
    file.resize(mosaic_at as usize, 0);
    file.extend((0..512u32).map(|number| (number * 31 % 251) as u8));
    assert_eq!(file.len(), preview_at as usize);
    file.extend(preview);
    file
}

#[test]
fn a_raw_file_is_shown_by_the_picture_inside_it() {
    let bytes = raw(&file("baseline.jpg"), b"SON\0");
    assert_eq!(probe(&bytes, None).size, Some((6000, 4000)));
    let developed = develop(&bytes, &Limits::default());
    assert_eq!(developed.verdict, Verdict::Ok);
    assert!(is_upright(&developed.derived.expect("pixels").preview.bytes));
    assert!(is_upright(&whole(&bytes).bytes));
    let without = develop(&raw(b"", b"SON\0"), &Limits::default());
    assert!(matches!(without.verdict, Verdict::Unsupported(reason) if reason.contains("no preview")));
}
