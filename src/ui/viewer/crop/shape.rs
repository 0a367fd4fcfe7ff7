//! The shapes to choose from, lying and standing. Pure.

use super::area::Size;

/// Parts across and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    width: i32,
    height: i32,
}

impl Ratio {
    /// Less than one part is one.
    pub fn new(width: i32, height: i32) -> Ratio {
        Ratio { width: width.max(1), height: height.max(1) }
    }

    pub fn across(self) -> f64 {
        self.width.into()
    }

    pub fn down(self) -> f64 {
        self.height.into()
    }

    /// Each part is `scale` pixels, as far as that is no more than `most`; in whole pixels, of each direction at least one.
    pub fn sized(self, scale: f64, most: Size) -> Size {
        let scale = scale.min(f64::from(most.width) / self.across()).min(f64::from(most.height) / self.down());
        let side = |parts: f64, most: i32| ((parts * scale).round() as i32).clamp(1, most);
        Size { width: side(self.across(), most.width), height: side(self.down(), most.height) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Free,
    /// The picture's own.
    Original,
    /// The longer side to the shorter one.
    Sides(i32, i32),
}

impl Shape {
    pub const ALL: [Shape; 7] = [
        Shape::Free,
        Shape::Original,
        Shape::Sides(1, 1),
        Shape::Sides(4, 3),
        Shape::Sides(3, 2),
        Shape::Sides(16, 9),
        Shape::Sides(5, 4),
    ];

    /// None when every shape is right.
    pub fn ratio(self, standing: bool, picture: Size) -> Option<Ratio> {
        let (one, other) = match self {
            Shape::Free => return None,
            Shape::Original => (picture.width, picture.height),
            Shape::Sides(longer, shorter) => (longer, shorter),
        };
        let (longer, shorter) = (one.max(other), one.min(other));
        Some(if standing { Ratio::new(shorter, longer) } else { Ratio::new(longer, shorter) })
    }

    pub fn words(self, standing: bool) -> String {
        match self {
            Shape::Free => "Free".to_owned(),
            Shape::Original => "Original".to_owned(),
            Shape::Sides(longer, shorter) if standing => format!("{shorter}:{longer}"),
            Shape::Sides(longer, shorter) => format!("{longer}:{shorter}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_lie_and_stand() {
        let picture = Size { width: 400, height: 600 };
        let check = |shape: Shape, standing: bool, words: &str, expect: Option<(i32, i32)>| {
            assert_eq!(shape.words(standing), words);
            assert_eq!(shape.ratio(standing, picture), expect.map(|(width, height)| Ratio::new(width, height)));
        };
        check(Shape::Free, true, "Free", None);
        check(Shape::Original, true, "Original", Some((400, 600)));
        check(Shape::Original, false, "Original", Some((600, 400)));
        check(Shape::Sides(16, 9), false, "16:9", Some((16, 9)));
        check(Shape::Sides(16, 9), true, "9:16", Some((9, 16)));
    }
}
