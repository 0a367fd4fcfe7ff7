//! A piece of a JPEG that is never decoded: its blocks are moved as they are.

use std::ffi::{c_int, c_uint, c_void};

use mozjpeg_sys::{
    JCP_FASTEST, JDIMENSION, JINT_COMPRESS_PROFILE, boolean, jpeg_c_set_int_param, jpeg_compress_struct,
    jpeg_copy_critical_parameters, jpeg_decompress_struct, jpeg_finish_compress, jpeg_finish_decompress, jpeg_mem_dest,
    jpeg_read_coefficients, jpeg_read_header, jpeg_write_coefficients, jpeg_write_marker, jvirt_barray_control,
};

use super::{Cropped, Kind, Source};
use crate::{
    decode::jpeg::{Decompressor, guarded, quiet_errors},
    encode::{Compressor, Output},
    format::Format,
    orientation::{Area, Orientation},
};

/// None where blocks would have to be cut or turned, or where they are damaged.
pub(super) fn untouched(source: &Source<'_>) -> Option<Cropped> {
    if source.orientation != Orientation::UPRIGHT {
        return None;
    }
    let size = source.container.size?;
    source.job.limits.check(size, false).ok()?;
    let area = source.area_of(size);
    let mut from = Decompressor::new(source.job.bytes, Some(source.job.deadline));
    let bytes = guarded(|| move_blocks(source, &mut from, area)).ok()??;
    let is_whole = from.damage_at(0.0).is_none();
    is_whole.then_some(Cropped {
        bytes,
        format: Format::Jpeg,
        width: area.width,
        height: area.height,
        kind: Kind::Untouched,
    })
}

fn move_blocks(source: &Source<'_>, from: &mut Decompressor, area: Area) -> Option<Vec<u8>> {
    let mut errors = quiet_errors();
    let mut output = Output::default();
    // SAFETY: the order of calls is jpegtran's own; errors and output outlive both structs.
    unsafe {
        let from = &mut *from.info;
        jpeg_read_header(from, 1);
        let block = |factor: i32| factor.unsigned_abs() * 8;
        let (across, down) = (block(from.max_h_samp_factor), block(from.max_v_samp_factor));
        if !area.x.is_multiple_of(across) || !area.y.is_multiple_of(down) {
            return None;
        }
        let mut plan = Plan::of(area);
        if jtransform_request_workspace(from, &mut plan) == 0 {
            return None;
        }
        let blocks = jpeg_read_coefficients(from);
        let mut to = Compressor::new(&mut errors);
        let to = to.info();
        jpeg_c_set_int_param(to, JINT_COMPRESS_PROFILE, JCP_FASTEST as i32);
        jpeg_copy_critical_parameters(from, to);
        let target = jtransform_adjust_parameters(from, to, blocks, &mut plan);
        to.optimize_coding = 1;
        jpeg_mem_dest(to, &mut output.start, &mut output.length);
        jpeg_write_coefficients(to, target);
        for (marker, data) in source.markers((area.width, area.height)) {
            jpeg_write_marker(to, marker.into(), data.as_ptr(), data.len() as _);
        }
        jtransform_execute_transform(from, to, blocks, &mut plan);
        jpeg_finish_compress(to);
        jpeg_finish_decompress(from);
    }
    Some(output.bytes().to_vec())
}

/// libjpeg's own description of a transformation, as its header has it. The bindings' is of an older version and shorter.
#[repr(C)]
struct Plan {
    transform: c_uint,
    perfect: boolean,
    trim: boolean,
    force_grayscale: boolean,
    crop: boolean,
    slow_hflip: boolean,
    width: JDIMENSION,
    width_set: c_uint,
    height: JDIMENSION,
    height_set: c_uint,
    x: JDIMENSION,
    x_set: c_uint,
    y: JDIMENSION,
    y_set: c_uint,
    drop_source: *mut c_void,
    drop_blocks: *mut c_void,
    component_count: c_int,
    workspace: *mut Blocks,
    output_width: JDIMENSION,
    output_height: JDIMENSION,
    x_crop_offset: JDIMENSION,
    y_crop_offset: JDIMENSION,
    drop_width: JDIMENSION,
    drop_height: JDIMENSION,
    block_width: c_int,
    block_height: c_int,
}

type Blocks = *mut jvirt_barray_control;

unsafe extern "C-unwind" {
    fn jtransform_request_workspace(from: *mut jpeg_decompress_struct, plan: *mut Plan) -> boolean;
    fn jtransform_adjust_parameters(
        from: *mut jpeg_decompress_struct,
        to: *mut jpeg_compress_struct,
        blocks: *mut Blocks,
        plan: *mut Plan,
    ) -> *mut Blocks;
    fn jtransform_execute_transform(
        from: *mut jpeg_decompress_struct,
        to: *mut jpeg_compress_struct,
        blocks: *mut Blocks,
        plan: *mut Plan,
    );
}

impl Plan {
    fn of(area: Area) -> Plan {
        const SET: c_uint = 1;
        // SAFETY: numbers and pointers, all of which may be zero.
        let plan: Plan = unsafe { std::mem::zeroed() };
        Plan {
            crop: 1,
            width: area.width,
            width_set: SET,
            height: area.height,
            height_set: SET,
            x: area.x,
            x_set: SET,
            y: area.y,
            y_set: SET,
            ..plan
        }
    }
}
