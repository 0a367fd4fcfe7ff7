//! Times, sizes and rates as people write them.

use std::time::Duration;

use crate::server::ingest;

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const MINUTE: Duration = SECOND.saturating_mul(60);
pub(super) const HOUR: Duration = MINUTE.saturating_mul(60);
pub(super) const DAY: Duration = HOUR.saturating_mul(24);

/// Longer than anything is run, and short enough to be added to any moment.
const TIME_MAX: Duration = DAY.saturating_mul(3650);
/// What is done more often leaves no time to do it.
const TIME_MIN: Duration = Duration::from_millis(10);

/// `500ms`, `30s`, `5m`, `24h`, `30d`; 0 needs no unit.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    let not_understood = || "a number with ms, s, m, h or d behind it, such as 500ms or 24h".to_owned();
    let end_of_number = text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end_of_number);
    let number: u32 = number.parse().map_err(|_| not_understood())?;
    let unit = match unit {
        "ms" => Duration::from_millis(1),
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        "" if number == 0 => SECOND,
        _ => return Err(not_understood()),
    };
    unit.checked_mul(number).filter(|time| *time <= TIME_MAX).ok_or_else(|| "ten years at most".to_owned())
}

/// `500KiB`, `200MiB`, `1GiB`; 0 needs no unit.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let not_understood = || "a number with KiB, MiB or GiB behind it, such as 200MiB".to_owned();
    let end_of_number = text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end_of_number);
    let number: u64 = number.parse().map_err(|_| not_understood())?;
    let unit: u64 = match unit {
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "" if number == 0 => 1,
        _ => return Err(not_understood()),
    };
    unit.checked_mul(number).ok_or_else(|| "less than that".to_owned())
}

/// Larger files are not taken in from anywhere.
pub(super) fn upload_size(text: &str) -> Result<u64, String> {
    match size(text)? {
        0 => Err("1KiB at least".to_owned()),
        size if size > ingest::FILE_BYTES_MAX => Err("1GiB at most: no picture is larger".to_owned()),
        size => Ok(size),
    }
}

/// Of bytes a second. `800000`, `500KB`, `2MB`, `1.5GB`: thousands, as disks and lines are sold by. Not nothing.
pub(super) fn rate(text: &str) -> Result<u64, String> {
    let not_understood = || "a number with KB, MB or GB behind it, such as 500KB or 2MB".to_owned();
    let end_of_number = text.find(|sign: char| !(sign.is_ascii_digit() || sign == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end_of_number);
    let number: f64 = number.parse().map_err(|_| not_understood())?;
    let unit = match unit.to_ascii_uppercase().as_str() {
        "" | "B" => 1.0,
        "KB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        "KIB" => 1024.0,
        "MIB" => 1024.0 * 1024.0,
        "GIB" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(not_understood()),
    };
    let bytes = number * unit;
    if bytes >= 1.0 { Ok(bytes as u64) } else { Err("1 byte at least".to_owned()) }
}

/// One that is not nothing.
pub(super) fn some_time(text: &str) -> Result<Duration, String> {
    let time = time(text)?;
    if time < TIME_MIN { Err("10ms at least".to_owned()) } else { Ok(time) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        for (text, expect) in [
            ("500ms", Some(Duration::from_millis(500))),
            ("30s", Some(30 * SECOND)),
            ("5m", Some(5 * MINUTE)),
            ("24h", Some(DAY)),
            ("30d", Some(30 * DAY)),
            ("0", Some(Duration::ZERO)),
            ("3650d", Some(TIME_MAX)),
            ("3651d", None),
            ("99999999999s", None),
            ("30", None),
            ("s", None),
            ("", None),
            ("1.5h", None),
            ("-1s", None),
            ("5 m", None),
            ("5µs", None),
        ] {
            assert_eq!(time(text).ok(), expect, "{text}");
        }
        assert!(some_time("0").is_err());
    }

    #[test]
    fn sizes_have_units() {
        for (text, expect) in [
            ("500KiB", Some(500 << 10)),
            ("200MiB", Some(200 << 20)),
            ("1GiB", Some(1 << 30)),
            ("0", Some(0)),
            ("5", None),
            ("5MB", None),
            ("", None),
            ("99999999999GiB", None),
        ] {
            assert_eq!(size(text).ok(), expect, "{text}");
        }
        assert!(upload_size("0").is_err());
        assert!(upload_size("2GiB").is_err());
    }

    #[test]
    fn rates_have_units() {
        for (text, expect) in [
            ("500KB", Some(500_000)),
            ("2MB", Some(2_000_000)),
            ("1.5mb", Some(1_500_000)),
            ("1GB", Some(1_000_000_000)),
            ("800", Some(800)),
            ("0", None),
            ("0.1B", None),
            ("MB", None),
            ("2 MB", None),
            ("2MiB", Some(2 << 20)),
            ("-1KB", None),
            ("1.2.3KB", None),
            ("", None),
        ] {
            assert_eq!(rate(text).ok(), expect, "{text}");
        }
    }
}
