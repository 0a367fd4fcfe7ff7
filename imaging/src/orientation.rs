//! The eight ways in which a picture can lie, as EXIF numbers them, and how it is set upright.

use crate::pixels::Pixels;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orientation(u8);

/// Pixels are moved in squares of this edge, which stay in the processor's cache however the picture is turned.
const BLOCK: u32 = 32;

impl Default for Orientation {
    fn default() -> Orientation {
        Orientation::UPRIGHT
    }
}

impl Orientation {
    pub const UPRIGHT: Orientation = Orientation(1);

    /// What is no orientation says nothing.
    pub fn from_exif(number: u32) -> Orientation {
        u8::try_from(number).ok().filter(|number| (1..=8).contains(number)).map_or(Orientation::UPRIGHT, Orientation)
    }

    pub fn exif(self) -> u8 {
        self.0
    }

    /// Whether width and height change places.
    pub fn swaps_edges(self) -> bool {
        self.0 >= 5
    }

    pub fn size_seen(self, (width, height): (u32, u32)) -> (u32, u32) {
        if self.swaps_edges() { (height, width) } else { (width, height) }
    }

    /// Where a pixel of the picture as seen lies in the picture as stored, whose size is given.
    fn stored(self, (width, height): (u32, u32), (x, y): (u32, u32)) -> (u32, u32) {
        let (right, bottom) = (width - 1, height - 1);
        match self.0 {
            2 => (right - x, y),
            3 => (right - x, bottom - y),
            4 => (x, bottom - y),
            5 => (y, x),
            6 => (y, bottom - x),
            7 => (right - y, bottom - x),
            8 => (right - y, x),
            _ => (x, y),
        }
    }

    /// A rectangle of the picture as seen, in the picture as stored.
    pub fn stored_area(self, stored: (u32, u32), area: Area) -> Area {
        let last = (area.x + area.width - 1, area.y + area.height - 1);
        let (one, other) = (self.stored(stored, (area.x, area.y)), self.stored(stored, last));
        Area {
            x: one.0.min(other.0),
            y: one.1.min(other.1),
            width: one.0.abs_diff(other.0) + 1,
            height: one.1.abs_diff(other.1) + 1,
        }
    }

    pub fn set_upright(self, pixels: Pixels) -> Pixels {
        if self == Orientation::UPRIGHT {
            return pixels;
        }
        let (_, height) = self.size_seen((pixels.width, pixels.height));
        self.rows_seen(&pixels, 0, height)
    }

    /// The picture as seen in pieces, from top to bottom: what is large need not be held twice to be turned.
    pub fn bands(self, stored: &Pixels) -> impl Iterator<Item = Pixels> {
        let (_, height) = self.size_seen((stored.width, stored.height));
        (0..height).step_by(BLOCK as usize).map(move |top| self.rows_seen(stored, top, BLOCK.min(height - top)))
    }

    fn rows_seen(self, from: &Pixels, top: u32, height: u32) -> Pixels {
        let (width, _) = self.size_seen((from.width, from.height));
        let mut seen = Pixels {
            width,
            height,
            channels: from.channels,
            data: vec![0; width as usize * height as usize * from.channels.count()],
        };
        match from.channels.count() {
            _ if self == Orientation::UPRIGHT => {
                let start = top as usize * from.row_bytes();
                let end = start + seen.data.len();
                seen.data.copy_from_slice(&from.data[start..end]);
            }
            3 => self.turn::<3>(from, top, &mut seen),
            _ => self.turn::<4>(from, top, &mut seen),
        }
        seen
    }

    /// Fills in what is seen from the row `first` on.
    fn turn<const N: usize>(self, from: &Pixels, first: u32, seen: &mut Pixels) {
        let stored = (from.width, from.height);
        let (width, height) = (seen.width, seen.height);
        let (source, target) = (from.data.as_chunks::<N>().0, seen.data.as_chunks_mut::<N>().0);
        let row = width as usize;
        for top in (0..height).step_by(BLOCK as usize) {
            for left in (0..width).step_by(BLOCK as usize) {
                for y in top..height.min(top + BLOCK) {
                    for x in left..width.min(left + BLOCK) {
                        let (from_x, from_y) = self.stored(stored, (x, first + y));
                        target[y as usize * row + x as usize] =
                            source[from_y as usize * from.width as usize + from_x as usize];
                    }
                }
            }
        }
    }
}

/// A rectangle of whole pixels, never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Channels;

    /// Two wide, three high; its first channel counts the pixels.
    fn numbered() -> Pixels {
        Pixels {
            width: 2,
            height: 3,
            channels: Channels::Rgb,
            data: (0..6).flat_map(|number| [number, 0, 0]).collect(),
        }
    }

    #[test]
    fn each_orientation_turns_as_exif_says() {
        let expected: [(u32, [u8; 6]); 8] = [
            (2, [0, 1, 2, 3, 4, 5]),
            (2, [1, 0, 3, 2, 5, 4]),
            (2, [5, 4, 3, 2, 1, 0]),
            (2, [4, 5, 2, 3, 0, 1]),
            (3, [0, 2, 4, 1, 3, 5]),
            (3, [4, 2, 0, 5, 3, 1]),
            (3, [5, 3, 1, 4, 2, 0]),
            (3, [1, 3, 5, 0, 2, 4]),
        ];
        for (number, (width, order)) in (1..).zip(expected) {
            let seen = Orientation::from_exif(number).set_upright(numbered());
            let found: Vec<u8> = seen.data.iter().step_by(3).copied().collect();
            assert_eq!((seen.width, found.as_slice()), (width, &order[..]), "orientation {number}");
        }
    }

    #[test]
    fn an_area_as_seen_is_the_same_area_as_stored() {
        let area = Area { x: 0, y: 0, width: 1, height: 2 };
        // upper left as seen, turned to the right: lower left as stored
        assert_eq!(
            Orientation::from_exif(6).stored_area((2, 3), Area { x: 0, y: 0, width: 2, height: 1 }),
            Area { x: 0, y: 1, width: 1, height: 2 }
        );
        assert_eq!(Orientation::from_exif(3).stored_area((2, 3), area), Area { x: 1, y: 1, width: 1, height: 2 });
        assert_eq!(Orientation::UPRIGHT.stored_area((2, 3), area), area);
    }
}
