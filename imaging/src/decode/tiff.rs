//! The TIFF that photographers have: strips of eight or sixteen bits, plain or packed by LZW or zip. Strip by strip, so that
//! the whole never lies in memory. Everything rarer is left to the `image` crate.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::{Decoded, Job, Refusal, lzw};
use crate::{
    container::ENDS_EARLY,
    pixels::Channels,
    shrink::Rows,
    tiff::{Directory, Tiff, tag},
};

const COMPRESSION: u16 = 0x0103;
const FILL_ORDER: u16 = 0x010a;
const SAMPLES: u16 = 0x0115;
const ROWS_PER_STRIP: u16 = 0x0116;
const PLANES: u16 = 0x011c;
const PREDICTOR: u16 = 0x013d;
const EXTRA_SAMPLES: u16 = 0x0152;
const SAMPLE_FORMAT: u16 = 0x0153;

const WHITE_IS_ZERO: u32 = 0;
const BLACK_IS_ZERO: u32 = 1;
const RGB: u32 = 2;

#[derive(Clone, Copy, PartialEq)]
enum Packing {
    None,
    Lzw,
    Zip,
}

struct Layout<'a> {
    width: usize,
    height: usize,
    samples: usize,
    is_deep: bool,
    is_inverted: bool,
    has_alpha: bool,
    packing: Packing,
    has_differences: bool,
    rows_per_strip: usize,
    directory: Directory<'a>,
    tiff: Tiff<'a>,
}

/// None for what is left to others.
pub(super) fn decode(job: &Job<'_>) -> Option<Result<Decoded, Refusal>> {
    let layout = Layout::of(job.bytes)?;
    Some(layout.decode(job))
}

impl<'a> Layout<'a> {
    fn of(bytes: &'a [u8]) -> Option<Layout<'a>> {
        let tiff = Tiff::new(bytes)?;
        let directory = tiff.first()?;
        let number = |tag, otherwise: u32| directory.get(tag).map_or(Some(otherwise), |entry| entry.uint(0));
        let samples = number(SAMPLES, 1)? as usize;
        let photometric = directory.uint(tag::PHOTOMETRIC)?;
        let bits: Vec<u32> = directory.get(tag::BITS)?.uints().collect();
        let is_deep = bits.iter().all(|bits| *bits == 16);
        let colours = if photometric == RGB { 3 } else { 1 };
        let extra = samples.checked_sub(colours)?;
        let is_common = matches!(photometric, WHITE_IS_ZERO | BLACK_IS_ZERO | RGB)
            && (is_deep || bits.iter().all(|bits| *bits == 8))
            && bits.len() >= colours
            && extra <= 1
            && number(PLANES, 1)? == 1
            && number(FILL_ORDER, 1)? == 1
            && number(SAMPLE_FORMAT, 1)? == 1
            && matches!(number(PREDICTOR, 1)?, 1 | 2)
            && directory.get(tag::TILE_OFFSETS).is_none();
        let packing = match number(COMPRESSION, 1)? {
            1 => Packing::None,
            5 => Packing::Lzw,
            8 | 32946 => Packing::Zip,
            _ => return None,
        };
        let (width, height) = (directory.uint(tag::WIDTH)? as usize, directory.uint(tag::HEIGHT)? as usize);
        let rows_per_strip = (number(ROWS_PER_STRIP, u32::MAX)? as usize).min(height);
        (is_common && width > 0 && height > 0 && rows_per_strip > 0).then_some(Layout {
            width,
            height,
            samples,
            is_deep,
            is_inverted: photometric == WHITE_IS_ZERO,
            has_alpha: extra == 1 && matches!(number(EXTRA_SAMPLES, 0)?, 1 | 2),
            packing,
            has_differences: number(PREDICTOR, 1)? == 2,
            rows_per_strip,
            directory,
            tiff,
        })
    }

    fn channels(&self) -> Channels {
        if self.has_alpha { Channels::Rgba } else { Channels::Rgb }
    }

    fn row_bytes(&self) -> usize {
        self.width * self.samples * if self.is_deep { 2 } else { 1 }
    }

    fn decode(&self, job: &Job<'_>) -> Result<Decoded, Refusal> {
        let size = (self.width as u32, self.height as u32);
        job.limits.check(size, false).map_err(Refusal::Unsupported)?;
        let mut rows = Rows::new(size, self.channels(), job.edge);
        let done = self.push_strips(job, &mut rows)?;
        if done == 0 {
            return Err(Refusal::Damaged(ENDS_EARLY.into()));
        }
        let damage = (done < self.height).then(|| {
            if job.container.damage.is_some() {
                ENDS_EARLY.into()
            } else {
                format!("Damaged data at about {} % of its height.", done * 100 / self.height)
            }
        });
        let pixels =
            rows.finish().ok_or_else(|| Refusal::Unsupported("The picture could not be made smaller.".into()))?;
        Ok(Decoded { pixels, size, damage })
    }

    /// How many rows were decoded before the end, or before a fault.
    fn push_strips(&self, job: &Job<'_>, rows: &mut Rows) -> Result<usize, Refusal> {
        let (Some(offsets), Some(lengths)) =
            (self.directory.get(tag::STRIP_OFFSETS), self.directory.get(tag::STRIP_LENGTHS))
        else {
            return Ok(0);
        };
        let (mut strip, mut shown, mut done) = (Vec::new(), Vec::new(), 0);
        for (at, length) in offsets.uints().zip(lengths.uints()) {
            if job.deadline.is_over() {
                return Err(Refusal::Unsupported(job.deadline.sentence()));
            }
            let wanted = self.rows_per_strip.min(self.height - done);
            let end = (at as usize).saturating_add(length as usize).min(job.bytes.len());
            let packed = job.bytes.get(at as usize..end).unwrap_or_default();
            self.unpack(packed, wanted * self.row_bytes(), &mut strip);
            for row in strip.chunks_exact_mut(self.row_bytes()).take(wanted) {
                self.show(row, &mut shown);
                if rows.push(&shown).is_none() {
                    return Ok(done);
                }
                done += 1;
            }
            if strip.len() < wanted * self.row_bytes() || done == self.height {
                break;
            }
        }
        Ok(done)
    }

    /// As much as there is, at most `wanted`.
    fn unpack(&self, packed: &[u8], wanted: usize, strip: &mut Vec<u8>) {
        strip.clear();
        match self.packing {
            Packing::None => strip.extend_from_slice(&packed[..packed.len().min(wanted)]),
            Packing::Lzw => lzw::unpack(packed, wanted, strip),
            Packing::Zip => {
                // what was unpacked before a fault stays
                let _ = ZlibDecoder::new(packed).take(wanted as u64).read_to_end(strip);
            }
        }
    }

    /// One row as the screen has it.
    fn show(&self, row: &mut [u8], shown: &mut Vec<u8>) {
        if self.has_differences {
            self.add_differences(row);
        }
        shown.clear();
        if !self.is_deep && self.samples == self.channels().count() {
            shown.extend_from_slice(row);
            return;
        }
        let light = |sample: usize, row: &[u8]| {
            let value = if self.is_deep {
                let number = u32::from(self.tiff.read_short([row[sample * 2], row[sample * 2 + 1]]));
                ((number * 255 + 32_895) >> 16) as u8
            } else {
                row[sample]
            };
            if self.is_inverted { 255 - value } else { value }
        };
        for pixel in 0..self.width {
            let first = pixel * self.samples;
            match self.samples {
                1 | 2 => {
                    let grey = light(first, row);
                    shown.extend([grey; 3]);
                }
                _ => shown.extend([light(first, row), light(first + 1, row), light(first + 2, row)]),
            }
            if self.has_alpha {
                shown.push(light(first + self.samples - 1, row));
            }
        }
    }

    fn add_differences(&self, row: &mut [u8]) {
        if self.is_deep {
            for at in (self.samples * 2..row.len()).step_by(2) {
                let before = self.tiff.read_short([row[at - self.samples * 2], row[at - self.samples * 2 + 1]]);
                let sum = self.tiff.read_short([row[at], row[at + 1]]).wrapping_add(before);
                row[at..at + 2].copy_from_slice(&self.tiff.short(sum));
            }
            return;
        }
        match self.samples {
            3 => add_pixels::<3>(row),
            4 => add_pixels::<4>(row),
            samples => (samples..row.len()).for_each(|at| row[at] = row[at].wrapping_add(row[at - samples])),
        }
    }
}

fn add_pixels<const N: usize>(row: &mut [u8]) {
    let mut sums = [0u8; N];
    for pixel in row.as_chunks_mut::<N>().0 {
        for (sum, part) in sums.iter_mut().zip(pixel) {
            *sum = sum.wrapping_add(*part);
            *part = *sum;
        }
    }
}
