//! Numbers, sizes and dates in words, the same on the server and in every browser. Asks no locale.

/// `48213` is `48,213`.
pub fn thousands(number: impl Into<u64>) -> String {
    let digits = number.into().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 picture`, `2 pictures`.
pub fn count(number: u32, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

pub fn bytes(size: u64) -> String {
    const UNITS: [&str; 5] = ["KB", "MB", "GB", "TB", "PB"];
    if size < 1_000 {
        return format!("{size} bytes");
    }
    let (mut unit, mut step) = (0, 1_000);
    // rounded to the thousand, it is one of the next unit
    while (size + step / 2) / step >= 1_000 && unit + 1 < UNITS.len() {
        unit += 1;
        step *= 1_000;
    }
    let tenths = (size + step / 20) / (step / 10);
    if tenths < 1_000 {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    } else {
        format!("{} {}", thousands((size + step / 2) / step), UNITS[unit])
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `17 November 2026, 16:42`, of milliseconds since 1970 that were moved to the zone that is meant.
pub fn moment(ms: i64) -> String {
    let minutes = ms.div_euclid(60_000);
    let (day, minute) = (minutes.div_euclid(1_440), minutes.rem_euclid(1_440));
    let (year, month, day) = date_of(day);
    format!("{day} {} {year}, {:02}:{:02}", MONTHS[month], minute / 60, minute % 60)
}

/// Year, month from 0 and day of the month, of days since 1970. Years are counted from March, so that
/// the leap day is the last of its year.
fn date_of(day: i64) -> (i64, usize, i64) {
    let day = day + 719_468;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let civil = (month + 2) % 12;
    (year + era * 400 + i64::from(civil < 2), civil as usize, of_month)
}

/// `2026-11-17 16:42:05`, as a camera wrote it, is `17 November 2026, 16:42`. What does not look so is left alone.
pub fn wall_clock(text: &str) -> String {
    let parts = || {
        let (date, time) = text.split_once([' ', 'T'])?;
        Some(format!("{}, {}", written_day(date)?, time.get(..5)?))
    };
    parts().unwrap_or_else(|| text.to_owned())
}

/// `2026-11-05` is `5 November 2026`. What does not look so is left alone.
pub fn day(text: &str) -> String {
    written_day(text).unwrap_or_else(|| text.to_owned())
}

fn written_day(date: &str) -> Option<String> {
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    Some(format!("{} {month} {year}", day.parse::<u8>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let check = |number: u32, expect: &str| assert_eq!(thousands(number), expect);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(1_234_567, "1,234,567");
    }

    #[test]
    fn sizes_have_two_or_three_digits() {
        let check = |size: u64, expect: &str| assert_eq!(bytes(size), expect);
        check(0, "0 bytes");
        check(999, "999 bytes");
        check(1_000, "1.0 KB");
        check(11_200_000, "11.2 MB");
        check(99_960, "100 KB");
        check(999_999, "1.0 MB");
        check(3_400_000_000_000, "3.4 TB");
    }

    #[test]
    fn moments_are_dates() {
        let check = |ms: i64, expect: &str| assert_eq!(moment(ms), expect);
        check(0, "1 January 1970, 00:00");
        check(-60_000, "31 December 1969, 23:59");
        check(951_782_400_000, "29 February 2000, 00:00");
        check(1_709_251_199_000, "29 February 2024, 23:59");
        check(1_795_019_325_000, "18 November 2026, 16:28");
    }

    #[test]
    fn a_cameras_clock_is_read_as_it_is() {
        let check = |text: &str, expect: &str| assert_eq!(wall_clock(text), expect);
        check("2026-11-17 16:42:05", "17 November 2026, 16:42");
        check("2026-13-17 16:42:05", "2026-13-17 16:42:05");
        check("yesterday", "yesterday");
    }
}
