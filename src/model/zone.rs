//! How far a clock is before the one of Greenwich, and which days it has. Knows no clock itself.

pub const QUARTER_MS: i64 = 900_000;
pub const QUARTERS_OF_DAY: i64 = 86_400_000 / QUARTER_MS;
const MINUTES_OF_QUARTER: i64 = QUARTER_MS / 60_000;

/// In quarters of an hour since 1970, of which the days of every zone are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Zone {
    quarters: i64,
}

impl Zone {
    /// What no clock on Earth shows is taken for Greenwich's.
    pub fn of_minutes(minutes: i64) -> Zone {
        let minutes = if minutes.abs() <= 14 * 60 { minutes } else { 0 };
        Zone { quarters: minutes.div_euclid(MINUTES_OF_QUARTER) }
    }

    /// How many quarters it is before Greenwich.
    pub fn ahead(self) -> i64 {
        self.quarters
    }

    pub fn day_of_quarter(self, quarter: i64) -> i64 {
        (quarter + self.quarters).div_euclid(QUARTERS_OF_DAY)
    }

    /// The millisecond in which a day begins.
    pub fn begin_ms(self, day: i64) -> i64 {
        (day * QUARTERS_OF_DAY - self.quarters) * QUARTER_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_its_quarters() {
        for minutes in [0, 60, 330, -570, 14 * 60, -14 * 60] {
            let zone = Zone::of_minutes(minutes);
            let first = zone.begin_ms(20_000) / QUARTER_MS;
            let days = [first - 1, first, first + QUARTERS_OF_DAY - 1, first + QUARTERS_OF_DAY];
            assert_eq!(days.map(|quarter| zone.day_of_quarter(quarter)), [19_999, 20_000, 20_000, 20_001], "{minutes}");
        }
    }
}
