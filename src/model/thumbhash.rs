//! What a picture looks like in some twenty-five bytes: its average colour, and a few waves of light and colour around that.
//! Pure: draws a sketch of them, and knows no element.

use std::f32::consts::PI;

use super::base64;

/// So many pixels are as many as the waves can tell apart.
const SKETCH_PIXELS: f32 = 56.0;
const BMP_HEAD: usize = 54;

/// A very small picture, which is drawn large and soft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    width: usize,
    height: usize,
    /// Rows from the top.
    pixels: Vec<[u8; 3]>,
}

/// The average colour. `hash` is base64.
pub fn colour(hash: &str) -> Option<[u8; 3]> {
    let bytes = base64::decode(hash.get(..4)?)?;
    let [first, second, third] = bytes[..] else { return None };
    Some(Head::of([first, second, third, 0, 0]).average.rgb())
}

/// As wide by high as `ratio` says, about.
pub fn sketch(hash: &str, ratio: f32) -> Option<Sketch> {
    let bytes = base64::decode(hash)?;
    let head = Head::of(*bytes.first_chunk()?);
    let mut waves = Waves { bytes: &bytes, at: if head.has_alpha { 12 } else { 10 } };
    let (long, short) = (if head.has_alpha { 5 } else { 7 }, head.short.max(3));
    let (across, down) = if head.is_landscape { (long, short) } else { (short, long) };
    let light = waves.take(across, down, head.light)?;
    let yellow = waves.take(3, 3, head.yellow * 1.25)?;
    let red_green = waves.take(3, 3, head.red_green * 1.25)?;
    let side = |ratio: f32| ((SKETCH_PIXELS * ratio).sqrt().round() as usize).clamp(2, 24);
    let (width, height) = (side(ratio), side(1.0 / ratio));
    let (across, down) = (cosines(width), cosines(height));
    let pixel = |at: usize| {
        let (x, y) = (&across[at % width], &down[at / width]);
        let sum = |waves: &[Wave]| waves.iter().map(|wave| wave.height * x[wave.across] * y[wave.down]).sum::<f32>();
        let Tone { light: l, yellow: p, red_green: q } = head.average;
        Tone { light: l + sum(&light), yellow: p + sum(&yellow), red_green: q + sum(&red_green) }.rgb()
    };
    Some(Sketch { width, height, pixels: (0..width * height).map(pixel).collect() })
}

impl Sketch {
    /// As an address of an image: a bitmap, because that is all head and nothing to compute.
    pub fn url(&self) -> String {
        let row = (self.width * 3).next_multiple_of(4);
        let size = BMP_HEAD + row * self.height;
        let mut file = Vec::with_capacity(size);
        file.extend(b"BM");
        // whole size, nothing, where the pixels begin, the size of what is left of the head
        let words = [size, 0, BMP_HEAD, 40, self.width, self.height];
        words.iter().for_each(|word| file.extend((*word as u32).to_le_bytes()));
        // one plane of 24 bits
        file.extend([1, 0, 24, 0]);
        file.resize(BMP_HEAD, 0);
        for (number, pixels) in self.pixels.chunks(self.width).rev().enumerate() {
            file.extend(pixels.iter().flat_map(|[red, green, blue]| [*blue, *green, *red]));
            file.resize(BMP_HEAD + row * (number + 1), 0);
        }
        format!("data:image/bmp;base64,{}", base64::encode(&file))
    }
}

/// Light, yellow against blue, and red against green.
#[derive(Clone, Copy)]
struct Tone {
    light: f32,
    yellow: f32,
    red_green: f32,
}

impl Tone {
    fn rgb(self) -> [u8; 3] {
        let blue = self.light - self.yellow * 2.0 / 3.0;
        let red = (3.0 * self.light - blue + self.red_green) / 2.0;
        [red, red - self.red_green, blue].map(|part| (part.clamp(0.0, 1.0) * 255.0).round() as u8)
    }
}

/// The averages, and how high the waves of each are.
struct Head {
    average: Tone,
    light: f32,
    yellow: f32,
    red_green: f32,
    has_alpha: bool,
    is_landscape: bool,
    /// How many waves of light there are along the shorter edge.
    short: usize,
}

impl Head {
    fn of(bytes: [u8; 5]) -> Head {
        let bits = bytes.iter().rev().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let part = |at: u32, most: u64| ((bits >> at) & most) as f32 / most as f32;
        Head {
            average: Tone { light: part(0, 63), yellow: part(6, 63) * 2.0 - 1.0, red_green: part(12, 63) * 2.0 - 1.0 },
            light: part(18, 31),
            has_alpha: bits >> 23 & 1 == 1,
            short: (bits >> 24 & 7) as usize,
            yellow: part(27, 63),
            red_green: part(33, 63),
            is_landscape: bits >> 39 & 1 == 1,
        }
    }
}

struct Wave {
    across: usize,
    down: usize,
    height: f32,
}

/// Four bits each, the slow ones first.
struct Waves<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Waves<'_> {
    fn take(&mut self, across: usize, down: usize, scale: f32) -> Option<Vec<Wave>> {
        let mut waves = Vec::new();
        for y in 0..down {
            let first = usize::from(y == 0);
            for x in (first..).take_while(|x| x * down < across * (down - y)) {
                let four = self.bytes.get(self.at / 2)? >> (self.at % 2 * 4) & 15;
                self.at += 1;
                waves.push(Wave { across: x, down: y, height: (f32::from(four) / 7.5 - 1.0) * scale * 2.0 });
            }
        }
        Some(waves)
    }
}

/// Of each pixel along an edge, how high each wave is there.
fn cosines(pixels: usize) -> Vec<[f32; 7]> {
    let of = |pixel: usize| std::array::from_fn(|wave| cosine((pixel as f32 + 0.5) * wave as f32 / pixels as f32));
    (0..pixels).map(of).collect()
}

/// Of so many half turns. A few terms are enough for what is blurred, and the whole function is large.
fn cosine(half_turns: f32) -> f32 {
    let from_turn = half_turns - 2.0 * (half_turns / 2.0).round();
    let quarter = 0.5 - from_turn.abs();
    let angle = quarter * PI;
    let square = angle * angle;
    angle * (1.0 - square / 6.0 * (1.0 - square / 20.0 * (1.0 - square / 42.0)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_colour_is_the_average() {
        let near = |found: [u8; 3], expect: [u8; 3]| found.iter().zip(expect).all(|(a, b)| a.abs_diff(b) <= 6);
        // of a red, a white, a blue and a black picture
        for (hash, expect) in [
            ("1GoPCQkJ", [200, 20, 20]),
            ("PwgOCQkJ", [255, 255, 255]),
            ("F9INCQkJ", [20, 40, 220]),
            ("AAgOCQkJ", [0, 0, 0]),
        ] {
            let found = colour(hash).expect("a colour");
            assert!(near(found, expect), "{hash}: {found:?}");
        }
        for nonsense in ["", "abc", "ä+++", "...."] {
            assert_eq!((colour(nonsense), sketch(nonsense, 1.0)), (None, None));
        }
        assert_eq!(sketch("1GoPCQkJ", 1.0), None, "cut off");
    }

    #[test]
    fn a_sketch_is_a_bitmap_in_an_address() {
        let sketch = Sketch { width: 1, height: 2, pixels: vec![[1, 2, 3], [250, 0, 128]] };
        let url = sketch.url();
        let file = base64::decode(url.strip_prefix("data:image/bmp;base64,").expect("an address")).expect("base64");
        assert_eq!(file.len(), 54 + 2 * 4);
        assert_eq!(file[54..], [128, 0, 250, 0, 3, 2, 1, 0], "from the last row up, blue first");
    }

    proptest! {
        #[test]
        fn it_is_drawn_as_it_is_elsewhere(
            width in 4..40usize, height in 4..40usize, corners in prop::array::uniform4(prop::array::uniform3(0..=255u8)), sees_through: bool,
        ) {
            let mix = |x: usize, y: usize, part: usize| {
                let (across, down) = (x as f32 / (width - 1) as f32, y as f32 / (height - 1) as f32);
                let edge = |left: u8, right: u8| f32::from(left) * (1.0 - across) + f32::from(right) * across;
                let (top, bottom) = (edge(corners[0][part], corners[1][part]), edge(corners[2][part], corners[3][part]));
                (top * (1.0 - down) + bottom * down).round() as u8
            };
            let alpha = if sees_through { 254 } else { 255 };
            let pixels: Vec<u8> = (0..width * height)
                .flat_map(|at| { let (x, y) = (at % width, at / width); [mix(x, y, 0), mix(x, y, 1), mix(x, y, 2), alpha] })
                .collect();
            let hash = ::thumbhash::rgba_to_thumb_hash(width, height, &pixels);
            let sketch = sketch(&base64::encode(&hash), width as f32 / height as f32).expect("a sketch");
            let (other_width, other_height, other) = ::thumbhash::thumb_hash_to_rgba(&hash).expect("a picture");
            for at in 0..sketch.pixels.len() {
                // where the middle of the pixel is in the larger one: between four of it
                let part = |at: usize, of: usize, in_other: usize| ((at as f32 + 0.5) / of as f32 * in_other as f32 - 0.5).max(0.0);
                let x = part(at % sketch.width, sketch.width, other_width);
                let y = part(at / sketch.width, sketch.height, other_height);
                let other = |x: usize, y: usize, tone: usize| {
                    f32::from(other[(y.min(other_height - 1) * other_width + x.min(other_width - 1)) * 4 + tone])
                };
                let between = |tone: usize| {
                    let (left, top, across, down) = (x as usize, y as usize, x.fract(), y.fract());
                    let row = |y: usize| other(left, y, tone) * (1.0 - across) + other(left + 1, y, tone) * across;
                    row(top) * (1.0 - down) + row(top + 1) * down
                };
                let expect: [f32; 3] = std::array::from_fn(between);
                let far = sketch.pixels[at].iter().zip(expect).map(|(one, other)| (f32::from(*one) - other).abs()).fold(0.0, f32::max);
                prop_assert!(far <= 24.0, "{at} of {sketch:?}: {expect:?}");
            }
        }

        #[test]
        fn no_hash_breaks_it(hash in prop::collection::vec(any::<u8>(), 0..40), ratio in 0.0..1e6f32) {
            if let Some(sketch) = sketch(&base64::encode(&hash), ratio) {
                prop_assert_eq!(sketch.pixels.len(), sketch.width * sketch.height);
                prop_assert!(sketch.url().len() < 4_000);
            }
        }

        #[test]
        fn the_cosine_is_near(turns in 0.0..8.0f32) {
            prop_assert!((cosine(turns) - (turns * PI).cos()).abs() < 3e-4);
        }
    }
}
