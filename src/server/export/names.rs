//! What files are called in an archive that may be unpacked anywhere: on Windows, on a Mac, over a camera's names that are
//! all alike. Knows no archive and no clock.

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

/// Longer names are cut: most file systems end at 255 bytes, and who unpacks may add to them.
const NAME_BYTES_MAX: usize = 200;
/// What comes after the last dot and is longer belongs to the name.
const END_BYTES_MAX: usize = 12;
/// The longest number that is put behind a name.
const NUMBER_BYTES_MAX: usize = " (4294967295)".len();
/// Stands for what Windows forbids, and behind a name that it keeps for its devices.
const SALVE: char = '_';
const NAMELESS: &str = "picture";
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
const PORTS: [&str; 2] = ["com", "lpt"];

pub enum Style {
    Plain,
    /// With the time of the export, `20261126-101500`: `harbour_20261126-101500.jpg`.
    Stamped(String),
}

/// The names that are given away, each once.
pub struct Names {
    stamp: String,
    taken: HashSet<String>,
    /// By name without number, which number is tried next: who comes late does not try all of them again.
    next: HashMap<String, u32>,
}

impl Names {
    pub fn new(style: Style) -> Names {
        let stamp = match style {
            Style::Plain => String::new(),
            Style::Stamped(time) => format!("_{time}"),
        };
        Names { stamp, taken: HashSet::new(), next: HashMap::new() }
    }

    /// What a picture's file is called, in the style of this archive.
    pub fn of_picture(&mut self, file: &str) -> String {
        let stamp = self.stamp.clone();
        self.give(file, &stamp)
    }

    /// For what has its time in its name already, or needs none: the list of hashes, what lies beside a picture.
    pub fn of_other(&mut self, file: &str) -> String {
        self.give(file, "")
    }

    fn give(&mut self, file: &str, stamp: &str) -> String {
        let name = allowed(file);
        let (stem, end) = split(&name);
        let name = fitted(stem, stamp, end);
        if self.taken.insert(folded(&name)) {
            return name;
        }
        // cut before it is counted: long names that end alike would try each other's numbers
        let stem = cut(stem, NUMBER_BYTES_MAX + stamp.len() + end.len());
        let next = self.next.entry(folded(&format!("{stem}{stamp}/{end}"))).or_insert(1);
        loop {
            *next = next.saturating_add(1);
            let name = fitted(stem, &format!("{stamp} ({next})"), end);
            if self.taken.insert(folded(&name)) {
                return name;
            }
        }
    }
}

/// What the archive itself is called.
pub fn archive(stamp: &str, pictures: u64) -> String {
    let plural = if pictures == 1 { "" } else { "s" };
    format!("pixelsync-{stamp}-{pictures}-picture{plural}.zip")
}

/// Two names that are one name somewhere fold to the same text: a Mac does not tell apart how an umlaut is put together,
/// and neither it nor Windows large letters from small ones.
fn folded(name: &str) -> String {
    name.nfd().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfd().collect()
}

fn allowed(file: &str) -> String {
    let is_forbidden = |sign: char| sign.is_control() || r#"<>:"/\|?*"#.contains(sign);
    let name = file.replace(is_forbidden, &SALVE.to_string());
    if name.is_empty() { NAMELESS.to_owned() } else { firm(&name) }
}

/// Windows drops dots and blanks at the end.
fn firm(name: &str) -> String {
    let kept = name.trim_end_matches(['.', ' ']);
    let mut firm = kept.to_owned();
    firm.extend(std::iter::repeat_n(SALVE, name.len() - kept.len()));
    firm
}

/// The end includes its dot. A name that begins with its only dot has no end.
pub fn split(name: &str) -> (&str, &str) {
    let is_end = |end: &str| end.len() <= END_BYTES_MAX && end.chars().skip(1).all(char::is_alphanumeric);
    match name.rfind('.') {
        Some(dot) if dot > 0 && is_end(&name[dot..]) => name.split_at(dot),
        _ => (name, ""),
    }
}

/// Put together again, short enough, and none of the names that Windows keeps for its devices.
fn fitted(stem: &str, mark: &str, end: &str) -> String {
    let mut name = firm(&format!("{}{mark}{end}", cut(stem, SALVE.len_utf8() + mark.len() + end.len())));
    // they are that with any end
    let device = name.split('.').next().unwrap_or_default().trim_end();
    if is_device(device) {
        name.insert(device.len(), SALVE);
    }
    name
}

/// So much of it that there is room behind.
fn cut(stem: &str, room: usize) -> &str {
    &stem[..stem.floor_char_boundary(NAME_BYTES_MAX.saturating_sub(room))]
}

fn is_device(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_number = |rest: &str| matches!(rest, "¹" | "²" | "³") || matches!(rest.as_bytes(), [b'0'..=b'9']);
    let is_port = PORTS.iter().any(|port| name.strip_prefix(port).is_some_and(is_number));
    is_port || DEVICES.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STAMP: &str = "20261126-101500";

    fn stamped() -> Names {
        Names::new(Style::Stamped(STAMP.to_owned()))
    }

    #[test]
    fn names_are_made_fit_for_windows() {
        let check = |file, expect: &str| assert_eq!(Names::new(Style::Plain).of_picture(file), expect, "{file}");
        check("harbour.jpg", "harbour.jpg");
        check("Größe 港.jpg", "Größe 港.jpg");
        check("a/b\\c.jpg", "a_b_c.jpg");
        check("<>:\"|?*\u{0}\n\u{7f}.jpg", "__________.jpg");
        check("..", "__");
        check("", "picture");
        check("a. .", "a___");
        check("a.jpg ", "a.jpg_");
        check(".jpg", ".jpg");
        check("con", "con_");
        check("CON.jpg", "CON_.jpg");
        check("nul .tar.gz", "nul_ .tar.gz");
        check("Lpt1.png", "Lpt1_.png");
        check("COM².png", "COM²_.png");
        check("COM10.png", "COM10.png");
        check("console.jpg", "console.jpg");
    }

    #[test]
    fn the_time_stands_before_the_end() {
        let check = |file, expect: &str| assert_eq!(stamped().of_picture(file), expect, "{file}");
        check("harbour.jpg", "harbour_20261126-101500.jpg");
        check("a.tar.gz", "a.tar_20261126-101500.gz");
        check("harbour", "harbour_20261126-101500");
        check("Mr. Smith", "Mr. Smith_20261126-101500");
        check(".jpg", ".jpg_20261126-101500");
        check("NUL.jpg", "NUL_20261126-101500.jpg");
        assert_eq!(stamped().of_other("SHA256SUMS.txt"), "SHA256SUMS.txt");
    }

    #[test]
    fn names_that_are_one_somewhere_get_numbers() {
        let check = |style, files: &[&str], expect: &[&str]| {
            let mut names = Names::new(style);
            assert_eq!(files.iter().map(|file| names.of_picture(file)).collect::<Vec<_>>(), expect);
        };
        check(Style::Plain, &["a.jpg", "A.JPG", "a.jpg"], &["a.jpg", "A (2).JPG", "a (3).jpg"]);
        check(Style::Plain, &["a.jpg", "a (2).jpg", "a.jpg"], &["a.jpg", "a (2).jpg", "a (3).jpg"]);
        check(Style::Plain, &["ä.jpg", "a\u{308}.jpg", "Ä.jpg"], &["ä.jpg", "a\u{308} (2).jpg", "Ä (3).jpg"]);
        check(Style::Plain, &["Straße", "STRASSE"], &["Straße", "STRASSE (2)"]);
        check(Style::Plain, &["ΣΑΣ", "σας"], &["ΣΑΣ", "σας (2)"]);
        check(Style::Plain, &["が", "か\u{3099}"], &["が", "か\u{3099} (2)"]);
        check(Style::Plain, &["ä.jpg", "a.jpg", "ö.jpg"], &["ä.jpg", "a.jpg", "ö.jpg"]);
        check(Style::Plain, &["a?", "a*"], &["a_", "a_ (2)"]);
        check(Style::Plain, &["con.jpg", "con_.jpg"], &["con_.jpg", "con_ (2).jpg"]);
        let style = Style::Stamped("now".to_owned());
        check(style, &["a.jpg", "a.jpg", "a_now.jpg"], &["a_now.jpg", "a_now (2).jpg", "a_now_now.jpg"]);
    }

    #[test]
    fn what_stands_beside_is_known_to_the_pictures() {
        let mut names = Names::new(Style::Plain);
        assert_eq!(names.of_other("SHA256SUMS.txt"), "SHA256SUMS.txt");
        assert_eq!(names.of_picture("sha256sums.TXT"), "sha256sums (2).TXT");
    }

    /// Were each to try all numbers before it, this would take minutes.
    #[test]
    fn a_hundred_thousand_equal_names_take_no_time() {
        let mut names = Names::new(Style::Plain);
        let last = (0..100_000).map(|_| names.of_picture("IMG_0001.JPG")).last();
        assert_eq!(last.as_deref(), Some("IMG_0001 (100000).JPG"));
    }

    #[test]
    fn long_names_that_begin_alike_take_no_time_either() {
        let mut names = Names::new(Style::Plain);
        for number in 0..5_000 {
            let name = format!("{}{number:05}.jpg", "x".repeat(190));
            names.of_picture(&name);
            names.of_picture(&name);
        }
        assert_eq!(names.taken.len(), 10_000);
    }

    #[test]
    fn long_names_keep_their_ends() {
        let check = |file: &str, ends: &str| {
            let mut names = stamped();
            names.of_picture(file);
            let name = names.of_picture(file);
            assert!(name.len() <= NAME_BYTES_MAX && name.ends_with(ends), "{name}");
        };
        check(&format!("{}.jpg", "ä".repeat(300)), "ä_20261126-101500 (2).jpg");
        check(&format!("{}.{}", "港".repeat(90), "x".repeat(90)), "港_20261126-101500 (2)");
    }

    #[test]
    fn the_archive_says_when_and_how_many() {
        let check = |pictures, expect| assert_eq!(archive(STAMP, pictures), expect);
        check(1_234, "pixelsync-20261126-101500-1234-pictures.zip");
        check(1, "pixelsync-20261126-101500-1-picture.zip");
    }

    proptest! {
        #[test]
        fn every_name_is_new_and_can_be_unpacked_anywhere(
            files in prop::collection::vec(r"(con|COM1|[ .a-bA-BäÄ\PC]{0,3}|[\PC\n:/]{180,230})(\.jpg|\.JPG|[. ]|)", 0..60),
            is_stamped in any::<bool>(),
        ) {
            let mut names = if is_stamped { stamped() } else { Names::new(Style::Plain) };
            let mut seen = HashSet::new();
            for file in files {
                let name = names.of_picture(&file);
                prop_assert!(seen.insert(folded(&name)), "{name:?} again");
                prop_assert!(!name.is_empty() && name.len() <= NAME_BYTES_MAX, "{name:?}");
                prop_assert!(!name.ends_with(['.', ' ']), "{name:?}");
                prop_assert!(!name.contains(|sign: char| sign.is_control() || "<>:\"/\\|?*".contains(sign)), "{name:?}");
                prop_assert!(!is_device(name.split('.').next().unwrap_or_default().trim_end()), "{name:?}");
            }
        }
    }
}
