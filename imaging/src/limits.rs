//! How much one file may cost. What costs more is refused before it is decoded, or when its time is over.

use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of a picture that must be decoded whole before it can be made smaller.
    pub pixels_max: u64,
    /// Of a JPEG, which is made smaller while it is decoded.
    pub streamed_pixels_max: u64,
    pub time_max: Duration,
}

impl Default for Limits {
    /// The largest sensors have 150 million pixels, stitched panoramas some hundreds.
    fn default() -> Limits {
        Limits { pixels_max: 300_000_000, streamed_pixels_max: 1_000_000_000, time_max: Duration::from_secs(60) }
    }
}

impl Limits {
    pub fn check(&self, (width, height): (u32, u32), is_streamed: bool) -> Result<(), String> {
        let most = if is_streamed { self.streamed_pixels_max } else { self.pixels_max };
        if u64::from(width) * u64::from(height) <= most {
            return Ok(());
        }
        Err(format!(
            "The picture claims {width} × {height} pixels. More than {} million are not decoded.",
            most / 1_000_000
        ))
    }

    pub fn deadline(&self) -> Deadline {
        Deadline { end: Instant::now() + self.time_max, time_max: self.time_max }
    }
}

/// Asked between pieces of work.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    end: Instant,
    time_max: Duration,
}

impl Deadline {
    pub fn is_over(&self) -> bool {
        Instant::now() >= self.end
    }

    pub fn sentence(&self) -> String {
        format!("Decoding it took longer than {} seconds and was given up.", self.time_max.as_secs())
    }
}
