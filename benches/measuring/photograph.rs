//! Pictures that are as hard to encode and to read as photographs. Writes no files.

use image::{Rgb, RgbImage};

/// Six megapixels with slopes and grain, another for each number.
pub(crate) fn photograph(number: u32) -> RgbImage {
    let mut grain = number.wrapping_mul(2_654_435_761) | 1;
    RgbImage::from_fn(3000, 2000, |x, y| {
        grain ^= grain << 13;
        grain ^= grain >> 17;
        grain ^= grain << 5;
        let noise = (grain & 15) as u8;
        let slope = |a: u32| ((a + number * 37) % 200) as u8;
        Rgb([slope(x / 15) + noise, slope(y / 10) + noise, slope((x + y) / 25) + noise])
    })
}
