//! The camera's clock, in the ways in which it is written. Knows no calendar but ours.

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// The camera's wall clock, read as UTC where it does not say its offset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken {
    pub at: OffsetDateTime,
    pub offset_min: Option<i16>,
}

impl Taken {
    /// None if the moment, seen from Greenwich, lies in no year that a catalogue can hold.
    pub(super) fn new(wall: PrimitiveDateTime, offset_min: Option<i16>) -> Option<Taken> {
        let offset = UtcOffset::from_whole_seconds(i32::from(offset_min.unwrap_or(0)) * 60).ok()?;
        let at = wall.assume_offset(offset);
        at.checked_to_offset(UtcOffset::UTC).filter(|at| at.year() > 0)?;
        Some(Taken { at, offset_min })
    }
}

/// `2026:11:17 16:42:05`, with fractions of the second from where EXIF keeps them.
pub(super) fn of_exif(text: &str, fraction: Option<&str>) -> Option<PrimitiveDateTime> {
    of_parts(text.get(..19)?, &[':', ' '], fraction)
}

/// `2026-11-17T16:42:05.25+01:00`, from the minutes on as much of it as there is.
pub(super) fn of_iso(text: &str) -> Option<Taken> {
    let (date, rest) = text.trim().split_once('T')?;
    let clock_end = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (clock, offset) = rest.split_at(clock_end);
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(clock, fraction)| (clock, Some(fraction)));
    let seconds = if clock.matches(':').count() == 1 { ":00" } else { "" };
    let wall = of_parts(&format!("{date} {clock}{seconds}"), &['-', ' ', ':'], fraction)?;
    let offset_min = if offset == "Z" { Some(0) } else { offset_minutes(offset) };
    Taken::new(wall, offset_min)
}

fn of_parts(text: &str, between: &[char], fraction: Option<&str>) -> Option<PrimitiveDateTime> {
    let numbers: Vec<u16> = text.split(between).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let &[year, month, day, hour, minute, second] = numbers.as_slice() else { return None };
    let small = |number: u16| u8::try_from(number).ok();
    // cameras without a clock write year zero
    let year = (year > 0).then_some(i32::from(year))?;
    let date = Date::from_calendar_date(year, Month::try_from(small(month)?).ok()?, small(day)?).ok()?;
    let time =
        Time::from_hms_nano(small(hour)?, small(minute)?, small(second)?, fraction.map_or(0, nanoseconds)).ok()?;
    Some(PrimitiveDateTime::new(date, time))
}

/// The digits behind the point of a second.
fn nanoseconds(digits: &str) -> u32 {
    let digits: String = digits.trim().chars().take_while(char::is_ascii_digit).take(9).collect();
    format!("{digits:0<9}").parse().unwrap_or(0)
}

/// `+02:00`
pub(super) fn offset_minutes(text: &str) -> Option<i16> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i16, i16) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..=14).contains(&hours) && (0..60).contains(&minutes)).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_read_or_left() {
        assert!(of_exif("2026:11:17 16:42:05", None).is_some());
        for text in ["0000:00:00 00:00:00", "2026:13:01 00:00:00", "    :  :     :  :  ", "2026-11-17", ""] {
            assert_eq!(of_exif(text, None), None, "{text}");
        }
        assert_eq!(of_exif("2026:11:17 16:42:05", Some("25")).map(|at| at.nanosecond()), Some(250_000_000));
        assert_eq!(offset_minutes("+02:00"), Some(120));
        assert_eq!(offset_minutes("-03:30"), Some(-210));
        assert_eq!(offset_minutes("Z"), None);
        assert_eq!(of_iso("2026-11-17T16:42+01:00").and_then(|taken| taken.offset_min), Some(60));
        assert_eq!(of_iso("2026-11-17T16:42:05.5Z").map(|taken| taken.at.nanosecond()), Some(500_000_000));
        assert_eq!(of_iso("2026-11"), None);
    }

    #[test]
    fn a_moment_that_no_catalogue_can_hold_is_none() {
        let last = of_exif("9999:12:31 23:59:59", None).expect("a clock");
        assert_eq!(Taken::new(last, Some(-60)), None);
        assert!(Taken::new(last, None).is_some());
    }
}
