//! EXIF: what the camera knew.

use super::{Facts, Place, Said, Taken, clock};
use crate::{
    orientation::Orientation,
    tiff::{Directory, Entry, Tiff, tag},
};

const EXPOSURE_TIME: u16 = 0x829a;
const F_NUMBER: u16 = 0x829d;
const ISO: u16 = 0x8827;
const ISO_LONG: u16 = 0x8833;
const TAKEN: u16 = 0x9003;
const DIGITIZED: u16 = 0x9004;
const OFFSET_TAKEN: u16 = 0x9011;
const OFFSET_DIGITIZED: u16 = 0x9012;
const FRACTION_TAKEN: u16 = 0x9291;
const FRACTION_DIGITIZED: u16 = 0x9292;
const FLASH: u16 = 0x9209;
const FOCAL_LENGTH: u16 = 0x920a;
const COLOUR_SPACE: u16 = 0xa001;
const LENS: u16 = 0xa434;
const RATING: u16 = 0x4746;

#[derive(Default)]
pub(super) struct Exif {
    pub facts: Facts,
    pub said: Said,
    pub orientation: Orientation,
}

/// All directories of all blocks together: Canon's newest RAW files put each into a block of its own.
struct Directories<'a>(Vec<Directory<'a>>);

impl<'a> Directories<'a> {
    fn of(blocks: &[&'a [u8]]) -> Directories<'a> {
        let mut found = Vec::new();
        for tiff in blocks.iter().filter_map(|block| Tiff::new(block)) {
            let Some(first) = tiff.first() else { continue };
            let camera = tiff.below(&first, tag::EXIF);
            let place = tiff.below(&first, tag::GPS);
            found.push(first);
            found.extend([camera, place].into_iter().flatten());
        }
        Directories(found)
    }

    fn get(&self, tag: u16) -> Option<Entry<'a>> {
        self.0.iter().find_map(|directory| directory.get(tag))
    }

    fn text(&self, tag: u16) -> Option<String> {
        self.0.iter().find_map(|directory| directory.text(tag))
    }

    fn uint(&self, tag: u16) -> Option<u32> {
        self.get(tag)?.uint(0)
    }

    /// Nothing that is measured here is zero.
    fn number(&self, tag: u16) -> Option<f64> {
        self.get(tag)?.number(0).filter(|number| *number > 0.0)
    }
}

pub(super) fn read(blocks: &[&[u8]]) -> Exif {
    let all = Directories::of(blocks);
    let facts = Facts {
        taken: taken(&all),
        camera: camera(&all),
        lens: all.text(LENS),
        exposure_time: all.number(EXPOSURE_TIME),
        aperture: all.number(F_NUMBER),
        iso: iso(&all),
        focal_length: all.number(FOCAL_LENGTH),
        flash: flash(&all),
        place: place(&all),
        profile: (all.uint(COLOUR_SPACE) == Some(1)).then(|| "sRGB".to_owned()),
        ..Facts::default()
    };
    let rating = all.uint(RATING).and_then(|stars| u8::try_from(stars).ok()).filter(|stars| (1..=5).contains(stars));
    let said = Said { caption: caption(&all), rating, ..Said::default() };
    Exif { facts, said, orientation: Orientation::from_exif(all.uint(tag::ORIENTATION).unwrap_or(1)) }
}

/// A camera that has none is not asked whether it fired.
fn flash(all: &Directories<'_>) -> Option<bool> {
    const FIRED: u32 = 1;
    const IS_NONE: u32 = 1 << 5;
    all.uint(FLASH).filter(|flash| flash & IS_NONE == 0).map(|flash| flash & FIRED != 0)
}

/// What does not fit the old field's two bytes stands in the newer one.
fn iso(all: &Directories<'_>) -> Option<u32> {
    let short = all.uint(ISO).filter(|iso| *iso > 0);
    if short == Some(0xffff) { all.uint(ISO_LONG).or(short) } else { short }
}

/// Many cameras write what they are called there, in every picture.
fn caption(all: &Directories<'_>) -> Option<String> {
    const SAID_BY_CAMERAS: &[&str] = &[
        "OLYMPUS DIGITAL CAMERA",
        "SONY DSC",
        "MINOLTA DIGITAL CAMERA",
        "KODAK DIGITAL STILL CAMERA",
        "DCIM",
        "DIGITAL CAMERA",
    ];
    all.text(tag::DESCRIPTION).filter(|text| !SAID_BY_CAMERAS.contains(&text.to_uppercase().as_str()))
}

/// Makers repeat their name in the model more often than not.
fn camera(all: &Directories<'_>) -> Option<String> {
    match (all.text(tag::MAKE), all.text(tag::MODEL)) {
        (Some(make), Some(model)) => {
            let first = make.split_whitespace().next().unwrap_or(&make).to_lowercase();
            Some(if model.to_lowercase().starts_with(&first) { model } else { format!("{make} {model}") })
        }
        (make, model) => model.or(make),
    }
}

fn taken(all: &Directories<'_>) -> Option<Taken> {
    [(TAKEN, OFFSET_TAKEN, FRACTION_TAKEN), (DIGITIZED, OFFSET_DIGITIZED, FRACTION_DIGITIZED)].into_iter().find_map(
        |(at, offset, fraction)| {
            let wall = clock::of_exif(&all.text(at)?, all.text(fraction).as_deref())?;
            Taken::new(wall, all.text(offset).and_then(|text| clock::offset_minutes(&text)))
        },
    )
}

fn place(all: &Directories<'_>) -> Option<Place> {
    // these numbers mean something else in other directories
    let gps = all.0.iter().find(|directory| directory.get(2).is_some() && directory.get(4).is_some())?;
    let degrees = |tag: u16, most: f64, backwards: &str| {
        let entry = gps.get(tag)?;
        let degrees =
            entry.number(0)? + entry.number(1).unwrap_or(0.0) / 60.0 + entry.number(2).unwrap_or(0.0) / 3600.0;
        let is_backwards = gps.text(tag - 1).is_some_and(|text| text.to_uppercase().starts_with(backwards));
        (degrees <= most).then_some(if is_backwards { -degrees } else { degrees })
    };
    let (latitude, longitude) = (degrees(2, 90.0, "S")?, degrees(4, 180.0, "W")?);
    // where no satellite was seen, zeros are written
    if latitude == 0.0 && longitude == 0.0 {
        return None;
    }
    let below_sea = gps.uint(5) == Some(1);
    let altitude = gps.number(6).map(|metres| if below_sea { -metres } else { metres });
    Some(Place { latitude, longitude, altitude })
}
