//! What a reader wants to see: which pictures, in which order. One shape for pages, addresses and programs.
//! Knows no table and no screen.

use std::fmt::{self, Write};

use serde::{Deserialize, Serialize};

use super::{Day, FolderId, ImageId, State, folder::FILE_TYPES};

/// Every list that is empty, and everything that is none, asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Query {
    /// Each of them, or the beginning of it, is in the name, title, caption, tags, camera, lens or folder.
    pub words: String,
    /// Of `FILE_TYPES`.
    pub types: Vec<String>,
    pub states: Vec<State>,
    /// So many stars at least.
    pub rating: Option<u8>,
    pub flags: Vec<Flag>,
    pub labels: Vec<String>,
    /// All of them.
    pub tags: Vec<String>,
    pub cameras: Vec<String>,
    pub lenses: Vec<String>,
    pub shapes: Vec<Shape>,
    pub folders: Vec<FolderId>,
    pub crops_of: Option<ImageId>,
    /// The first and the last day.
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub sort: Sort,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    Pick,
    Reject,
    /// Neither.
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    Landscape,
    Portrait,
    Square,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    pub by: By,
    /// Against the direction that one expects: newest, largest and best first, and names from A to Z.
    pub reversed: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    #[default]
    Added,
    Taken,
    Name,
    Size,
    Rating,
}

/// Words that an address or a form writes for a value.
pub trait Named: Copy + PartialEq + 'static {
    const ALL: &'static [Self];
    fn name(self) -> &'static str;

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.name() == name)
    }
}

impl Named for Flag {
    const ALL: &'static [Flag] = &[Flag::Pick, Flag::Reject, Flag::None];

    fn name(self) -> &'static str {
        match self {
            Flag::Pick => "pick",
            Flag::Reject => "reject",
            Flag::None => "none",
        }
    }
}

impl Named for Shape {
    const ALL: &'static [Shape] = &[Shape::Landscape, Shape::Portrait, Shape::Square];

    fn name(self) -> &'static str {
        match self {
            Shape::Landscape => "landscape",
            Shape::Portrait => "portrait",
            Shape::Square => "square",
        }
    }
}

impl Named for State {
    const ALL: &'static [State] = &[
        State::Ok,
        State::Pending,
        State::Corrupted,
        State::Unsupported,
        State::Failed,
        State::Missing,
        State::Unreadable,
    ];

    fn name(self) -> &'static str {
        State::name(self)
    }
}

impl Named for By {
    const ALL: &'static [By] = &[By::Added, By::Taken, By::Name, By::Size, By::Rating];

    fn name(self) -> &'static str {
        match self {
            By::Added => "added",
            By::Taken => "taken",
            By::Name => "name",
            By::Size => "size",
            By::Rating => "rating",
        }
    }
}

const REVERSED: &str = "-reversed";

impl Sort {
    pub fn new(by: By, reversed: bool) -> Sort {
        Sort { by, reversed }
    }

    /// Whether what is compared grows on the way down.
    pub fn ascends(self) -> bool {
        (self.by == By::Name) != self.reversed
    }

    /// The same order from its other end.
    pub fn turned(self) -> Sort {
        Sort { reversed: !self.reversed, ..self }
    }

    pub fn of_name(name: &str) -> Option<Sort> {
        let (by, reversed) = match name.strip_suffix(REVERSED) {
            Some(by) => (by, true),
            None => (name, false),
        };
        Some(Sort { by: By::of_name(by)?, reversed })
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.by.name(), if self.reversed { REVERSED } else { "" })
    }
}

/// Where in a view one is. No limit of its own: the pictures are the same.
const PLACE: &str = "at";

/// More of one kind are not read.
const VALUES_MAX: usize = 50;
const WORDS_MAX: usize = 200;

impl Query {
    /// Everything, as it arrives.
    pub fn is_all(&self) -> bool {
        *self == Query::default()
    }

    /// Whether pictures are left out.
    pub fn is_narrow(&self) -> bool {
        *self != self.without_limits()
    }

    /// Reads what stands after the `?` of an address. What is not understood is left out and said, each in a sentence.
    pub fn read(search: &str) -> (Query, Vec<String>) {
        let (mut query, mut complaints) = (Query::default(), Vec::new());
        for (key, value) in pairs(search) {
            // no name and no word has such signs, and PostgreSQL takes not all of them
            let value: String = value.chars().filter(|sign| !sign.is_control()).collect();
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            if let Err(expected) = query.add(&key, value) {
                complaints.push(format!("`{key}` is {expected}, not `{value}`."));
            }
        }
        (query, complaints)
    }

    /// `Err` is what was expected. Of keys that are not its own it takes no notice.
    fn add(&mut self, key: &str, value: &str) -> Result<(), &'static str> {
        match key {
            "q" => self.words = value.chars().take(WORDS_MAX).collect(),
            "type" => {
                each(value, &mut self.types, "of jpeg, png, gif, webp, tiff, bmp, avif, heic, jxl and raw", |name| {
                    FILE_TYPES.contains(&name).then(|| name.to_owned())
                })?
            }
            "state" => each(
                value,
                &mut self.states,
                "of ok, pending, corrupted, unsupported, failed, missing and unreadable",
                State::of_name,
            )?,
            "rating" => {
                let stars = value.parse().ok().filter(|stars| *stars <= 5).ok_or("a number from 0 to 5")?;
                self.rating = (stars > 0).then_some(stars);
            }
            "flag" => each(value, &mut self.flags, "of pick, reject and none", Flag::of_name)?,
            "shape" => each(value, &mut self.shapes, "of landscape, portrait and square", Shape::of_name)?,
            "folder" => each(value, &mut self.folders, "a folder's id", |id| id.parse().ok())?,
            "crops-of" => self.crops_of = Some(value.parse().map_err(|_| "a picture's id")?),
            "from" => self.from = Some(value.parse().map_err(|_| "a day as 2026-11-25")?),
            "to" => self.to = Some(value.parse().map_err(|_| "a day as 2026-11-25")?),
            "sort" => {
                self.sort =
                    Sort::of_name(value).ok_or("one of added, taken, name, size and rating, or that and -reversed")?
            }
            // these may hold a comma
            "label" => add(&mut self.labels, value.to_owned()),
            "tag" => add(&mut self.tags, value.to_owned()),
            "camera" => add(&mut self.cameras, value.to_owned()),
            "lens" => add(&mut self.lenses, value.to_owned()),
            _ => {}
        }
        Ok(())
    }

    /// The same as an address would read it: within the limits that all values have, whoever sent it.
    pub fn checked(&self) -> Query {
        Query::read(&self.search()).0
    }

    /// The same with a value more, or without it where it is asked for. Of what has only one value, the other one goes.
    pub fn toggled(&self, key: &str, value: &str) -> Query {
        let mut query = Query::default();
        for (other, said) in self.pairs() {
            if (other, said.as_str()) != (key, value) {
                // it was read before, so it is understood
                let _ = query.add(other, &said);
            }
        }
        if !self.asks(key, value) {
            // what nobody understands changes nothing
            let _ = query.add(key, value);
        }
        query
    }

    pub fn asks(&self, key: &str, value: &str) -> bool {
        self.pairs().iter().any(|(other, said)| *other == key && said == value)
    }

    /// The same pictures in another order.
    pub fn sorted(&self, sort: Sort) -> Query {
        Query { sort, ..self.clone() }
    }

    /// All pictures in the same order.
    pub fn without_limits(&self) -> Query {
        Query { sort: self.sort, ..Query::default() }
    }

    pub fn with_words(&self, words: &str) -> Query {
        let mut query = Query { words: String::new(), ..self.clone() };
        // an empty one asks for nothing
        let _ = query.add("q", words.trim());
        query
    }

    /// As an address writes it, in an order of its own, so that the same query always has the same address.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        let mut say = |key, value: String| pairs.push((key, value));
        if !self.words.is_empty() {
            say("q", self.words.clone());
        }
        self.types.iter().for_each(|name| say("type", name.clone()));
        self.states.iter().for_each(|state| say("state", state.name().into()));
        self.rating.iter().for_each(|stars| say("rating", stars.to_string()));
        self.flags.iter().for_each(|flag| say("flag", flag.name().into()));
        self.labels.iter().for_each(|label| say("label", label.clone()));
        self.tags.iter().for_each(|tag| say("tag", tag.clone()));
        self.cameras.iter().for_each(|camera| say("camera", camera.clone()));
        self.lenses.iter().for_each(|lens| say("lens", lens.clone()));
        self.shapes.iter().for_each(|shape| say("shape", shape.name().into()));
        self.folders.iter().for_each(|id| say("folder", id.to_string()));
        self.crops_of.iter().for_each(|id| say("crops-of", id.to_string()));
        self.from.iter().for_each(|day| say("from", day.to_string()));
        self.to.iter().for_each(|day| say("to", day.to_string()));
        if self.sort != Sort::default() {
            say("sort", self.sort.to_string());
        }
        pairs
    }

    /// What stands after a page's path, with the `?`; nothing where everything is asked for.
    pub fn search(&self) -> String {
        let mut text = String::new();
        for (key, value) in self.pairs() {
            text.push(if text.is_empty() { '?' } else { '&' });
            text += key;
            text.push('=');
            encode(&value, &mut text);
        }
        text
    }

    /// The picture that a page of the gallery begins at, as its address says.
    pub fn place_in(search: &str) -> Option<ImageId> {
        pairs(search).find(|(key, _)| key == PLACE).and_then(|(_, id)| id.parse().ok())
    }

    /// The gallery that shows it, from that picture on.
    pub fn page_url_at(&self, id: Option<ImageId>) -> String {
        let (url, Some(id)) = (self.page_url(), id) else { return self.page_url() };
        format!("{url}{}{PLACE}={id}", if url.contains('?') { '&' } else { '?' })
    }

    /// A picture's page, from which one goes on to the next one that is asked for.
    pub fn picture_url(&self, id: ImageId) -> String {
        id.page_url() + &self.search()
    }

    /// The gallery that shows it.
    pub fn page_url(&self) -> String {
        format!("/{}", self.search())
    }
}

fn add<T: PartialEq>(values: &mut Vec<T>, value: T) {
    if values.len() < VALUES_MAX && !values.contains(&value) {
        values.push(value);
    }
}

fn each<T: PartialEq>(
    text: &str,
    values: &mut Vec<T>,
    expected: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<(), &'static str> {
    for name in text.split(',') {
        add(values, read(name.trim()).ok_or(expected)?);
    }
    Ok(())
}

/// Keys and values as a form or [`Query::search`] writes them.
fn pairs(search: &str) -> impl Iterator<Item = (String, String)> {
    search.trim_start_matches('?').split('&').filter_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        Some((decode(key), decode(value)))
    })
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (first, code) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            // a String never refuses
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn check(search: &str, expect: Query) {
        assert_eq!(Query::read(search), (expect, Vec::new()), "{search}");
    }

    #[test]
    fn addresses_and_forms_are_read() {
        check("", Query::default());
        check("?start=120&q=&from=", Query::default());
        check("?q=white+boat%20%C3%A4", Query { words: "white boat ä".into(), ..Query::default() });
        check(
            "type=jpeg,raw&type=png",
            Query { types: vec!["jpeg".into(), "raw".into(), "png".into()], ..Query::default() },
        );
        check("flag=none&flag=pick", Query { flags: vec![Flag::None, Flag::Pick], ..Query::default() });
        check("tag=Smith%2C+John", Query { tags: vec!["Smith, John".into()], ..Query::default() });
        check("rating=0", Query::default());
        let sort = Sort { by: By::Name, reversed: true };
        check("sort=name-reversed", Query { sort, ..Query::default() });
    }

    #[test]
    fn a_value_is_toggled() {
        let check = |from: &str, key: &str, value: &str, expect: &str| {
            assert_eq!(Query::read(from).0.toggled(key, value).search(), expect, "{from} {key} {value}");
        };
        check("", "type", "jpeg", "?type=jpeg");
        check("?type=jpeg", "type", "raw", "?type=jpeg&type=raw");
        check("?type=jpeg&type=raw", "type", "jpeg", "?type=raw");
        check("?q=boat&rating=3", "rating", "5", "?q=boat&rating=5");
        check("?q=boat&rating=3", "rating", "3", "?q=boat");
        check("?sort=name", "tag", "Smith, John", "?tag=Smith%2C%20John&sort=name");
        check("?type=jpeg", "type", "nonsense", "?type=jpeg");
        assert!(Query::read("?tag=a").0.asks("tag", "a") && !Query::read("?tag=a").0.asks("label", "a"));
    }

    #[test]
    fn a_place_is_no_limit() {
        let (id, query) = (ImageId(Uuid::from_u128(7)), Query::read("type=raw").0);
        let url = query.page_url_at(Some(id));
        assert_eq!(url, format!("/?type=raw&at={id}"));
        assert_eq!((Query::read(&url[2..]).0, Query::place_in(&url[2..])), (query, Some(id)));
        assert_eq!(Query::default().page_url_at(Some(id)), format!("/?at={id}"));
        assert_eq!(Query::default().page_url_at(None), "/");
        assert_eq!(Query::place_in("?at=somewhere"), None);
    }

    #[test]
    fn words_replace_words() {
        let query = Query::read("?q=boat&type=raw").0;
        assert_eq!(query.with_words("  white pier ").search(), "?q=white%20pier&type=raw");
        assert_eq!(query.with_words(" ").search(), "?type=raw");
        assert_eq!(query.without_limits(), Query::default());
    }

    #[test]
    fn what_is_sent_has_the_limits_of_an_address() {
        let wild =
            Query { rating: Some(200), labels: vec!["a\0b".into(); 99], words: "x".repeat(9_999), ..Query::default() };
        let expect = Query { labels: vec!["ab".into()], words: "x".repeat(WORDS_MAX), ..Query::default() };
        assert_eq!(wild.checked(), expect);
    }

    #[test]
    fn what_is_not_understood_is_said_and_left_out() {
        let (query, complaints) = Query::read("rating=9&type=jpeg&from=2026-13-01&sort=best&folder=x");
        assert_eq!(query, Query { types: vec!["jpeg".into()], ..Query::default() });
        assert_eq!(complaints.len(), 4);
        assert_eq!(complaints[0], "`rating` is a number from 0 to 5, not `9`.");
    }

    #[test]
    fn bad_escapes_are_text() {
        check("q=100%&x=%zz", Query { words: "100%".into(), ..Query::default() });
        assert_eq!(decode("%ff"), "\u{fffd}");
    }

    fn any_query() -> impl Strategy<Value = Query> {
        let names = || proptest::collection::vec("[^\\s\\p{C}]([^\\p{C}]{0,8}[^\\s\\p{C}])?", 0..3);
        let named = |all: &'static [&'static str]| {
            proptest::sample::subsequence(all, 0..=3).prop_map(|names| names.into_iter().map(str::to_owned).collect())
        };
        let lists = (named(FILE_TYPES), names(), names(), names(), names());
        let kinds = (
            proptest::sample::subsequence(State::ALL, 0..=3),
            proptest::sample::subsequence(Flag::ALL, 0..=2),
            proptest::sample::subsequence(Shape::ALL, 0..=2),
        );
        let rest = (
            proptest::option::of(1..=5u8),
            proptest::option::of(any::<u128>()),
            proptest::option::of((1..9999u16, 1..=12u8, 1..=28u8)),
            0..By::ALL.len(),
            any::<bool>(),
        );
        (lists, kinds, rest).prop_map(|(lists, (states, flags, shapes), (rating, id, day, by, reversed))| {
            let (types, mut labels, mut tags, cameras, lenses) = lists;
            for list in [&mut labels, &mut tags] {
                list.dedup();
            }
            let day = day.and_then(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}").parse().ok());
            let unique = |list: Vec<String>| {
                list.into_iter().fold(Vec::new(), |mut seen, value| {
                    add(&mut seen, value);
                    seen
                })
            };
            Query {
                words: tags.first().cloned().unwrap_or_default(),
                types,
                states,
                rating,
                flags,
                labels: unique(labels),
                tags: unique(tags),
                cameras: unique(cameras),
                lenses: unique(lenses),
                shapes,
                folders: id.map(|id| FolderId(Uuid::from_u128(id))).into_iter().collect(),
                crops_of: id.map(|id| ImageId(Uuid::from_u128(!id))),
                from: day,
                to: day,
                sort: Sort { by: By::ALL[by], reversed },
            }
        })
    }

    proptest! {
        #[test]
        fn an_address_says_what_it_was_made_of(query in any_query()) {
            let (read, complaints) = Query::read(&query.search());
            prop_assert_eq!(complaints, Vec::<String>::new());
            prop_assert_eq!(read, query);
        }

        #[test]
        fn any_address_is_read(text in ".{0,60}") {
            let (query, _) = Query::read(&text);
            prop_assert_eq!(Query::read(&query.search()).0, query);
        }
    }
}
