//! The words that pictures are found by: one way to take a text apart, for what is kept and for what is looked for.
//! Knows no database.

use std::collections::BTreeSet;

/// More of one picture are not kept.
const WORDS_MAX: usize = 200;
/// Longer ones are cut off, on both sides.
const LETTERS_MAX: usize = 60;
/// Numbers in names are compared as numbers up to so many digits.
const DIGITS: usize = 12;

/// Letters and digits that stand together, in lower case.
fn runs(text: &str) -> impl Iterator<Item = String> {
    text.split(|sign: char| !sign.is_alphanumeric()).filter(|run| !run.is_empty()).map(|run| {
        run.chars().flat_map(char::to_lowercase).filter(|sign| sign.is_alphanumeric()).take(LETTERS_MAX).collect()
    })
}

/// What can be looked for in these texts: `DSC4411` is found as it is, by `dsc` and by `4411`.
pub fn kept<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for run in texts.into_iter().flat_map(runs) {
        if words.len() >= WORDS_MAX {
            break;
        }
        words.extend(parts(&run).filter(|part| part.len() < run.len()).map(str::to_owned));
        words.insert(run);
    }
    words
}

/// Each of them, or what begins with it, has to be there.
pub fn wanted(text: &str) -> Vec<String> {
    let mut words: Vec<String> = runs(text).collect();
    words.dedup();
    words
}

/// Whether somebody may mistype it: numbers are right or wrong.
pub fn can_be_mistyped(word: &str) -> bool {
    word.chars().count() >= 4 && word.chars().all(char::is_alphabetic)
}

/// A run where it changes from letters to digits or back.
fn parts(run: &str) -> impl Iterator<Item = &str> {
    let is_digit = |text: &str| text.starts_with(|sign: char| sign.is_ascii_digit());
    let mut rest = run;
    std::iter::from_fn(move || {
        let digits = is_digit(rest);
        let end = rest.char_indices().find(|(at, _)| is_digit(&rest[*at..]) != digits).map_or(rest.len(), |(at, _)| at);
        let (part, after) = rest.split_at(end);
        rest = after;
        (!part.is_empty()).then_some(part)
    })
}

/// What names are sorted by: as people read them, so that `IMG_2` comes before `img_10`.
pub fn name_key(name: &str) -> String {
    let lower = name.to_lowercase();
    let (mut key, mut digits) = (String::with_capacity(lower.len() + DIGITS), String::new());
    for sign in lower.chars().chain([' ']) {
        if sign.is_ascii_digit() {
            digits.push(sign);
            continue;
        }
        if !digits.is_empty() {
            let number = digits.trim_start_matches('0');
            key.extend(std::iter::repeat_n('0', DIGITS.saturating_sub(number.len())));
            key += number;
            digits.clear();
        }
        key.push(sign);
    }
    key.truncate(key.len() - 1);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_kept(text: &str, expect: &[&str]) {
        assert_eq!(kept([text]).iter().map(String::as_str).collect::<Vec<_>>(), expect, "{text}");
    }

    #[test]
    fn a_name_is_found_by_each_of_its_parts() {
        check_kept("IMG_2041.JPG", &["2041", "img", "jpg"]);
        check_kept("DSC4411", &["4411", "dsc", "dsc4411"]);
        check_kept("Čapek & Müller, 50mm", &["50", "50mm", "mm", "müller", "čapek"]);
        check_kept("__ .. ", &[]);
    }

    #[test]
    fn what_is_looked_for_is_taken_apart_the_same_way() {
        assert_eq!(wanted("img_2041 Harbour"), ["img", "2041", "harbour"]);
        assert_eq!(wanted("' | ! (drop)"), ["drop"]);
        let kept = kept(["Ärger-2041b.jpg"]);
        assert!(wanted("ÄRGER 2041B").iter().all(|word| kept.contains(word)));
    }

    #[test]
    fn names_are_sorted_as_people_read_them() {
        let mut names = ["img_10.jpg", "IMG_9.jpg", "b.jpg", "A.jpg", "img_0009b.jpg", "img_2.jpg"];
        names.sort_by_key(|name| name_key(name));
        assert_eq!(names, ["A.jpg", "b.jpg", "img_2.jpg", "IMG_9.jpg", "img_0009b.jpg", "img_10.jpg"]);
        assert_eq!(name_key("1234567890123456789"), "1234567890123456789");
    }

    #[test]
    fn numbers_are_not_mistyped() {
        assert!(
            can_be_mistyped("harbour")
                && !can_be_mistyped("4411")
                && !can_be_mistyped("dsc4411")
                && !can_be_mistyped("img")
        );
    }
}
