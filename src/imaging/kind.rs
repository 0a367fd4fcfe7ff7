//! What a file is, by its first bytes. Decodes nothing.

use image::ImageFormat;

#[derive(Debug, PartialEq)]
pub(super) struct Kind {
    pub name: &'static str,
    pub mime: &'static str,
    pub decoder: Option<ImageFormat>,
}

const fn decoded(name: &'static str, mime: &'static str, format: ImageFormat) -> Kind {
    Kind { name, mime, decoder: Some(format) }
}

const fn undecoded(name: &'static str, mime: &'static str) -> Kind {
    Kind { name, mime, decoder: None }
}

/// The kind of picture, or why it is none.
pub(super) fn of(bytes: &[u8]) -> Result<Kind, String> {
    if bytes.is_empty() {
        return Err("The file is empty.".into());
    }
    if bytes.iter().take(64 << 10).all(|byte| *byte == 0) {
        return Err("The file holds only zeros: it was never written to its end.".into());
    }
    if let Some(brand) = brand(bytes) {
        return of_brand(brand);
    }
    of_magic(bytes).ok_or_else(|| not_a_picture(bytes))
}

fn of_magic(bytes: &[u8]) -> Option<Kind> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let at = |offset: usize, magic: &[u8]| bytes.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    let kind = if starts(b"\xff\xd8\xff") {
        decoded("JPEG", "image/jpeg", ImageFormat::Jpeg)
    } else if starts(b"\x89PNG\r\n\x1a\n") {
        decoded("PNG", "image/png", ImageFormat::Png)
    } else if starts(b"GIF8") {
        decoded("GIF", "image/gif", ImageFormat::Gif)
    } else if starts(b"RIFF") && at(8, b"WEBP") {
        decoded("WebP", "image/webp", ImageFormat::WebP)
    } else if starts(b"BM") && bytes.len() > 26 {
        decoded("BMP", "image/bmp", ImageFormat::Bmp)
    } else if starts(b"\xff\x0a") || starts(b"\0\0\0\x0cJXL ") {
        undecoded("JPEG XL", "image/jxl")
    } else if starts(b"II*\0") && at(8, b"CR") {
        undecoded("Canon RAW", "image/x-canon-cr2")
    } else if starts(b"FUJIFILM") {
        undecoded("Fujifilm RAW", "image/x-fuji-raf")
    } else if starts(b"IIRO") || starts(b"IIRS") || starts(b"IIU\0") {
        undecoded("camera RAW", "image/x-raw")
    } else if starts(b"II*\0") || starts(b"MM\0*") {
        decoded("TIFF", "image/tiff", ImageFormat::Tiff)
    } else {
        return None;
    };
    Some(kind)
}

/// The major brand of an ISO base media file.
fn brand(bytes: &[u8]) -> Option<[u8; 4]> {
    let is_box = bytes.get(4..8) == Some(b"ftyp".as_slice());
    is_box.then(|| bytes.get(8..12)?.try_into().ok()).flatten()
}

fn of_brand(brand: [u8; 4]) -> Result<Kind, String> {
    match &brand {
        b"avif" | b"avis" => Ok(undecoded("AVIF", "image/avif")),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => {
            Ok(undecoded("HEIC", "image/heic"))
        }
        b"crx " => Ok(undecoded("Canon RAW", "image/x-canon-cr3")),
        _ => Err("Not an image: it is a video.".into()),
    }
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
    ];
    if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return format!("Not an image: it is {what}.");
    }
    let head = &bytes[..bytes.len().min(512)];
    let is_text = std::str::from_utf8(head).map_or_else(|error| error.valid_up_to() > 500, |_| true)
        && !head.iter().any(|byte| *byte < 9);
    if is_text {
        "Not an image: it is text.".into()
    } else {
        "Not an image, or damaged from its first bytes on.".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_bytes() {
        let name = |bytes: &[u8]| of(bytes).map(|kind| kind.name);
        assert_eq!(name(b"\xff\xd8\xff\xe0 and so on"), Ok("JPEG"));
        assert_eq!(name(b"\0\0\0\x18ftypheic\0\0\0\0"), Ok("HEIC"));
        assert_eq!(name(b"%PDF-1.7"), Err("Not an image: it is a PDF.".into()));
        assert_eq!(name(b"hello"), Err("Not an image: it is text.".into()));
        assert_eq!(name(b""), Err("The file is empty.".into()));
        assert!(name(&[0; 100]).is_err());
    }
}
