//! The page of a comparison. Opened once; afterwards the address only says which pictures are in it.

use leptos::{
    either::{Either, EitherOf3},
    ev,
    prelude::*,
};
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use super::{
    Comparing,
    head::Head,
    link::Link,
    seat::SeatView,
    way::{Way, is_back},
};
use crate::{
    api::pictures,
    browser::{frame::OncePerFrame, viewport::SizeWatch},
    model::{Comparison, ImageId, Sights},
    ui::{
        feed::Feed,
        header::Header,
        parts::{
            icon::{Icon, Sign},
            key_list::{KeyList, Keys},
            page_data::page_data,
            problem::{Banner, Problem},
            retry::Attempts,
            shared::{maybe, part},
            words,
        },
    },
};

/// The keys, and what they do.
const KEYS: Keys = &[
    (&["←", "→"], "Previous and next of them"),
    (&["Enter"], "Open the picture"),
    (&["X", "Del"], "Take it out of the comparison"),
    (&["L"], "Move them together, or one alone"),
    (&["+", "−"], "Zoom in and out"),
    (&["Shift"], "with an arrow: move a zoomed picture"),
    (&["0"], "Fit"),
    (&["1", "Z"], "100 %, and back"),
    (&["Esc"], "Back"),
    (&["?"], "This list"),
];

#[component]
pub fn ComparePage() -> impl IntoView {
    let search = use_location().search;
    let (asked, is_back) = (Comparison::read(&search.get_untracked()), is_back());
    let title = view! { <Title text="Compare · PixelSync"/> };
    if asked.is_enough() {
        return (title, Either::Left(view! { <Opening asked search is_back/> }));
    }
    (title, Either::Right(too_few(&asked)))
}

#[component]
fn Opening(asked: Comparison, search: Memo<String>, is_back: bool) -> impl IntoView {
    let (comparing, feed) = (expect_context::<Comparing>(), expect_context::<Feed>());
    on_cleanup(move || comparing.close());
    let ids = StoredValue::new(asked.ids.clone());
    let opening = page_data(move || pictures::compare(ids.get_value()));
    let (attempts, asked) = (Attempts::new(), StoredValue::new(asked));
    let retry = move || opening.refetch();
    view! {
        <Transition fallback=Skeleton>
            {move || Suspend::new(async move {
                match opening.await {
                    Ok(sights) => {
                        feed.include(sights.at);
                        match asked.with_value(|asked| open(comparing, asked, sights)) {
                            true => EitherOf3::A(view! { <Shown search is_back/> }),
                            false => EitherOf3::B(none_is_here()),
                        }
                    }
                    Err(failure) => {
                        attempts.failed(&failure, retry);
                        let press = move || attempts.now(retry);
                        EitherOf3::C(view! {
                            <div class="app">
                                <Header/>
                                <Problem heading="The pictures cannot be shown" failure retry=press/>
                            </div>
                        })
                    }
                }
            })}
        </Transition>
    }
}

/// Whether there is anything to be seen.
fn open(comparing: Comparing, asked: &Comparison, sights: Sights) -> bool {
    comparing.open(asked, sights);
    comparing.is_any()
}

#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="comparison" aria-busy="true">
            <p class="visually-hidden" role="status">"Loading the pictures…"</p>
        </div>
    }
}

/// Instead of pictures: what is the matter, and where to go from there.
fn card(heading: &'static str, words: String, open: Option<ImageId>) -> AnyView {
    let open = open.map(|id| view! { <a class="empty-link" href=id.page_url()>"Open the picture"</a> });
    view! {
        <div class="app">
            <Header plain=true/>
            <main class="gallery empty">
                <div class="empty-card">
                    <Icon sign=Sign::Compare/>
                    <h1>{heading}</h1>
                    <p>{words}</p>
                    <a class="button" href="/">"All pictures"</a>
                    {open}
                </div>
            </main>
        </div>
    }
    .into_any()
}

fn too_few(asked: &Comparison) -> AnyView {
    let names = match asked.ids.len() {
        0 => "This address names none.",
        _ => "This address names only one.",
    };
    let words = format!(
        "Two to four pictures can be compared. {names} Open a picture and press B to see it beside the next one."
    );
    card("There is too little to compare", words, asked.ids.first().copied())
}

fn none_is_here() -> AnyView {
    let words = "They were removed, or the address is mistyped.".to_owned();
    card("These pictures are not here", words, None)
}

#[component]
fn Shown(search: Memo<String>, is_back: bool) -> impl IntoView {
    let comparing = expect_context::<Comparing>();
    let link = Link::new(comparing.ids.with_untracked(|ids| ids.first().copied()));
    let way = Way::new(link, is_back);
    let asked = Memo::new(move |_| Comparison::read(&search.get()));
    Effect::new(move || follow(comparing, link, &asked.get()));
    Effect::new(move || comparing.look_first());
    Effect::new(move || {
        let listener = window_event_listener(ev::keydown, move |event| way.by_key(&event));
        on_cleanup(move || listener.remove());
    });
    let seats = NodeRef::new();
    // The effect keeps the watch, and lets go of it with the page.
    Effect::new(move |_: Option<Option<SizeWatch>>| {
        comparing.ids.track();
        let seats = seats.get()?;
        let once = OncePerFrame::new(move || link.measure_again());
        SizeWatch::new(&[&seats], move || once.ask())
    });
    let complaint = move || match complaint(&asked.get()) {
        Some(words) => view! { <p class="comparison-note" role="status">{words}</p> }.into_any(),
        None => ().into_any(),
    };
    view! {
        <div class="comparison">
            <Head link way/>
            {part(complaint)}
            <Banner failure=comparing.trouble/>
            <main
                class="seats"
                node_ref=seats
                data-count=maybe(move || Some(comparing.ids.with(Vec::len).to_string()))
                data-upright=maybe(move || are_upright(comparing).then(String::new))
            >
                <For each=move || comparing.ids.get() key=|id| *id let:id>
                    <SeatView id link way/>
                </For>
            </main>
            <KeyList keys=KEYS/>
        </div>
    }
}

/// What the address asks for, however it came there. Where it asks for too little, what was there stays.
fn follow(comparing: Comparing, link: Link, asked: &Comparison) {
    if !asked.is_enough() {
        return;
    }
    comparing.change(asked);
    let is_there = link.chosen.get_untracked().is_some_and(|chosen| asked.ids.contains(&chosen));
    if let Some(first) = asked.ids.first().filter(|_| !is_there) {
        link.choose(*first);
    }
}

/// Whether they are taller than wide, most of them: then more of them fit beside each other.
fn are_upright(comparing: Comparing) -> bool {
    let is_upright = |id: ImageId| {
        let size = comparing.of(id)?.with(|seat| seat.card()?.width.zip(seat.card()?.height));
        size.map(|(width, height)| height > width)
    };
    let shapes: Vec<bool> = comparing.ids.get().into_iter().filter_map(is_upright).collect();
    shapes.iter().filter(|upright| **upright).count() * 2 > shapes.len()
}

/// What of the address is not shown.
fn complaint(asked: &Comparison) -> Option<String> {
    let left_out = (asked.left_out > 0).then(|| {
        let more = words::count(asked.left_out, "more picture is", "more pictures are");
        format!("Four can be compared at once: {more} left out.")
    });
    let unread = asked.unread.first().map(|name| format!("“{name}” in the address is no picture's id."));
    let sentences: Vec<String> = [left_out, unread].into_iter().flatten().collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_said() {
        let check = |left_out: u32, unread: &[&str], expect: Option<&str>| {
            let unread = unread.iter().map(|name| (*name).to_owned()).collect();
            let asked = Comparison { ids: Vec::new(), left_out, unread };
            assert_eq!(complaint(&asked).as_deref(), expect);
        };
        check(0, &[], None);
        check(1, &[], Some("Four can be compared at once: 1 more picture is left out."));
        check(
            2,
            &["boat", "x"],
            Some(
                "Four can be compared at once: 2 more pictures are left out. “boat” in the address is no picture's id.",
            ),
        );
    }
}
