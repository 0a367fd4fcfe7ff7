//! A piece as PNG, with every bit that the picture has.

use image::{
    DynamicImage, ExtendedColorType, ImageEncoder,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};

use super::{Cropped, Kind, Source};
use crate::{
    decode::{Refusal, others::decode_whole},
    format::Format,
    orientation::Orientation,
};

pub(super) fn crop(source: &Source<'_>) -> Result<Cropped, String> {
    let piece = upright_piece(source)?;
    let size = (piece.width(), piece.height());
    let mut bytes = Vec::new();
    let failed = |_| "The crop could not be written.".to_owned();
    let mut encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
    if let Some(icc) = source.job.icc() {
        encoder.set_icc_profile(icc.to_vec()).map_err(failed)?;
    }
    if let Some(exif) = source.exif(size) {
        encoder.set_exif_metadata(exif).map_err(failed)?;
    }
    let colours = ExtendedColorType::from(piece.color());
    encoder
        .write_image(piece.as_bytes(), size.0, size.1, colours)
        .map_err(|_| "The crop could not be written.".to_owned())?;
    if let Some(xmp) = source.xmp() {
        bytes = with_xmp(bytes, &xmp);
    }
    Ok(Cropped { bytes, format: Format::Png, width: size.0, height: size.1, kind: Kind::Lossless })
}

pub(super) fn upright_piece(source: &Source<'_>) -> Result<DynamicImage, String> {
    let (whole, _) = decode_whole(&source.job).map_err(Refusal::sentence)?;
    let area = source.area_of((whole.width(), whole.height()));
    let mut piece = whole.crop_imm(area.x, area.y, area.width, area.height);
    drop(whole);
    piece.apply_orientation(as_image_has_it(source.orientation));
    Ok(piece)
}

fn as_image_has_it(orientation: Orientation) -> image::metadata::Orientation {
    image::metadata::Orientation::from_exif(orientation.exif()).unwrap_or(image::metadata::Orientation::NoTransforms)
}

/// Behind the head, which is always as long.
fn with_xmp(mut png: Vec<u8>, xmp: &[u8]) -> Vec<u8> {
    const HEAD_END: usize = 33;
    let data = [&b"iTXtXML:com.adobe.xmp\0\0\0\0\0"[..], xmp].concat();
    let Ok(length) = u32::try_from(data.len() - 4) else { return png };
    let mut crc = flate2::Crc::new();
    crc.update(&data);
    let chunk = [&length.to_be_bytes()[..], &data, &crc.sum().to_be_bytes()].concat();
    png.splice(HEAD_END..HEAD_END, chunk);
    png
}
