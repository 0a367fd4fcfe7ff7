//! JPEG by libjpeg, made smaller while it is decoded. Alone knows libjpeg's decoder.
//!
//! Libjpeg's verdict is the same at every scale, so a small decode judges the whole file.

use std::{
    ffi::c_int,
    mem::MaybeUninit,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

use mozjpeg_sys::*;

use super::{Decoded, Job, Refusal};
use crate::{
    container::ENDS_EARLY,
    limits::Deadline,
    pixels::{Channels, Pixels},
};

/// Real files have about ten; thousands of nearly empty ones cost hours.
const SCANS_MAX: c_int = 200;

/// What libjpeg said while it worked. It finds this by the address of its first field.
#[repr(C)]
pub(crate) struct Listener {
    errors: jpeg_error_mgr,
    damage: Option<Damage>,
}

#[derive(Clone, Copy, PartialEq)]
enum Damage {
    EndsEarly,
    Broken,
}

/// Thrown through libjpeg, caught on this side of it.
pub(crate) enum Stopped {
    Fatal(c_int),
    TimeIsOver,
    TooManyScans,
}

/// A decompressor that is always given back.
pub(crate) struct Decompressor {
    pub info: Box<jpeg_decompress_struct>,
    listener: Box<Listener>,
    progress: Box<Progress>,
}

#[repr(C)]
struct Progress {
    manager: jpeg_progress_mgr,
    deadline: Option<Deadline>,
}

impl Decompressor {
    pub(crate) fn new(bytes: &[u8], deadline: Option<Deadline>) -> Decompressor {
        let mut listener = Box::new(Listener { errors: quiet_errors(), damage: None });
        let manager = jpeg_progress_mgr {
            progress_monitor: Some(watch_progress),
            pass_counter: 0,
            pass_limit: 0,
            completed_passes: 0,
            total_passes: 0,
        };
        let mut progress = Box::new(Progress { manager, deadline });
        // SAFETY: libjpeg fills the struct in; listener and progress live as long as it, at addresses that stay.
        let info = unsafe {
            let mut info: Box<MaybeUninit<jpeg_decompress_struct>> = Box::new(MaybeUninit::zeroed());
            (*info.as_mut_ptr()).common.err = &raw mut listener.errors;
            jpeg_create_decompress(info.as_mut_ptr());
            (*info.as_mut_ptr()).common.progress = &raw mut progress.manager;
            let mut info = info.assume_init();
            jpeg_mem_src(&mut info, bytes.as_ptr(), bytes.len() as _);
            info
        };
        Decompressor { info, listener, progress }
    }

    pub(crate) fn damage_at(&self, place: f64) -> Option<String> {
        match self.listener.damage? {
            Damage::EndsEarly => Some(ENDS_EARLY.into()),
            Damage::Broken => Some(broken_at(place)),
        }
    }
}

impl Drop for Decompressor {
    fn drop(&mut self) {
        // SAFETY: it was created, and nothing uses it any more.
        unsafe { jpeg_destroy_decompress(&mut self.info) };
        self.progress.deadline = None;
    }
}

/// Errors that are thrown instead of ending the process, warnings that are remembered instead of printed.
pub(crate) fn quiet_errors() -> jpeg_error_mgr {
    // SAFETY: all fields may be zero, and libjpeg fills them in.
    let mut errors: jpeg_error_mgr = unsafe { std::mem::zeroed() };
    unsafe { jpeg_std_error(&mut errors) };
    errors.error_exit = Some(fail);
    errors.emit_message = Some(remember);
    errors
}

unsafe extern "C-unwind" fn fail(info: &mut jpeg_common_struct) {
    // SAFETY: the error manager was set when the struct was made.
    let code = unsafe { (*info.err).msg_code };
    resume_unwind(Box::new(Stopped::Fatal(code)));
}

unsafe extern "C-unwind" fn remember(info: &mut jpeg_common_struct, level: c_int) {
    if level >= 0 || info.is_decompressor == 0 {
        return;
    }
    // SAFETY: a decompressor's error manager is the first field of a listener.
    let listener = unsafe { &mut *info.err.cast::<Listener>() };
    let damage = match listener.errors.msg_code as J_MESSAGE_CODE {
        // odd, and harmless: the data decodes as it was meant
        JWRN_ADOBE_XFORM | JWRN_JFIF_MAJOR | JWRN_NOT_SEQUENTIAL | JWRN_BOGUS_ICC | JWRN_TOO_MUCH_DATA => return,
        JWRN_JPEG_EOF => Damage::EndsEarly,
        _ => Damage::Broken,
    };
    listener.errors.num_warnings += 1;
    listener.damage.get_or_insert(damage);
}

unsafe extern "C-unwind" fn watch_progress(info: &mut jpeg_common_struct) {
    // SAFETY: only decompressors have a progress manager here, and it is the first field of a `Progress`.
    let (progress, info) =
        unsafe { (&*info.progress.cast::<Progress>(), &*(&raw const *info).cast::<jpeg_decompress_struct>()) };
    if info.input_scan_number > SCANS_MAX {
        resume_unwind(Box::new(Stopped::TooManyScans));
    }
    if progress.deadline.is_some_and(|deadline| deadline.is_over()) {
        resume_unwind(Box::new(Stopped::TimeIsOver));
    }
}

/// Runs libjpeg, and tells what it threw.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Stopped> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|thrown| match thrown.downcast::<Stopped>() {
        Ok(stopped) => *stopped,
        Err(other) => resume_unwind(other),
    })
}

/// `bytes` are given apart from the job: a RAW file's preview is decoded here too.
pub(super) fn decode(job: &Job<'_>, bytes: &[u8]) -> Result<Decoded, Refusal> {
    let mut decompressor = Decompressor::new(bytes, Some(job.deadline));
    let refused = |stopped| refusal(stopped, job.deadline);
    guarded(|| open(&mut decompressor.info)).map_err(refused)?;
    let size = (decompressor.info.image_width, decompressor.info.image_height);
    job.limits.check(size, true).map_err(Refusal::Unsupported)?;
    let channels = guarded(|| start(&mut decompressor.info, job.edge)).map_err(refused)?;
    let info = &decompressor.info;
    let mut pixels = Pixels::grey(info.output_width, info.output_height, channels);
    let mut first_damage = None;
    let read = guarded(|| read_rows(&mut decompressor, &mut pixels, &mut first_damage));
    let place = |row: u32| f64::from(row) / f64::from(pixels.height);
    let damage = match read {
        Ok(()) => first_damage.and_then(|row| decompressor.damage_at(place(row))),
        Err(Stopped::Fatal(_)) if decompressor.info.output_scanline > 0 => {
            Some(broken_at(place(decompressor.info.output_scanline)))
        }
        Err(stopped) => return Err(refused(stopped)),
    };
    if channels == Channels::Cmyk {
        // Adobe's programs store ink the wrong way round, and nobody else writes such files
        pixels.data.iter_mut().for_each(|ink| *ink = 255 - *ink);
    }
    Ok(Decoded { pixels, size, damage })
}

fn open(info: &mut jpeg_decompress_struct) {
    // SAFETY: the struct was created and has a source.
    unsafe { jpeg_read_header(info, 1) };
}

/// Chooses colours and scale, and begins.
fn start(info: &mut jpeg_decompress_struct, edge: Option<u32>) -> Channels {
    let is_ink = matches!(info.jpeg_color_space, JCS_CMYK | JCS_YCCK);
    let (colours, channels) = if is_ink { (JCS_CMYK, Channels::Cmyk) } else { (JCS_RGB, Channels::Rgb) };
    info.out_color_space = colours;
    info.dct_method = JDCT_DEFAULT;
    // only eighths that are powers of two are fast
    let long = info.image_width.max(info.image_height);
    // light alone is decoded so fast that finer pixels for the filter cost little
    let spare = if info.num_components == 1 { 12 } else { 8 };
    let eighths = edge.and_then(|edge| {
        let is_enough = |part: &u64| u64::from(long) * part >= u64::from(edge) * spare;
        [1, 2, 4].into_iter().find(is_enough)
    });
    info.scale_num = eighths.map_or(8, |eighths| eighths as u32);
    info.scale_denom = 8;
    // SAFETY: the header was read.
    unsafe { jpeg_start_decompress(info) };
    channels
}

fn read_rows(decompressor: &mut Decompressor, pixels: &mut Pixels, first_damage: &mut Option<u32>) {
    let row_bytes = pixels.row_bytes();
    for (row, target) in (0..).zip(pixels.data.chunks_exact_mut(row_bytes)) {
        let mut rows = [target.as_mut_ptr()];
        // SAFETY: the row is as long as libjpeg was told it would be: its width in the colours that it gives.
        unsafe { jpeg_read_scanlines(&mut decompressor.info, rows.as_mut_ptr(), 1) };
        if decompressor.listener.damage.is_some() {
            first_damage.get_or_insert(row);
        }
    }
    // SAFETY: every row was read; this looks for the end marker.
    unsafe { jpeg_finish_decompress(&mut decompressor.info) };
    if decompressor.listener.damage.is_some() {
        first_damage.get_or_insert(pixels.height);
    }
}

fn refusal(stopped: Stopped, deadline: Deadline) -> Refusal {
    match stopped {
        Stopped::TimeIsOver => Refusal::Unsupported(deadline.sentence()),
        Stopped::TooManyScans => Refusal::Unsupported(format!("The picture has more than {SCANS_MAX} scans.")),
        Stopped::Fatal(code) => match code as J_MESSAGE_CODE {
            JERR_ARITH_NOTIMPL
            | JERR_BAD_PRECISION
            | JERR_SOF_UNSUPPORTED
            | JERR_CONVERSION_NOTIMPL
            | JERR_FRACT_SAMPLE_NOTIMPL
            | JERR_CCIR601_NOTIMPL
            | JERR_NOTIMPL
            | JERR_COMPONENT_COUNT => Refusal::Unsupported("The JPEG is of a rare kind that is not decoded.".into()),
            JERR_INPUT_EOF | JERR_INPUT_EMPTY | JERR_NO_IMAGE => {
                Refusal::Damaged("The file ends before the picture begins.".into())
            }
            _ => Refusal::Damaged("The picture's head is damaged.".into()),
        },
    }
}

fn broken_at(place: f64) -> String {
    format!("Damaged data at about {} % of its height.", (place * 100.0).floor().clamp(0.0, 99.0))
}
