//! Numbers, sizes and dates in words, the same on the server and in every browser. Asks no locale.

use crate::model::Day;

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

const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// `17 November 2026, 16:42`, of milliseconds since 1970 that were moved to the zone that is meant.
pub fn moment(ms: i64) -> String {
    let minutes = ms.div_euclid(60_000);
    let (day, minute) = (minutes.div_euclid(1_440), minutes.rem_euclid(1_440));
    let day = i32::try_from(day).ok().and_then(Day::of_number).map(date).unwrap_or_default();
    format!("{day}, {:02}:{:02}", minute / 60, minute % 60)
}

/// `17 November 2026`.
fn date(day: Day) -> String {
    format!("{} {}", day_of_month(day), day.year())
}

/// `17 November`.
fn day_of_month(day: Day) -> String {
    format!("{} {}", day.of_month(), month(day))
}

pub fn month(day: Day) -> &'static str {
    MONTHS[usize::from(day.month() - 1)]
}

/// `Nov`.
pub fn short_month(day: Day) -> String {
    month(day).chars().take(3).collect()
}

pub fn month_and_year(day: Day) -> String {
    format!("{} {}", month(day), day.year())
}

/// What stands over a day's pictures: `Tuesday, 17 November`, with the year where it is not this one, or how near it is.
pub fn day_heading(day: Day, today: Option<Day>) -> String {
    let weekday = WEEKDAYS[usize::from(day.weekday())];
    match today {
        Some(today) if today == day => "Today".into(),
        Some(today) if today.number() - 1 == day.number() => "Yesterday".into(),
        Some(today) if today.year() == day.year() => format!("{weekday}, {}", day_of_month(day)),
        _ => format!("{weekday}, {}", date(day)),
    }
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

fn written_day(text: &str) -> Option<String> {
    text.parse().ok().map(date)
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
    fn days_are_called_by_how_near_they_are() {
        let day = |text: &str| text.parse::<Day>().ok();
        let check = |text: &str, today: Option<&str>, expect: &str| {
            let heading = day(text).map(|day_| day_heading(day_, today.and_then(day)));
            assert_eq!(heading.as_deref(), Some(expect), "{text}");
        };
        check("2026-11-17", None, "Tuesday, 17 November 2026");
        check("2026-11-17", Some("2026-11-25"), "Tuesday, 17 November");
        check("2025-11-17", Some("2026-11-25"), "Monday, 17 November 2025");
        check("2026-11-25", Some("2026-11-25"), "Today");
        check("2026-02-28", Some("2026-03-01"), "Yesterday");
    }

    #[test]
    fn a_cameras_clock_is_read_as_it_is() {
        let check = |text: &str, expect: &str| assert_eq!(wall_clock(text), expect);
        check("2026-11-17 16:42:05", "17 November 2026, 16:42");
        check("2026-13-17 16:42:05", "2026-13-17 16:42:05");
        check("yesterday", "yesterday");
    }
}
