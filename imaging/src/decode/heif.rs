//! HEIC and AVIF by the system's libheif, if there is one: looked for when the first such file comes. Alone knows it.
//!
//! Its newest interfaces differ between systems; what is used here is the same in all of its versions.

use std::{
    ffi::{c_char, c_int, c_void},
    ptr::{null, null_mut},
    sync::OnceLock,
};

use libloading::Library;

use super::{Decoded, Job, Refusal};
use crate::{
    format::Format,
    pixels::{Channels, Pixels},
};

const NAMES: &[&str] =
    &["libheif.so.1", "libheif.1.dylib", "/opt/homebrew/lib/libheif.1.dylib", "/usr/local/lib/libheif.1.dylib"];

const COLOURS_RGB: c_int = 1;
const INTERLEAVED_RGB: c_int = 10;
const INTERLEAVED_RGBA: c_int = 11;
const CHANNEL_INTERLEAVED: c_int = 10;
const UNSUPPORTED_FILE: c_int = 3;
const UNSUPPORTED_FEATURE: c_int = 4;
const PLUGIN_MISSING: c_int = 11;

#[repr(C)]
struct HeifError {
    code: c_int,
    subcode: c_int,
    message: *const c_char,
}

type Read = unsafe extern "C" fn(*mut c_void, *const c_void, usize, *const c_void) -> HeifError;
type Decode = unsafe extern "C" fn(*const c_void, *mut *mut c_void, c_int, c_int, *const c_void) -> HeifError;

/// The functions that are used; they stay as long as the process.
struct Heif {
    alloc: unsafe extern "C" fn() -> *mut c_void,
    free: unsafe extern "C" fn(*mut c_void),
    threads: Option<unsafe extern "C" fn(*mut c_void, c_int)>,
    read: Read,
    primary: unsafe extern "C" fn(*mut c_void, *mut *mut c_void) -> HeifError,
    release_handle: unsafe extern "C" fn(*const c_void),
    has_alpha: unsafe extern "C" fn(*const c_void) -> c_int,
    width: unsafe extern "C" fn(*const c_void) -> c_int,
    height: unsafe extern "C" fn(*const c_void) -> c_int,
    decode: Decode,
    plane: unsafe extern "C" fn(*const c_void, c_int, *mut c_int) -> *const u8,
    image_width: unsafe extern "C" fn(*const c_void, c_int) -> c_int,
    image_height: unsafe extern "C" fn(*const c_void, c_int) -> c_int,
    release_image: unsafe extern "C" fn(*const c_void),
    has_decoder: unsafe extern "C" fn(c_int) -> c_int,
}

fn heif() -> Option<&'static Heif> {
    static HEIF: OnceLock<Option<Heif>> = OnceLock::new();
    HEIF.get_or_init(|| {
        // SAFETY: libheif does nothing at loading but to set its own tables up.
        let library = NAMES.iter().find_map(|name| unsafe { Library::new(*name) }.ok())?;
        let heif = load(&library);
        // its functions are kept, so it must be too
        std::mem::forget(library);
        heif
    })
    .as_ref()
}

fn load(library: &Library) -> Option<Heif> {
    // SAFETY: the types are those of libheif's header, unchanged since its first version.
    unsafe {
        Some(Heif {
            alloc: *library.get(b"heif_context_alloc\0").ok()?,
            free: *library.get(b"heif_context_free\0").ok()?,
            threads: library.get(b"heif_context_set_max_decoding_threads\0").ok().map(|found| *found),
            read: *library.get(b"heif_context_read_from_memory_without_copy\0").ok()?,
            primary: *library.get(b"heif_context_get_primary_image_handle\0").ok()?,
            release_handle: *library.get(b"heif_image_handle_release\0").ok()?,
            has_alpha: *library.get(b"heif_image_handle_has_alpha_channel\0").ok()?,
            width: *library.get(b"heif_image_handle_get_width\0").ok()?,
            height: *library.get(b"heif_image_handle_get_height\0").ok()?,
            decode: *library.get(b"heif_decode_image\0").ok()?,
            plane: *library.get(b"heif_image_get_plane_readonly\0").ok()?,
            image_width: *library.get(b"heif_image_get_width\0").ok()?,
            image_height: *library.get(b"heif_image_get_height\0").ok()?,
            release_image: *library.get(b"heif_image_release\0").ok()?,
            has_decoder: *library.get(b"heif_have_decoder_for_format\0").ok()?,
        })
    }
}

/// Whether this machine can decode the format. Else a file of it is unsupported, not corrupted.
pub(crate) fn is_there(format: Format) -> bool {
    // libheif's numbers of the codings
    let coding = if format == Format::Avif { 4 } else { 1 };
    // SAFETY: asks a table.
    heif().is_some_and(|heif| unsafe { (heif.has_decoder)(coding) != 0 })
}

/// What was opened is given back, whatever happens.
struct Open {
    heif: &'static Heif,
    context: *mut c_void,
    handle: *mut c_void,
    image: *mut c_void,
}

impl Drop for Open {
    fn drop(&mut self) {
        // SAFETY: each was made by libheif or is null, which it ignores.
        unsafe {
            if !self.image.is_null() {
                (self.heif.release_image)(self.image);
            }
            if !self.handle.is_null() {
                (self.heif.release_handle)(self.handle);
            }
            (self.heif.free)(self.context);
        }
    }
}

pub(super) fn decode(job: &Job<'_>) -> Result<Decoded, Refusal> {
    let name = job.format.name();
    if !is_there(job.format) {
        return Err(Refusal::Unsupported(format!(
            "There is no decoder for {name} here: install libheif (Debian: libheif1)."
        )));
    }
    let heif = heif().ok_or_else(|| Refusal::Unsupported(format!("There is no decoder for {name} here.")))?;
    // SAFETY: the bytes outlive what is opened on them; pointers come from libheif and are checked before use.
    unsafe {
        let mut open = Open { heif, context: (heif.alloc)(), handle: null_mut(), image: null_mut() };
        if let Some(threads) = heif.threads {
            // as many files are decoded at once as there are cores
            threads(open.context, 0);
        }
        check(&(heif.read)(open.context, job.bytes.as_ptr().cast(), job.bytes.len(), null()))?;
        check(&(heif.primary)(open.context, &mut open.handle))?;
        let edge = |edge: c_int| u32::try_from(edge).unwrap_or(0);
        let size = (edge((heif.width)(open.handle)), edge((heif.height)(open.handle)));
        job.limits.check(size, false).map_err(Refusal::Unsupported)?;
        let (chroma, channels) = match (heif.has_alpha)(open.handle) {
            0 => (INTERLEAVED_RGB, Channels::Rgb),
            _ => (INTERLEAVED_RGBA, Channels::Rgba),
        };
        check(&(heif.decode)(open.handle, &mut open.image, COLOURS_RGB, chroma, null()))?;
        let size = (
            edge((heif.image_width)(open.image, CHANNEL_INTERLEAVED)),
            edge((heif.image_height)(open.image, CHANNEL_INTERLEAVED)),
        );
        let mut stride = 0;
        let plane = (heif.plane)(open.image, CHANNEL_INTERLEAVED, &mut stride);
        if plane.is_null() || size.0 == 0 || size.1 == 0 {
            return Err(Refusal::Damaged("The picture has no pixels.".into()));
        }
        let mut pixels = Pixels { width: size.0, height: size.1, channels, data: Vec::new() };
        pixels.data.reserve_exact(pixels.row_bytes() * size.1 as usize);
        for row in 0..size.1 as usize {
            let start = plane.add(row * stride.unsigned_abs() as usize);
            pixels.data.extend_from_slice(std::slice::from_raw_parts(start, pixels.row_bytes()));
        }
        Ok(Decoded { pixels, size, damage: None })
    }
}

fn check(error: &HeifError) -> Result<(), Refusal> {
    match error.code {
        0 => Ok(()),
        UNSUPPORTED_FILE | UNSUPPORTED_FEATURE | PLUGIN_MISSING => {
            Err(Refusal::Unsupported("The picture is of a variant that is not decoded here.".into()))
        }
        _ => Err(Refusal::Damaged("The data is damaged.".into())),
    }
}
