//! What a cell says of its picture besides its state: what kind it is, what it is a piece of, what people said of it.

use leptos::prelude::*;

use crate::{
    model::{Card, FolderId},
    ui::parts::icon::{Icon, Sign},
};

#[derive(Clone, Debug, Default, PartialEq)]
struct Marks {
    kind: Option<&'static str>,
    /// Its folder is not there now.
    is_away: bool,
    is_crop: bool,
    /// The picture that it is a piece of is another by now.
    is_old_crop: bool,
    stars: usize,
    is_pick: bool,
    is_reject: bool,
    label: Option<String>,
}

impl Marks {
    fn of(card: &Card, offline: &[FolderId]) -> Marks {
        Marks {
            is_away: offline.contains(&card.folder),
            kind: kind(card),
            is_crop: card.parent.is_some(),
            is_old_crop: card.parent.is_some() && card.parent_changed,
            stars: card.rating.and_then(|stars| usize::try_from(stars).ok()).unwrap_or(0).min(5),
            is_pick: card.flag.as_deref() == Some("pick"),
            is_reject: card.flag.as_deref() == Some("reject"),
            label: card.label.clone(),
        }
    }
}

/// As long as its folder is not there, a picture has its small ones alone.
const AWAY: &str = "Its folder is offline. The file can be opened again when the folder is back.";

/// Only what is not what one expects of a picture.
fn kind(card: &Card) -> Option<&'static str> {
    match card.mime.as_deref() {
        Some(mime) if mime.starts_with("image/x-") => Some("RAW"),
        _ if card.animated => Some("Animated"),
        _ => None,
    }
}

pub fn marks(card: &Card, offline: &[FolderId]) -> Option<AnyView> {
    let marks = Marks::of(card, offline);
    let drawn = |marks: Marks| {
        view! {
            {what_it_is(&marks)}
            {what_was_said(marks)}
        }
        .into_any()
    };
    (marks != Marks::default()).then(|| drawn(marks))
}

fn what_it_is(marks: &Marks) -> Option<impl IntoView + use<>> {
    let kind = marks.kind.map(|kind| view! { <span class="mark">{kind}</span> });
    let (is_old, words) =
        (marks.is_old_crop, if marks.is_old_crop { "Crop of a picture that changed" } else { "Crop" });
    let crop = marks.is_crop.then(|| {
        view! {
            <span class="mark" data-old=is_old.then_some("") title=words>
                <Icon sign=Sign::Crop/>
                <span class="visually-hidden">{words}</span>
            </span>
        }
    });
    let away = marks.is_away.then(|| view! { <span class="mark" title=AWAY>"Offline"</span> });
    (kind.is_some() || crop.is_some() || away.is_some())
        .then(|| view! { <span class="marks">{away} {kind} {crop}</span> })
}

fn what_was_said(marks: Marks) -> Option<impl IntoView> {
    let Marks { stars, is_pick, is_reject, label, .. } = marks;
    let any = stars > 0 || is_pick || is_reject || label.is_some();
    let rated = (stars > 0).then(|| {
        let words = if stars == 1 { "1 star".to_owned() } else { format!("{stars} stars") };
        view! {
            <span class="stars" title=words.clone()>
                <span aria-hidden="true">{"★".repeat(stars)}</span>
                <span class="visually-hidden">{words.clone()}</span>
            </span>
        }
    });
    let flag = |words: &'static str, sign: Sign, kind: &'static str| {
        view! {
            <span class="flag" data-flag=kind title=words>
                <Icon sign/>
                <span class="visually-hidden">{words}</span>
            </span>
        }
    };
    let pick = is_pick.then(|| flag("Picked", Sign::Flag, "pick"));
    let reject = is_reject.then(|| flag("Rejected", Sign::Close, "reject"));
    let label = label.map(|label| {
        let words = format!("Label: {label}");
        view! {
            <span class="label" data-label=label.to_ascii_lowercase() title=words.clone()>
                <span class="visually-hidden">{words.clone()}</span>
            </span>
        }
    });
    any.then(|| view! { <span class="said">{pick} {reject} {label} {rated}</span> })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::gallery::shelf::tests::card;

    fn check(mime: &str, animated: bool, expect: Option<&str>) {
        let card = Card { mime: Some(mime.to_owned()), animated, ..card(1) };
        assert_eq!(kind(&card), expect, "{mime}");
    }

    #[test]
    fn only_what_is_unusual_is_marked() {
        check("image/jpeg", false, None);
        check("image/gif", false, None);
        check("image/gif", true, Some("Animated"));
        check("image/webp", true, Some("Animated"));
        check("image/x-canon-cr2", false, Some("RAW"));
        assert_eq!(Marks::of(&card(1), &[]), Marks::default());
        assert!(Marks::of(&card(1), &[card(1).folder]).is_away);
    }

    #[test]
    fn a_piece_says_when_its_origin_changed() {
        let piece = Card { parent: Some(card(2).id), parent_changed: true, ..card(1) };
        assert!(Marks::of(&piece, &[]).is_old_crop);
        assert!(!Marks::of(&Card { parent: None, ..piece }, &[]).is_old_crop);
    }
}
