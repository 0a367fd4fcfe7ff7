//! A day of the calendar. Knows no clock and no zone.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a day is written as 2026-11-25")]
pub struct BadDay;

impl Day {
    /// None for a day that no calendar has.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Day> {
        let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        ((1..=9999).contains(&year) && (1..=last).contains(&day)).then_some(Day { year, month, day })
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Day {
    type Err = BadDay;

    fn from_str(text: &str) -> Result<Day, BadDay> {
        if !text.bytes().all(|sign| sign.is_ascii_digit() || sign == b'-') {
            return Err(BadDay);
        }
        let mut parts = text.split('-').map(|part| (part.len(), part.parse::<u16>()));
        let (Some((4, Ok(year))), Some((2, Ok(month))), Some((2, Ok(day))), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(BadDay);
        };
        let small = |number: u16| u8::try_from(number).map_err(|_| BadDay);
        Day::new(year, small(month)?, small(day)?).ok_or(BadDay)
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let check = |text: &str, is_one: bool| {
            assert_eq!(text.parse::<Day>().is_ok(), is_one, "{text}");
        };
        check("2026-11-25", true);
        check("2024-02-29", true);
        check("2023-02-29", false);
        check("1900-02-29", false);
        check("2000-02-29", true);
        check("2026-13-01", false);
        check("2026-00-01", false);
        check("2026-04-31", false);
        check("0000-01-01", false);
        check("2026-1-1", false);
        check("+026-01-01", false);
        check("2026-11-25-1", false);
        check("today", false);
        assert_eq!("2026-01-05".parse::<Day>().map(|day| day.to_string()).as_deref(), Ok("2026-01-05"));
    }
}
