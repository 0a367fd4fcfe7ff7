//! A rectangle of a picture as a person sees it, in fractions of its edges.

use serde::{Deserialize, Serialize};

use crate::orientation::Area;

/// Lies within the picture and is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

#[derive(Debug, PartialEq, Eq)]
pub struct BadRegion;

impl std::fmt::Display for BadRegion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("x, y, width and height are fractions of the picture, from 0 to 1; width and height are more than 0, and the region ends within the picture")
    }
}

impl std::error::Error for BadRegion {}

/// What the arithmetic of a browser may be off by.
const SLACK: f64 = 1e-6;

impl Region {
    pub fn new(x: f64, y: f64, width: f64, height: f64) -> Result<Region, BadRegion> {
        let within = |start: f64, length: f64| start >= 0.0 && length > 0.0 && start + length <= 1.0 + SLACK;
        // what is no number is within nothing
        if within(x, width) && within(y, height) { Ok(Region { x, y, width, height }) } else { Err(BadRegion) }
    }

    /// The nearest whole pixels, at least one.
    pub(super) fn area_of(&self, (width, height): (u32, u32)) -> Area {
        let span = |start: f64, length: f64, edge: u32| {
            let at = |fraction: f64| ((fraction * f64::from(edge)).round() as u32).min(edge);
            let first = at(start).min(edge - 1);
            (first, at(start + length).max(first + 1) - first)
        };
        let (x, width) = span(self.x, self.width, width);
        let (y, height) = span(self.y, self.height, height);
        Area { x, y, width, height }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_lie_within_the_picture() {
        assert!(Region::new(0.0, 0.0, 1.0, 1.0).is_ok());
        assert!(Region::new(0.7, 0.0, 0.3 + 1e-9, 1.0).is_ok());
        for (x, width) in [(-0.1, 0.5), (0.5, 0.6), (0.0, 0.0), (f64::NAN, 0.5), (0.5, f64::INFINITY)] {
            assert_eq!(Region::new(x, 0.0, width, 1.0), Err(BadRegion), "{x} {width}");
        }
    }

    #[test]
    fn a_region_covers_whole_pixels() {
        let region = Region::new(0.25, 0.5, 0.5, 0.5).expect("a region");
        assert_eq!(region.area_of((100, 10)), Area { x: 25, y: 5, width: 50, height: 5 });
        let tiny = Region::new(0.999, 0.999, 0.001, 0.001).expect("a region");
        assert_eq!(tiny.area_of((10, 10)), Area { x: 9, y: 9, width: 1, height: 1 });
    }
}
