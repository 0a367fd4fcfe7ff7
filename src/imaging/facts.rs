//! What the camera wrote beside the pixels. Believes nothing it cannot read: a fact is right or absent.

use std::io::Cursor;

use exif::{Exif, In, Rational, Reader, Tag, Value};
use serde::{Deserialize, Serialize};
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    #[serde(skip)]
    pub taken: Option<Taken>,
    #[serde(skip)]
    pub camera: Option<String>,
    #[serde(skip)]
    pub lens: Option<String>,
    /// In seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure_time: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aperture: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iso: Option<u32>,
    /// In millimetres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focal_length: Option<f64>,
}

/// The camera's wall clock, read as UTC where it does not say its offset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken {
    pub at: OffsetDateTime,
    pub offset_min: Option<i16>,
}

pub(super) fn read(bytes: &[u8]) -> Facts {
    let Ok(exif) = Reader::new().read_from_container(&mut Cursor::new(bytes)) else {
        return Facts::default();
    };
    Facts {
        taken: taken(&exif),
        camera: camera(&exif),
        lens: text(&exif, Tag::LensModel),
        exposure_time: number(&exif, Tag::ExposureTime),
        aperture: number(&exif, Tag::FNumber),
        iso: exif.get_field(Tag::PhotographicSensitivity, In::PRIMARY).and_then(|field| field.value.get_uint(0)),
        focal_length: number(&exif, Tag::FocalLength),
    }
}

impl Facts {
    /// "1/250 s, f/2.8, ISO 200, 35 mm", as much of it as is known.
    pub fn exposure(&self) -> Option<String> {
        let parts: Vec<String> = [
            self.exposure_time.map(shown_time),
            self.aperture.map(|aperture| format!("f/{}", shown(aperture))),
            self.iso.map(|iso| format!("ISO {iso}")),
            self.focal_length.map(|length| format!("{} mm", shown(length))),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

fn shown_time(seconds: f64) -> String {
    if seconds < 0.3 { format!("1/{} s", (1.0 / seconds).round()) } else { format!("{} s", shown(seconds)) }
}

/// One decimal, and none where it would be zero.
fn shown(number: f64) -> String {
    let rounded = (number * 10.0).round() / 10.0;
    format!("{rounded}")
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let Value::Ascii(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let text = String::from_utf8_lossy(parts.first()?);
    let text = text.trim_matches(|sign: char| sign == '\0' || sign.is_whitespace());
    (!text.is_empty()).then(|| text.to_owned())
}

fn number(exif: &Exif, tag: Tag) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let Rational { num, denom } = *parts.first()?;
    (num > 0 && denom > 0).then(|| f64::from(num) / f64::from(denom))
}

/// Makers repeat their name in the model more often than not.
fn camera(exif: &Exif) -> Option<String> {
    let (make, model) = (text(exif, Tag::Make), text(exif, Tag::Model));
    match (make, model) {
        (Some(make), Some(model)) => {
            let first = make.split_whitespace().next().unwrap_or(&make).to_lowercase();
            Some(if model.to_lowercase().starts_with(&first) { model } else { format!("{make} {model}") })
        }
        (make, model) => model.or(make),
    }
}

fn taken(exif: &Exif) -> Option<Taken> {
    let (tag, offset) =
        [(Tag::DateTimeOriginal, Tag::OffsetTimeOriginal), (Tag::DateTimeDigitized, Tag::OffsetTimeDigitized)]
            .into_iter()
            .find(|(tag, _)| exif.get_field(*tag, In::PRIMARY).is_some())?;
    let wall = wall_clock(&text(exif, tag)?)?;
    let offset_min = text(exif, offset).and_then(|text| offset_minutes(&text));
    let offset = UtcOffset::from_whole_seconds(i32::from(offset_min.unwrap_or(0)) * 60).ok()?;
    Some(Taken { at: wall.assume_offset(offset), offset_min })
}

/// `2026:11:17 16:42:05`
fn wall_clock(text: &str) -> Option<PrimitiveDateTime> {
    let numbers: Vec<u16> = text.get(..19)?.split([':', ' ']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let &[year, month, day, hour, minute, second] = numbers.as_slice() else { return None };
    let small = |number: u16| u8::try_from(number).ok();
    // cameras without a clock write year zero
    let year = (year > 0).then_some(i32::from(year))?;
    let date = Date::from_calendar_date(year, Month::try_from(small(month)?).ok()?, small(day)?).ok()?;
    Some(PrimitiveDateTime::new(date, Time::from_hms(small(hour)?, small(minute)?, small(second)?).ok()?))
}

/// `+02:00`
fn offset_minutes(text: &str) -> Option<i16> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i16, i16) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..=14).contains(&hours) && (0..60).contains(&minutes)).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_read_or_left() {
        assert!(wall_clock("2026:11:17 16:42:05").is_some());
        for text in ["0000:00:00 00:00:00", "2026:13:01 00:00:00", "    :  :     :  :  ", "2026-11-17", ""] {
            assert_eq!(wall_clock(text), None, "{text}");
        }
        assert_eq!(offset_minutes("+02:00"), Some(120));
        assert_eq!(offset_minutes("-03:30"), Some(-210));
        assert_eq!(offset_minutes("Z"), None);
    }

    #[test]
    fn exposures_read_as_photographers_write_them() {
        let facts = Facts {
            exposure_time: Some(1.0 / 250.0),
            aperture: Some(2.8),
            iso: Some(200),
            focal_length: Some(35.0),
            ..Facts::default()
        };
        assert_eq!(facts.exposure().as_deref(), Some("1/250 s, f/2.8, ISO 200, 35 mm"));
        assert_eq!(Facts { exposure_time: Some(2.5), ..Facts::default() }.exposure().as_deref(), Some("2.5 s"));
        assert_eq!(Facts::default().exposure(), None);
    }
}
