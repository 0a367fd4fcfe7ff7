//! What a file is, by its bytes. Names are not asked, nothing is decoded.

use crate::tiff::{Tiff, tag};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Jpeg,
    Png,
    Gif,
    WebP,
    Tiff,
    Bmp,
    Avif,
    Heic,
    JpegXl,
    Raw(Raw),
}

/// What cameras wrote before anything was developed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raw {
    Dng,
    CanonCr2,
    CanonCr3,
    Nikon,
    Sony,
    Fujifilm,
    Olympus,
    Panasonic,
    Other,
}

/// The list of all formats: one that is forgotten does not compile.
macro_rules! every {
    ($($format:ident $(($raw:ident))?),+ $(,)?) => {{
        const fn _none_is_forgotten(format: Format) {
            match format {
                $(Format::$format $((Raw::$raw))? => {})+
            }
        }
        &[$(Format::$format $((Raw::$raw))?),+]
    }};
}

impl Format {
    pub const ALL: &[Format] = every!(
        Jpeg,
        Png,
        Gif,
        WebP,
        Tiff,
        Bmp,
        Avif,
        Heic,
        JpegXl,
        Raw(Dng),
        Raw(CanonCr2),
        Raw(CanonCr3),
        Raw(Nikon),
        Raw(Sony),
        Raw(Fujifilm),
        Raw(Olympus),
        Raw(Panasonic),
        Raw(Other),
    );

    /// As [`Format::mime`] writes it; other names that a format may have are not known.
    pub fn of_mime(mime: &str) -> Option<Format> {
        Format::ALL.iter().copied().find(|format| format.mime() == mime)
    }

    pub fn mime(self) -> &'static str {
        match self {
            Format::Jpeg => "image/jpeg",
            Format::Png => "image/png",
            Format::Gif => "image/gif",
            Format::WebP => "image/webp",
            Format::Tiff => "image/tiff",
            Format::Bmp => "image/bmp",
            Format::Avif => "image/avif",
            Format::Heic => "image/heic",
            Format::JpegXl => "image/jxl",
            Format::Raw(raw) => match raw {
                Raw::Dng => "image/x-adobe-dng",
                Raw::CanonCr2 => "image/x-canon-cr2",
                Raw::CanonCr3 => "image/x-canon-cr3",
                Raw::Nikon => "image/x-nikon-nef",
                Raw::Sony => "image/x-sony-arw",
                Raw::Fujifilm => "image/x-fuji-raf",
                Raw::Olympus => "image/x-olympus-orf",
                Raw::Panasonic => "image/x-panasonic-rw2",
                Raw::Other => "image/x-raw",
            },
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Format::Jpeg => "JPEG",
            Format::Png => "PNG",
            Format::Gif => "GIF",
            Format::WebP => "WebP",
            Format::Tiff => "TIFF",
            Format::Bmp => "BMP",
            Format::Avif => "AVIF",
            Format::Heic => "HEIC",
            Format::JpegXl => "JPEG XL",
            Format::Raw(_) => "camera RAW",
        }
    }
}

/// The format, or why it is no picture, as a sentence.
pub fn of(bytes: &[u8]) -> Result<Format, String> {
    if bytes.is_empty() {
        return Err("The file is empty.".into());
    }
    if bytes.iter().take(64 << 10).all(|byte| *byte == 0) {
        return Err("The file holds only zeros: it was never written to its end.".into());
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return of_brands(bytes);
    }
    of_magic(bytes).ok_or_else(|| not_a_picture(bytes))
}

fn of_magic(bytes: &[u8]) -> Option<Format> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let at = |offset: usize, magic: &[u8]| bytes.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    let format = if starts(b"\xff\xd8\xff") {
        Format::Jpeg
    } else if starts(b"\x89PNG\r\n\x1a\n") {
        Format::Png
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        Format::Gif
    } else if starts(b"RIFF") && at(8, b"WEBP") {
        Format::WebP
    } else if starts(b"BM") && bytes.len() > 26 && bytes.get(6..10) == Some(&[0; 4]) {
        Format::Bmp
    } else if starts(b"\xff\x0a") || starts(b"\0\0\0\x0cJXL ") {
        Format::JpegXl
    } else if starts(b"FUJIFILMCCD-RAW") {
        Format::Raw(Raw::Fujifilm)
    } else if starts(b"II+\0") || starts(b"MM\0+") {
        Format::Tiff
    } else {
        return of_tiff(bytes);
    };
    Some(format)
}

fn of_tiff(bytes: &[u8]) -> Option<Format> {
    let raw = match bytes.get(..4)? {
        b"IIRO" | b"IIRS" | b"MMOR" => Raw::Olympus,
        b"IIU\0" => Raw::Panasonic,
        b"II*\0" | b"MM\0*" if bytes.get(8..10) == Some(b"CR") => Raw::CanonCr2,
        b"II*\0" | b"MM\0*" => match raw_in_tiff(bytes) {
            Some(raw) => raw,
            None => return Some(Format::Tiff),
        },
        _ => return None,
    };
    Some(Format::Raw(raw))
}

/// Most cameras wrap what their sensor saw in a TIFF. Colours that still lie in the sensor's mosaic tell it.
fn raw_in_tiff(bytes: &[u8]) -> Option<Raw> {
    const MOSAIC: u32 = 32803;
    const LINEAR: u32 = 34892;
    let tiff = Tiff::new(bytes)?;
    let first = tiff.first()?;
    if first.get(tag::DNG_VERSION).is_some() {
        return Some(Raw::Dng);
    }
    let is_raw = |photometric| photometric == MOSAIC || photometric == LINEAR;
    if !tiff.directories().iter().any(|directory| directory.uint(tag::PHOTOMETRIC).is_some_and(is_raw)) {
        return None;
    }
    let make = first.text(tag::MAKE).unwrap_or_default().to_lowercase();
    let makers = [("nikon", Raw::Nikon), ("sony", Raw::Sony)];
    Some(makers.iter().find(|(name, _)| make.starts_with(name)).map_or(Raw::Other, |(_, raw)| *raw))
}

/// An ISO base media file lists the formats that it can be read as, its own first.
fn of_brands(bytes: &[u8]) -> Result<Format, String> {
    let size = bytes.first_chunk().map_or(0, |size| u32::from_be_bytes(*size)) as usize;
    let list = bytes.get(8..size.clamp(12, 256).min(bytes.len())).unwrap_or_default();
    let known = list.chunks_exact(4).find_map(|brand| match brand {
        b"avif" | b"avis" => Some(Format::Avif),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some(Format::Heic),
        b"crx " => Some(Format::Raw(Raw::CanonCr3)),
        _ => None,
    });
    let is_still = list.starts_with(b"mif1") || list.starts_with(b"msf1");
    known.or(is_still.then_some(Format::Heic)).ok_or_else(|| "Not a picture: it is a video.".into())
}

fn not_a_picture(bytes: &[u8]) -> String {
    const OTHERS: &[(&[u8], &str)] = &[
        (b"%PDF", "a PDF"),
        (b"PK\x03\x04", "a zip archive or an office document"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"7z\xbc\xaf", "a 7z archive"),
        (b"Rar!", "a RAR archive"),
        (b"\x7fELF", "a program"),
        (b"MZ", "a program"),
        (b"OggS", "a sound or video file"),
        (b"ID3", "a sound file"),
        (b"\x1aE\xdf\xa3", "a video"),
        (b"8BPS", "a Photoshop document"),
    ];
    if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return format!("Not a picture: it is {what}.");
    }
    let head = &bytes[..bytes.len().min(512)];
    let is_text = std::str::from_utf8(head).map_or_else(|error| error.valid_up_to() > 500, |_| true)
        && !head.iter().any(|byte| *byte < 9);
    if is_text {
        "Not a picture: it is text.".into()
    } else {
        "Not a picture, or damaged from its first bytes on.".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_again_by_its_mime_type() {
        for format in Format::ALL {
            assert_eq!(Format::of_mime(format.mime()), Some(*format));
        }
        assert_eq!(Format::of_mime("text/plain"), None);
    }

    #[test]
    fn formats_are_told_by_their_bytes() {
        let name = |bytes: &[u8]| of(bytes).map(Format::name);
        assert_eq!(name(b"\xff\xd8\xff\xe0 and so on"), Ok("JPEG"));
        assert_eq!(name(b"\0\0\0\x18ftypheic\0\0\0\0"), Ok("HEIC"));
        assert_eq!(name(b"\0\0\0\x20ftypmif1\0\0\0\0mif1avifmiaf\0\0"), Ok("AVIF"));
        assert_eq!(name(b"\0\0\0\x18ftypisom\0\0\0\0"), Err("Not a picture: it is a video.".into()));
        assert_eq!(name(b"%PDF-1.7"), Err("Not a picture: it is a PDF.".into()));
        assert_eq!(name(b"hello"), Err("Not a picture: it is text.".into()));
        assert_eq!(name(b""), Err("The file is empty.".into()));
        assert!(name(&[0; 100]).is_err());
    }
}
