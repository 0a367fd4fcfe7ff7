//! Pixels in memory: eight bits a channel, rows without gaps.

/// What the bytes of one pixel mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    Rgb,
    Rgba,
    /// As printers have it; 255 is full ink.
    Cmyk,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Pixels {
    pub width: u32,
    pub height: u32,
    pub channels: Channels,
    pub data: Vec<u8>,
}

impl Channels {
    pub fn count(self) -> usize {
        match self {
            Channels::Rgb => 3,
            Channels::Rgba | Channels::Cmyk => 4,
        }
    }
}

impl Pixels {
    /// In the grey that stands for what could not be decoded.
    pub fn grey(width: u32, height: u32, channels: Channels) -> Pixels {
        let mut data = vec![128; width as usize * height as usize * channels.count()];
        match channels {
            Channels::Rgb => {}
            Channels::Rgba => data.iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha = 255),
            // grey is black ink alone
            Channels::Cmyk => data.as_chunks_mut().0.iter_mut().for_each(|pixel| *pixel = [0, 0, 0, 128]),
        }
        Pixels { width, height, channels, data }
    }

    pub fn row_bytes(&self) -> usize {
        self.width as usize * self.channels.count()
    }

    /// JPEG has no transparency; most pictures that use it were drawn for a white page.
    pub fn over_white(self) -> Pixels {
        if self.channels != Channels::Rgba {
            return self;
        }
        let mix = |part: u8, alpha: u8| {
            let (part, alpha) = (u16::from(part), u16::from(alpha));
            ((part * alpha + 255 * (255 - alpha) + 127) / 255) as u8
        };
        let over = |[red, green, blue, alpha]: &[u8; 4]| [mix(*red, *alpha), mix(*green, *alpha), mix(*blue, *alpha)];
        let data = self.data.as_chunks().0.iter().flat_map(over).collect();
        Pixels { channels: Channels::Rgb, data, ..self }
    }
}
