//! Colours as the screen has them: profiles honoured, ink turned into light. Alone knows the colour engine.

use moxcms::{ColorProfile, DataColorSpace, Layout, RenderingIntent, TransformOptions};

use crate::pixels::{Channels, Pixels};

/// What a person calls the profile, as it calls itself.
pub(crate) fn profile_name(icc: &[u8]) -> Option<String> {
    let profile = ColorProfile::new_from_slice(icc).ok()?;
    let text = match profile.description? {
        moxcms::ProfileText::PlainString(text) => text,
        moxcms::ProfileText::Localizable(texts) => texts.into_iter().next()?.value,
        moxcms::ProfileText::Description(text) => {
            if text.ascii_string.is_empty() {
                text.unicode_string
            } else {
                text.ascii_string
            }
        }
    };
    let text = text.trim_matches(|sign: char| sign == '\0' || sign.is_whitespace());
    (!text.is_empty()).then(|| text.to_owned())
}

/// A profile that cannot be read, or that is of another kind than the pixels, is taken for sRGB: so do browsers.
pub(crate) fn to_srgb(pixels: Pixels, icc: Option<&[u8]>) -> Pixels {
    let profile = icc.and_then(|icc| ColorProfile::new_from_slice(icc).ok());
    match (pixels.channels, profile) {
        (Channels::Cmyk, profile) => {
            from_ink(pixels, profile.filter(|profile| profile.color_space == DataColorSpace::Cmyk))
        }
        (_, Some(profile)) if profile.color_space == DataColorSpace::Rgb && !is_srgb(&profile) => {
            from_light(pixels, &profile)
        }
        _ => pixels,
    }
}

/// Most pictures carry sRGB's own profile: nothing is to be done for them.
fn is_srgb(profile: &ColorProfile) -> bool {
    const NEAR: f64 = 0.0005;
    const CURVE_NEAR: f32 = 0.003;
    let srgb = ColorProfile::new_srgb();
    let (ours, theirs) = (srgb.colorant_matrix().v, profile.colorant_matrix().v);
    let same_colours =
        ours.iter().flatten().zip(theirs.iter().flatten()).all(|(one, other)| (one - other).abs() < NEAR);
    if !same_colours || profile.lut_a_to_b_perceptual.is_some() || profile.lut_a_to_b_colorimetric.is_some() {
        return false;
    }
    let curves =
        [(&srgb.red_trc, &profile.red_trc), (&srgb.green_trc, &profile.green_trc), (&srgb.blue_trc, &profile.blue_trc)];
    curves.iter().all(|(ours, theirs)| match (ours, theirs) {
        (Some(ours), Some(theirs)) => match (ours.make_linear_evaluator(), theirs.make_linear_evaluator()) {
            (Ok(ours), Ok(theirs)) => (0..=16u8).all(|step| {
                let light = f32::from(step) / 16.0;
                (ours.evaluate_value(light) - theirs.evaluate_value(light)).abs() < CURVE_NEAR
            }),
            _ => false,
        },
        _ => false,
    })
}

fn options() -> TransformOptions {
    TransformOptions { rendering_intent: RenderingIntent::RelativeColorimetric, ..TransformOptions::default() }
}

fn from_light(mut pixels: Pixels, profile: &ColorProfile) -> Pixels {
    let layout = if pixels.channels == Channels::Rgba { Layout::Rgba } else { Layout::Rgb };
    let transform = profile.create_transform_8bit(layout, &ColorProfile::new_srgb(), layout, options());
    let mut shown = vec![0; pixels.data.len()];
    if transform.is_ok_and(|transform| transform.transform(&pixels.data, &mut shown).is_ok()) {
        pixels.data = shown;
    }
    pixels
}

fn from_ink(pixels: Pixels, profile: Option<ColorProfile>) -> Pixels {
    let count = pixels.width as usize * pixels.height as usize;
    let by_profile = profile.and_then(|profile| {
        // four channels, whatever they mean
        let transform =
            profile.create_transform_8bit(Layout::Rgba, &ColorProfile::new_srgb(), Layout::Rgb, options()).ok()?;
        let mut shown = vec![0; count * 3];
        transform.transform(&pixels.data, &mut shown).ok()?;
        Some(shown)
    });
    let data = by_profile.unwrap_or_else(|| pixels.data.as_chunks().0.iter().flat_map(light_through).collect());
    Pixels { channels: Channels::Rgb, data, ..pixels }
}

/// What is left of white light under ideal inks.
fn light_through([cyan, magenta, yellow, black]: &[u8; 4]) -> [u8; 3] {
    let left = |ink: u8| ((255 - u16::from(ink)) * (255 - u16::from(*black)) / 255) as u8;
    [left(*cyan), left(*magenta), left(*yellow)]
}
