//! Colours as the screen has them: profiles honoured, ink turned into light. Alone knows the colour engine.

use std::sync::Arc;

use moxcms::{ColorProfile, DataColorSpace, Layout, RenderingIntent, Transform8BitExecutor, TransformOptions};

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

/// How pixels become those of a screen. Made once for all of a picture's.
pub(crate) struct ToSrgb(Option<Arc<Transform8BitExecutor>>);

impl ToSrgb {
    /// A profile that cannot be read, or that is of another kind than the pixels, is taken for sRGB: so do browsers.
    pub(crate) fn new(channels: Channels, icc: Option<&[u8]>) -> ToSrgb {
        let kind = if channels == Channels::Cmyk { DataColorSpace::Cmyk } else { DataColorSpace::Rgb };
        let profile = icc.and_then(|icc| ColorProfile::new_from_slice(icc).ok());
        let profile = profile.filter(|profile| profile.color_space == kind && !is_srgb(profile));
        // four channels, whatever they mean
        let layout = if channels == Channels::Rgb { Layout::Rgb } else { Layout::Rgba };
        let shown = if channels == Channels::Rgba { Layout::Rgba } else { Layout::Rgb };
        ToSrgb(profile.and_then(|profile| {
            let options = TransformOptions { rendering_intent: intent(&profile), ..TransformOptions::default() };
            profile.create_transform_8bit(layout, &ColorProfile::new_srgb(), shown, options).ok()
        }))
    }

    pub(crate) fn convert(&self, pixels: Pixels) -> Pixels {
        let channels = if pixels.channels == Channels::Cmyk { Channels::Rgb } else { pixels.channels };
        let by_profile = self.0.as_ref().and_then(|transform| {
            let mut shown = vec![0; pixels.width as usize * pixels.height as usize * channels.count()];
            transform.transform(&pixels.data, &mut shown).ok()?;
            Some(shown)
        });
        let data = by_profile.unwrap_or_else(|| match pixels.channels {
            Channels::Cmyk => pixels.data.as_chunks().0.iter().flat_map(light_through).collect(),
            _ => pixels.data,
        });
        Pixels { channels, data, ..pixels }
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

/// Colours that can be shown stay as they are, unless the profile has a table for pleasing ones alone: scanners' do.
fn intent(profile: &ColorProfile) -> RenderingIntent {
    let is_pleasing = profile.lut_a_to_b_colorimetric.is_none() && profile.lut_a_to_b_perceptual.is_some();
    if is_pleasing { RenderingIntent::Perceptual } else { RenderingIntent::RelativeColorimetric }
}

/// What is left of white light under ideal inks.
fn light_through([cyan, magenta, yellow, black]: &[u8; 4]) -> [u8; 3] {
    let left = |ink: u8| ((255 - u16::from(ink)) * (255 - u16::from(*black)) / 255) as u8;
    [left(*cyan), left(*magenta), left(*yellow)]
}
