//! What views are called and ask for, in words. Asks nothing itself.

use crate::{
    model::{Folder, Query, Sort, View},
    ui::find::words::{order, values},
};

/// What a view may be called, for whoever has no better name: the words and values that it asks for, or else its order.
pub fn proposed_name(view: &Query, folders: &[Folder]) -> String {
    let words = Some(view.words.clone()).filter(|words| !words.is_empty());
    let all: Vec<String> = words.into_iter().chain(values(&view.with_words(""), folders)).collect();
    let name = if all.is_empty() { order(view.sort).to_owned() } else { all.join(", ") };
    let short: String = name.chars().take(View::NAME_SIGNS_MAX).collect();
    short.trim_end_matches([',', ' ']).to_owned()
}

/// All that a view asks for.
pub fn described(view: &Query, folders: &[Folder]) -> String {
    let sort = Some(order(view.sort).to_owned()).filter(|_| view.sort != Sort::default());
    values(view, folders).into_iter().chain(sort).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_proposed_of_what_is_asked_for() {
        let check = |search: &str, expect: &str| assert_eq!(proposed_name(&Query::read(search).0, &[]), expect);
        check("?q=white+boat", "white boat");
        check("?q=boat&type=raw&rating=3&sort=name", "boat, RAW, 3 stars and up");
        check("?tag=sea&tag=evening", "sea, evening");
        check("?sort=name", "Name, A to Z");
        check(&format!("?tag={}&tag=sea", "a".repeat(59)), &"a".repeat(59));
    }

    #[test]
    fn a_view_is_described_by_all_that_it_asks_for() {
        let check = |search: &str, expect: &str| assert_eq!(described(&Query::read(search).0, &[]), expect);
        check("?q=boat&type=raw&sort=size", "“boat” · RAW · Largest first");
        check("?sort=name", "Name, A to Z");
    }
}
