//! The reader's clock and time zone. Formats nothing.

/// How far this browser's zone was from UTC at that moment, in milliseconds to add.
pub fn zone_offset_ms(at_ms: i64) -> i64 {
    let date = js_sys::Date::new(&(at_ms as f64).into());
    -(date.get_timezone_offset() as i64) * 60_000
}

pub fn now_ms() -> f64 {
    js_sys::Date::now()
}

/// Anything from 0 to 1.
pub fn chance() -> f64 {
    js_sys::Math::random()
}
