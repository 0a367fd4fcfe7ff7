//! How light and dark a picture is: counted from its pixels, as lines to draw and as words. Pure.

/// Steps from black to white.
pub const STEPS: usize = 64;
/// How high the drawing is; it is as wide as there are steps.
pub const HEIGHT: u32 = 100;

/// Values of a channel that nobody tells from black, and from white.
const BLACK_MAX: u8 = 2;
const WHITE_MIN: u8 = 253;
/// Less is as good as not there.
const OPAQUE_MIN: u8 = 128;
/// A step that holds more than this many times its share is cut off, or it would leave nothing to see of the others.
const HIGHEST_OF_SHARE: u32 = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    Light,
    Red,
    Green,
    Blue,
}

impl Channel {
    /// In the order in which they are drawn over each other.
    pub const ALL: [Channel; 4] = [Channel::Light, Channel::Red, Channel::Green, Channel::Blue];

    pub fn name(self) -> &'static str {
        match self {
            Channel::Light => "light",
            Channel::Red => "red",
            Channel::Green => "green",
            Channel::Blue => "blue",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Tones {
    /// Pixels at each step, of each channel.
    counts: [[u32; STEPS]; 4],
    pixels: u32,
    /// Of all pixels, 0 to 255 each.
    light: u64,
    black: u32,
    white: u32,
}

impl Tones {
    /// Of pixels of four bytes each: red, green, blue and how opaque it is. None where nothing is seen.
    pub fn count(rgba: &[u8]) -> Option<Tones> {
        let mut tones = Tones { counts: [[0; STEPS]; 4], pixels: 0, light: 0, black: 0, white: 0 };
        for &[red, green, blue, opaque] in rgba.as_chunks::<4>().0 {
            if opaque >= OPAQUE_MIN {
                tones.add([red, green, blue]);
            }
        }
        (tones.pixels > 0).then_some(tones)
    }

    fn add(&mut self, pixel: [u8; 3]) {
        let [red, green, blue] = pixel;
        // as bright as people see it (Rec. 709)
        let light = ((54 * u32::from(red) + 183 * u32::from(green) + 19 * u32::from(blue)) >> 8) as u8;
        for (counts, value) in self.counts.iter_mut().zip([light, red, green, blue]) {
            counts[usize::from(value) * STEPS / 256] += 1;
        }
        self.pixels += 1;
        self.light += u64::from(light);
        self.black += u32::from(pixel.iter().all(|part| *part <= BLACK_MAX));
        self.white += u32::from(pixel.iter().all(|part| *part >= WHITE_MIN));
    }

    /// What is drawn as high as the drawing is. Black and white themselves tend to tower over the rest.
    fn highest(&self) -> u32 {
        let between = self.counts.iter().flat_map(|counts| &counts[1..STEPS - 1]).max().copied().unwrap_or(0);
        let share = self.pixels / STEPS as u32 + 1;
        if between == 0 { self.pixels } else { between.min(share * HIGHEST_OF_SHARE) }.max(1)
    }

    /// As SVG writes it, on a field of `STEPS - 1` by `HEIGHT`: a shape to fill of the light, a line of each colour.
    pub fn path(&self, channel: Channel) -> String {
        let highest = u64::from(self.highest());
        let mut path = String::new();
        for (step, count) in self.counts[channel as usize].iter().enumerate() {
            let height = u64::from(*count).min(highest) * u64::from(HEIGHT) / highest;
            let pen = if step == 0 { 'M' } else { 'L' };
            path += &format!("{pen}{step} {}", u64::from(HEIGHT) - height);
        }
        if channel == Channel::Light {
            path += &format!("V{HEIGHT}H0Z");
        }
        path
    }

    /// For those who do not see it.
    pub fn words(&self) -> String {
        let part = |count: u64, of: u64| (count * 100 + of / 2) / of;
        let pixels = u64::from(self.pixels);
        let light = part(self.light, pixels * 255);
        let (black, white) = (part(self.black.into(), pixels), part(self.white.into(), pixels));
        format!("Histogram. Brightness {light} % on average; {black} % is black, {white} % is white.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pixels: &[([u8; 4], usize)]) -> Option<Tones> {
        Tones::count(&pixels.iter().flat_map(|(pixel, count)| pixel.repeat(*count)).collect::<Vec<u8>>())
    }

    fn steps(tones: &Tones, channel: Channel) -> Vec<(usize, u32)> {
        tones.counts[channel as usize].iter().copied().enumerate().filter(|(_, count)| *count > 0).collect()
    }

    #[test]
    fn each_pixel_counts_once_in_each_channel() {
        let tones = of(&[([255, 128, 0, 255], 3), ([0, 0, 0, 255], 1)]).expect("tones");
        assert_eq!(steps(&tones, Channel::Red), [(0, 1), (63, 3)]);
        assert_eq!(steps(&tones, Channel::Green), [(0, 1), (32, 3)]);
        assert_eq!(steps(&tones, Channel::Blue), [(0, 4)]);
        // (54 * 255 + 183 * 128) / 256 = 145
        assert_eq!(steps(&tones, Channel::Light), [(0, 1), (145 / 4, 3)]);
    }

    #[test]
    fn what_is_not_seen_does_not_count() {
        let tones = of(&[([255, 255, 255, 255], 2), ([0, 0, 0, 0], 8)]).expect("tones");
        assert_eq!(tones.pixels, 2);
        assert_eq!(of(&[([0, 0, 0, 0], 8)]), None);
        assert_eq!(Tones::count(&[]), None);
        assert_eq!(Tones::count(&[1, 2, 3]), None);
    }

    #[test]
    fn words_say_how_bright_it_is() {
        let check = |pixels: &[([u8; 4], usize)], expect: &str| {
            assert_eq!(of(pixels).expect("tones").words(), format!("Histogram. {expect}"));
        };
        check(&[([255, 255, 255, 255], 4)], "Brightness 100 % on average; 0 % is black, 100 % is white.");
        check(
            &[([0, 0, 0, 255], 1), ([128, 128, 128, 255], 3)],
            "Brightness 38 % on average; 25 % is black, 0 % is white.",
        );
    }

    #[test]
    fn no_step_leaves_the_drawing_and_black_towers_over_nothing() {
        let tones =
            of(&[([0, 0, 0, 255], 9_000), ([100, 100, 100, 255], 40), ([200, 200, 200, 255], 80)]).expect("tones");
        let path = tones.path(Channel::Red);
        let heights: Vec<u32> =
            path.split(['M', 'L']).filter_map(|point| point.split_once(' ')?.1.parse().ok()).collect();
        assert_eq!(heights.len(), STEPS);
        assert!(heights.iter().all(|height| *height <= HEIGHT));
        assert!(tones.path(Channel::Light).ends_with("V100H0Z"), "the light is a shape to fill");
        assert_eq!((heights[0], heights[100 / 4], heights[200 / 4]), (0, 50, 0));
    }
}
