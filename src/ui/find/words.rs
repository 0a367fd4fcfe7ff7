//! What is asked for, in words. Asks nothing itself.

use crate::{
    model::{By, Folder, Query, Sort, State, query::Named},
    ui::parts::{state_words, words},
};

/// What somebody has to look after.
pub fn attention() -> Query {
    let states = vec![State::Corrupted, State::Failed, State::Missing, State::Unreadable];
    Query { states, ..Query::default() }
}

/// What stands above the grid.
pub fn heading(view: &Query, folders: &[Folder]) -> String {
    let limits = Query { sort: Sort::default(), ..view.clone() };
    match limits.folders.as_slice() {
        _ if !view.is_narrow() => "All pictures".into(),
        _ if !view.words.is_empty() => format!("“{}”", view.words),
        _ if limits == attention() => "Needs attention".into(),
        [id] if (limits == Query { folders: vec![*id], ..Query::default() }) => {
            value("folder", &id.to_string(), folders)
        }
        _ => "Found".into(),
    }
}

/// Each value that is asked for; the order is none.
pub fn values(view: &Query, folders: &[Folder]) -> Vec<String> {
    let pairs = view.pairs().into_iter().filter(|(key, _)| *key != "sort");
    pairs.map(|(key, said)| value(key, &said, folders)).collect()
}

/// How many are shown, and of how many. `shown` is only the first of them as long as they are being counted.
pub fn count(view: &Query, shown: u32, counting: bool, all: u32) -> String {
    let (more, all) = (if counting { "+" } else { "" }, words::count(all, "picture", "pictures"));
    if view.is_narrow() { format!("{}{more} of {all}", words::thousands(shown)) } else { all }
}

/// What a side of pictures is called.
pub fn side(key: &str) -> &'static str {
    match key {
        "type" => "Type",
        "rating" => "Rating",
        "flag" => "Flag",
        "label" => "Label",
        "tag" => "Tags",
        "camera" => "Camera",
        "lens" => "Lens",
        "shape" => "Orientation",
        "state" => "State",
        _ => "Folder",
    }
}

/// One value of what is asked for, as an address has it.
pub fn value(key: &str, value: &str, folders: &[Folder]) -> String {
    match key {
        "q" => format!("“{value}”"),
        "type" => file_type(value).into(),
        "rating" => match value {
            "5" => "5 stars".into(),
            "1" => "1 star and up".into(),
            stars => format!("{stars} stars and up"),
        },
        "flag" => match value {
            "pick" => "Picked".into(),
            "reject" => "Rejected".into(),
            _ => "No flag".into(),
        },
        "shape" => match value {
            "landscape" => "Landscape".into(),
            "portrait" => "Portrait".into(),
            _ => "Square".into(),
        },
        "state" => State::of_name(value).map_or_else(|| value.into(), |state| state_name(state).into()),
        "folder" => {
            let folder = folders.iter().find(|folder| folder.id.to_string() == value);
            folder.map_or_else(|| "A removed folder".into(), |folder| folder.name.clone())
        }
        "crops-of" => "Crops of one picture".into(),
        "from" => format!("From {}", words::day(value)),
        "to" => format!("Up to {}", words::day(value)),
        _ => value.into(),
    }
}

fn state_name(state: State) -> &'static str {
    state_words::label(state).unwrap_or("Fine")
}

fn file_type(name: &str) -> &str {
    match name {
        "jpeg" => "JPEG",
        "png" => "PNG",
        "gif" => "GIF",
        "webp" => "WebP",
        "tiff" => "TIFF",
        "bmp" => "BMP",
        "avif" => "AVIF",
        "heic" => "HEIC",
        "jxl" => "JPEG XL",
        "raw" => "RAW",
        other => other,
    }
}

pub fn order(sort: Sort) -> &'static str {
    match (sort.by, sort.reversed) {
        (By::Added, false) => "Newest first",
        (By::Added, true) => "Oldest first",
        (By::Taken, false) => "Last taken first",
        (By::Taken, true) => "First taken first",
        (By::Name, false) => "Name, A to Z",
        (By::Name, true) => "Name, Z to A",
        (By::Size, false) => "Largest first",
        (By::Size, true) => "Smallest first",
        (By::Rating, false) => "Best rated first",
        (By::Rating, true) => "Least rated first",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_has_a_heading() {
        let check = |search: &str, expect: &str| assert_eq!(heading(&Query::read(search).0, &[]), expect, "{search}");
        check("", "All pictures");
        check("?sort=name", "All pictures");
        check("?q=white+boat&type=raw", "“white boat”");
        check(&attention().search(), "Needs attention");
        check("?type=raw", "Found");
        check("?folder=00000000-0000-0000-0000-000000000007", "A removed folder");
    }

    #[test]
    fn what_is_shown_is_counted_among_all() {
        assert_eq!(count(&Query::default(), 3, false, 1_204), "1,204 pictures");
        assert_eq!(count(&Query::read("?q=a").0, 48, false, 1_204), "48 of 1,204 pictures");
        assert_eq!(count(&Query::read("?q=a").0, 1, false, 1), "1 of 1 picture");
        assert_eq!(count(&Query::read("?q=a").0, 120, true, 1_204), "120+ of 1,204 pictures");
    }

    #[test]
    fn values_have_words() {
        let check = |key: &str, text: &str, expect: &str| assert_eq!(value(key, text, &[]), expect);
        check("type", "jxl", "JPEG XL");
        check("rating", "3", "3 stars and up");
        check("rating", "5", "5 stars");
        check("state", "corrupted", "Damaged");
        check("state", "ok", "Fine");
        check("flag", "pick", "Picked");
        check("flag", "none", "No flag");
        check("from", "2026-11-05", "From 5 November 2026");
        check("tag", "Smith, John", "Smith, John");
    }
}
