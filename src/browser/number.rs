//! Numbers that are written. Read by the browser: Rust's way to read one that is no whole number brings tables of ten kilobytes.

use js_sys::parse_float;

pub fn read(text: &str) -> Option<f64> {
    Some(parse_float(text)).filter(|number| number.is_finite())
}
