//! Where a picture was taken, in degrees, and the way to a map. Fetches nothing from there.

use leptos::prelude::*;

use super::facts::Fact;
use crate::{
    model::details::Place,
    ui::parts::{
        icon::{Icon, Sign},
        words,
    },
};

const TENTHS_IN_DEGREE: u64 = 36_000;

pub fn place(place: Place) -> impl IntoView {
    let Place { latitude, longitude, altitude } = place;
    let coordinates = format!("{}, {}", degrees(latitude, ['N', 'S']), degrees(longitude, ['E', 'W']));
    view! {
        <h3>"Location"</h3>
        <dl>
            <Fact name="Coordinates" value=Some(coordinates)/>
            <Fact name="Altitude" value=altitude.map(height)/>
        </dl>
        <a class="facts-link" href=map_url(place) target="_blank" rel="external noopener noreferrer">
            <Icon sign=Sign::Open/>
            "Open in OpenStreetMap"
        </a>
    }
}

/// `53° 32′ 46.0″ N`. Counted in tenths of a second, so that none of them is ever sixty.
fn degrees(value: f64, [forwards, backwards]: [char; 2]) -> String {
    let tenths = (value.abs() * TENTHS_IN_DEGREE as f64).round() as u64;
    let (degrees, minutes) = (tenths / TENTHS_IN_DEGREE, tenths / 600 % 60);
    let (seconds, tenth) = (tenths / 10 % 60, tenths % 10);
    let side = if value < 0.0 { backwards } else { forwards };
    // what belongs together is not broken between two lines
    format!("{degrees}°\u{a0}{minutes:02}′\u{a0}{seconds:02}.{tenth}″\u{a0}{side}")
}

fn height(metres: f64) -> String {
    let whole = metres.round();
    let side = if whole < 0.0 { "below" } else { "above" };
    format!("{} m {side} the sea", words::thousands(whole.abs() as u64))
}

fn map_url(Place { latitude, longitude, .. }: Place) -> String {
    format!("https://www.openstreetmap.org/?mlat={latitude:.6}&mlon={longitude:.6}#map=15/{latitude:.6}/{longitude:.6}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_read_as_on_a_map() {
        let check = |value: f64, sides: [char; 2], expect: &str| {
            assert_eq!(degrees(value, sides).replace('\u{a0}', " "), expect);
        };
        check(53.5461, ['N', 'S'], "53° 32′ 46.0″ N");
        check(-9.9661, ['E', 'W'], "9° 57′ 58.0″ W");
        check(0.0, ['N', 'S'], "0° 00′ 00.0″ N");
        // nearly eleven
        check(10.999_999_9, ['E', 'W'], "11° 00′ 00.0″ E");
        check(-89.999, ['N', 'S'], "89° 59′ 56.4″ S");
    }

    #[test]
    fn heights_have_a_side() {
        let check = |metres: f64, expect: &str| assert_eq!(height(metres), expect);
        check(1_234.4, "1,234 m above the sea");
        check(-3.0, "3 m below the sea");
        check(-0.2, "0 m above the sea");
    }

    #[test]
    fn a_map_opens_at_the_place() {
        let place = Place { latitude: 53.5461, longitude: -9.9661, altitude: None };
        let expect = "https://www.openstreetmap.org/?mlat=53.546100&mlon=-9.966100#map=15/53.546100/-9.966100";
        assert_eq!(map_url(place), expect);
    }
}
