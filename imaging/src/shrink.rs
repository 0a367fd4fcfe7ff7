//! Makes pictures smaller: whole ones, and those that come row by row and are too large to be held. Alone knows the filter.

use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};

use crate::pixels::{Channels, Pixels};

/// Rows that are made narrower together.
const BAND_ROWS: usize = 64;

pub(crate) fn fit((width, height): (u32, u32), edge: u32) -> (u32, u32) {
    let long = width.max(height);
    if long <= edge {
        return (width, height);
    }
    let scale = |side: u32| {
        let scaled = (u64::from(side) * u64::from(edge) + u64::from(long) / 2) / u64::from(long);
        u32::try_from(scaled).unwrap_or(edge).max(1)
    };
    (scale(width), scale(height))
}

/// The long edge at most `edge`. A picture that is small enough keeps its size.
pub(crate) fn shrink(pixels: &Pixels, edge: u32) -> Option<Pixels> {
    let (width, height) = fit((pixels.width, pixels.height), edge);
    if (width, height) == (pixels.width, pixels.height) {
        return Some(pixels.clone());
    }
    let data = resize(&pixels.data, pixels.channels, (pixels.width, pixels.height), (width, height))?;
    Some(Pixels { width, height, channels: pixels.channels, data })
}

fn resize(data: &[u8], channels: Channels, from: (u32, u32), to: (u32, u32)) -> Option<Vec<u8>> {
    let kind = if channels == Channels::Rgb { PixelType::U8x3 } else { PixelType::U8x4 };
    let source = ImageRef::new(from.0, from.1, data, kind).ok()?;
    let mut target = Image::new(to.0, to.1, kind);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .use_alpha(channels == Channels::Rgba);
    Resizer::new().resize(&source, &mut target, &options).ok()?;
    Some(target.into_vec())
}

/// Takes rows from top to bottom and holds them at the width that is wanted in the end: the filter works in two steps,
/// and the first needs no row but its own.
pub(crate) struct Rows {
    channels: Channels,
    whole: (u32, u32),
    small: (u32, u32),
    band: Vec<u8>,
    narrow: Vec<u8>,
}

impl Rows {
    pub(crate) fn new(whole: (u32, u32), channels: Channels, edge: Option<u32>) -> Rows {
        let small = edge.map_or(whole, |edge| fit(whole, edge));
        let row = |width: u32| width as usize * channels.count();
        let band = Vec::with_capacity(if small == whole { 0 } else { row(whole.0) * BAND_ROWS });
        Rows { channels, whole, small, band, narrow: Vec::with_capacity(row(small.0) * whole.1 as usize) }
    }

    pub(crate) fn push(&mut self, row: &[u8]) -> Option<()> {
        if self.small == self.whole {
            self.narrow.extend_from_slice(row);
            return Some(());
        }
        self.band.extend_from_slice(row);
        if self.band.len() >= row.len() * BAND_ROWS { self.narrow_band() } else { Some(()) }
    }

    fn narrow_band(&mut self) -> Option<()> {
        let rows = (self.band.len() / (self.whole.0 as usize * self.channels.count())) as u32;
        if rows > 0 {
            let narrow = resize(&self.band, self.channels, (self.whole.0, rows), (self.small.0, rows))?;
            self.narrow.extend(narrow);
            self.band.clear();
        }
        Some(())
    }

    /// Rows that never came are grey.
    pub(crate) fn finish(mut self) -> Option<Pixels> {
        self.narrow_band()?;
        let tall = (self.small.0, self.whole.1);
        let there = self.narrow.len();
        let wanted = tall.0 as usize * tall.1 as usize * self.channels.count();
        if there < wanted {
            let rest = ((wanted - there) / (tall.0 as usize * self.channels.count())) as u32;
            self.narrow.extend(Pixels::grey(tall.0, rest, self.channels).data);
        }
        let data =
            if self.small == tall { self.narrow } else { resize(&self.narrow, self.channels, tall, self.small)? };
        Some(Pixels { width: self.small.0, height: self.small.1, channels: self.channels, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_fitted_and_never_enlarged() {
        assert_eq!(fit((6000, 4000), 1600), (1600, 1067));
        assert_eq!(fit((300, 200), 1600), (300, 200));
        assert_eq!(fit((50_000, 1), 400), (400, 1));
    }

    #[test]
    fn row_by_row_gives_the_same_picture() {
        let size = (301, 203);
        let part = |x: u32, y: u32, channel: u32| ((x + y * channel) / 3) as u8;
        let data = (0..size.1)
            .flat_map(|y| (0..size.0).flat_map(move |x| (0..3).map(move |channel| part(x, y, channel))))
            .collect();
        let whole = Pixels { width: size.0, height: size.1, channels: Channels::Rgb, data };
        let mut rows = Rows::new(size, Channels::Rgb, Some(100));
        for row in whole.data.chunks(whole.row_bytes()) {
            rows.push(row).expect("a row");
        }
        let (one, other) = (rows.finish().expect("pixels"), shrink(&whole, 100).expect("pixels"));
        assert_eq!((one.width, one.height), (other.width, other.height));
        let furthest = one.data.iter().zip(&other.data).map(|(one, other)| one.abs_diff(*other)).max();
        // the order of the two steps moves what is rounded
        assert!(furthest <= Some(2), "{furthest:?}");
    }
}
