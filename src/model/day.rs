//! A day of the calendar. Knows no clock and no zone.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

    /// Days since the first of January 1970.
    pub fn number(self) -> i32 {
        // years that begin in March, so that the day that comes and goes is the last one
        let (year, month) = (i32::from(self.year), i32::from(self.month));
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let of_year = (153 * month + 2) / 5 + i32::from(self.day) - 1;
        year * 365 + year / 4 - year / 100 + year / 400 + of_year - DAYS_TO_1970
    }

    /// None beyond the calendar.
    pub fn of_number(number: i32) -> Option<Day> {
        let days = number.checked_add(DAYS_TO_1970)?;
        let (era, of_era) = (days.div_euclid(DAYS_OF_ERA), days.rem_euclid(DAYS_OF_ERA));
        let of_era_year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / (DAYS_OF_ERA - 1)) / 365;
        let of_year = of_era - (365 * of_era_year + of_era_year / 4 - of_era_year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (year, month) = if month < 10 { (0, month + 3) } else { (1, month - 9) };
        let year = u16::try_from(era * 400 + of_era_year + year).ok()?;
        Day::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    }

    pub fn year(self) -> u16 {
        self.year
    }

    /// From 1 on.
    pub fn month(self) -> u8 {
        self.month
    }

    pub fn of_month(self) -> u8 {
        self.day
    }

    /// Sunday is 0.
    pub fn weekday(self) -> u8 {
        // the first of January 1970 was a Thursday
        (self.number() + 4).rem_euclid(7) as u8
    }
}

/// From the first of March of the year 0.
const DAYS_TO_1970: i32 = 719_468;
/// Of four hundred years.
const DAYS_OF_ERA: i32 = 146_097;

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
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        let check = |text: &str, number: i32, weekday: u8| {
            let day: Day = text.parse().expect(text);
            assert_eq!((day.number(), day.weekday()), (number, weekday), "{text}");
        };
        check("1970-01-01", 0, 4);
        check("1969-12-31", -1, 3);
        check("2000-02-29", 11_016, 2);
        check("2026-11-25", 20_782, 3);
        check("0001-01-01", -719_162, 1);
        assert_eq!(Day::of_number(i32::MAX), None);
        assert_eq!(Day::of_number(-719_163), None);
    }

    proptest! {
        #[test]
        fn a_number_is_one_day(number in -719_162..2_932_896i32) {
            prop_assert_eq!(Day::of_number(number).map(Day::number), Some(number));
        }
    }

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
