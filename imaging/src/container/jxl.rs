//! JPEG XL, bare or in its boxes.

use std::borrow::Cow;

use jxl_oxide::{AuxBoxData, InitializeResult, JxlImage};

use super::{Container, ENDS_EARLY, isobmff};
use crate::orientation::Orientation;

pub(super) fn read(bytes: &[u8]) -> Container<'_> {
    let mut reader = JxlImage::builder().build_uninit();
    if reader.feed_bytes(bytes).is_err() {
        return Container::default();
    }
    let Ok(InitializeResult::Initialized(mut image)) = reader.try_init() else { return Container::default() };
    // boxes that reach to the file's end are whole only now; what else is wrong, decoding tells
    let _ = image.finalize();
    let header = image.image_header();
    let data = |found: AuxBoxData<&[u8]>| match found {
        AuxBoxData::Data(data) => Some(Cow::Owned(data.to_vec())),
        _ => None,
    };
    let exif = image.aux_boxes().first_exif().ok().and_then(|found| match found {
        AuxBoxData::Data(exif) => Some(Cow::Owned(exif.payload().to_vec())),
        _ => None,
    });
    let is_whole = bytes.starts_with(b"\xff\x0a") || isobmff::is_whole(bytes);
    Container {
        damage: (!is_whole).then_some(ENDS_EARLY),
        // as it is seen: the decoder turns it
        size: Some((image.width(), image.height())),
        depth: u8::try_from(header.metadata.bit_depth.bits_per_sample()).ok(),
        animated: header.metadata.animation.is_some(),
        alpha: image.pixel_format().has_alpha(),
        turned: Some(Orientation::UPRIGHT),
        exif,
        xmp: data(image.aux_boxes().first_xml()),
        icc: image.original_icc().map(|icc| Cow::Owned(icc.to_vec())),
        ..Container::default()
    }
}
