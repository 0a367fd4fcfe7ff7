//! Profiles are honoured: the same colour, written in another space, is shown the same.

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use moxcms::ColorProfile;
use pixelsync_imaging::{Limits, develop, full};

/// What linear light each channel's number means.
fn linear(value: f64, gamma: Option<f64>) -> f64 {
    match gamma {
        Some(gamma) => value.powf(gamma),
        None if value <= 0.04045 => value / 12.92,
        None => ((value + 0.055) / 1.055).powf(2.4),
    }
}

fn encoded(light: f64, gamma: Option<f64>) -> f64 {
    let light = light.clamp(0.0, 1.0);
    match gamma {
        Some(gamma) => light.powf(1.0 / gamma),
        None if light <= 0.003_130_8 => light * 12.92,
        None => 1.055 * light.powf(1.0 / 2.4) - 0.055,
    }
}

type Matrix = [[f64; 3]; 3];

/// From linear sRGB, as the standards' primaries have it.
const TO_P3: Matrix = [[0.822_462, 0.177_538, 0.0], [0.033_194, 0.966_806, 0.0], [0.017_083, 0.072_397, 0.910_520]];
const TO_ADOBE: Matrix = [[0.715_126, 0.284_874, 0.0], [0.0, 1.0, 0.0], [0.0, 0.041_166, 0.958_834]];

fn in_space(colour: [u8; 3], matrix: &Matrix, gamma: Option<f64>) -> [u8; 3] {
    let light = colour.map(|part| linear(f64::from(part) / 255.0, None));
    matrix.map(|row| {
        let part: f64 = row.iter().zip(light).map(|(one, other)| one * other).sum();
        (encoded(part, gamma) * 255.0).round() as u8
    })
}

/// In the preview, and in the whole picture.
fn shown(colour: [u8; 3], profile: &ColorProfile) -> [[u8; 3]; 2] {
    let pixels = colour.repeat(64 * 64);
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    encoder.set_icc_profile(profile.encode().expect("a profile")).expect("a profile");
    encoder.write_image(&pixels, 64, 64, ExtendedColorType::Rgb8).expect("a picture");
    let preview = develop(&bytes, &Limits::default()).derived.expect("pixels").preview;
    let whole = full(&bytes, &Limits::default()).expect("the whole picture");
    [preview, whole].map(|encoded| {
        let image = image::load_from_memory(&encoded.bytes).expect("a picture");
        image.to_rgb8().get_pixel(32, 32).0
    })
}

#[test]
fn wide_colours_are_shown_as_they_were_meant() {
    // two of 255 are rounding, there and back, and the preview's own loss
    const NEAR: u8 = 3;
    let adobe_gamma = Some(563.0 / 256.0);
    for colour in [[200, 30, 30], [30, 180, 40], [30, 40, 210], [128, 128, 128], [240, 200, 90], [12, 60, 33]] {
        let spaces = [
            ("P3", ColorProfile::new_display_p3(), in_space(colour, &TO_P3, None)),
            ("Adobe RGB", ColorProfile::new_adobe_rgb(), in_space(colour, &TO_ADOBE, adobe_gamma)),
            ("sRGB", ColorProfile::new_srgb(), colour),
        ];
        for (name, profile, written) in spaces {
            for found in shown(written, &profile) {
                let is_near = found.iter().zip(colour).all(|(one, other)| one.abs_diff(other) <= NEAR);
                assert!(is_near, "{name}: {colour:?}, written {written:?}, is shown {found:?}");
            }
        }
    }
}
