//! The gallery's state in a real browser: who is woken by what, and what becomes of batches.
#![cfg(target_arch = "wasm32")]

use std::{
    cell::Cell,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use js_sys::{Error, Promise, Reflect};
use leptos::{mount::mount_to_body, prelude::*, task::tick};
use pixelsync::{
    api::Failure,
    browser::{
        inbox::{Inbox, Need},
        wait,
    },
    model::{
        Batch, Card, Change, Cursor, Details, FolderId, ImageId, Op, Opening, Outline, Picture, Query, State, Window,
    },
    ui::{
        gallery::{Filler, Gallery},
        viewer::Viewer,
    },
};
use uuid::Uuid;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn id(number: u128) -> ImageId {
    ImageId(Uuid::from_u128(number))
}

fn cursor(seq: i64) -> Cursor {
    Cursor { epoch: Uuid::from_u128(1), seq }
}

fn card(number: u128, rev: i64) -> Card {
    Card {
        id: id(number),
        rev,
        name: format!("{number}, {rev}"),
        state: State::Ok,
        reason: None,
        version: None,
        mime: None,
        size: 0,
        width: None,
        height: None,
        thumbhash: None,
        taken_ms: None,
        added_ms: 0,
        rating: None,
        flag: None,
        label: None,
        parent: None,
        parent_changed: false,
        animated: false,
        folder: FolderId(Uuid::nil()),
    }
}

fn window(seq: i64, numbers: impl IntoIterator<Item = u128>, start: u32, total: u32) -> Window {
    Window { at: cursor(seq), total, start, cards: numbers.into_iter().map(|number| card(number, 1)).collect() }
}

fn change(seq: i64, op: Op, number: u128, rev: i64) -> Change {
    Change { seq, id: id(number), rev, op, card: (op != Op::Delete).then(|| card(number, rev)) }
}

fn batch(from: i64, total: u32, changes: Vec<Change>) -> Batch {
    let to = changes.last().map_or(from, |change| change.seq);
    Batch { from: cursor(from), to: cursor(to), total, changes, views: None }
}

/// Pictures 1 to 100, all of them shown, read at 10.
fn gallery() -> (Owner, Gallery) {
    // Nothing is drawn, but with it comes what runs effects.
    mount_to_body(|| ());
    let owner = Owner::new();
    owner.set();
    let gallery = Gallery::new();
    let window = window(10, (1..=100).rev(), 0, 100);
    gallery.open(Query::default(), opening(window, 100), None);
    (owner, gallery)
}

fn opening(window: Window, all: u32) -> Opening {
    let (newest, outline) = (window.newest(), Outline::flat(window.total));
    Opening {
        at: window.at,
        drawn: Window::CARDS_FIRST,
        window,
        is_counted: true,
        newest,
        outline,
        all,
        folders: Vec::new(),
        views: Vec::new(),
        getting_ready: false,
    }
}

fn name(gallery: Gallery, number: u128) -> Option<String> {
    gallery.card(id(number)).map(|card| card.get_untracked().name)
}

fn first(gallery: Gallery) -> Option<ImageId> {
    gallery.order.with_untracked(|order| order.first().copied())
}

/// Picture 40 of those.
fn picture() -> Picture {
    Picture {
        at: cursor(10),
        card: card(40, 1),
        newer: Some(id(41)),
        older: Some(id(39)),
        place: 61,
        total: 100,
        path: String::new(),
        folder: String::new(),
        camera: None,
        lens: None,
        exposure: None,
        taken: None,
        hash: None,
        details: Details::default(),
        origin: None,
        pieces: Vec::new(),
        pieces_total: 0,
    }
}

/// A network that refuses every request and counts them, until it is dropped.
struct DeadNetwork {
    requests: Rc<Cell<u32>>,
    real: JsValue,
    _fetch: Closure<dyn FnMut() -> Promise>,
}

impl DeadNetwork {
    fn new() -> Self {
        let requests = Rc::new(Cell::new(0));
        let counted = Rc::clone(&requests);
        let fetch: Closure<dyn FnMut() -> Promise> = Closure::new(move || {
            counted.set(counted.get() + 1);
            Promise::reject(&Error::new("no network"))
        });
        let real = Reflect::get(&js_sys::global(), &"fetch".into()).expect("a browser fetches");
        Reflect::set(&js_sys::global(), &"fetch".into(), fetch.as_ref()).expect("it can be replaced");
        DeadNetwork { requests, real, _fetch: fetch }
    }

    /// Waits for the request of that number, and for its failure.
    async fn refused(&self, number: u32) {
        while self.requests.get() < number {
            wait::pause(Duration::from_millis(10)).await;
        }
        wait::pause(Duration::ZERO).await;
    }
}

impl Drop for DeadNetwork {
    fn drop(&mut self) {
        Reflect::set(&js_sys::global(), &"fetch".into(), &self.real).expect("it can be put back");
    }
}

/// Counts how often something is woken, without the first time.
fn count_wakes(read: impl Fn() + Send + Sync + 'static) -> Arc<AtomicU32> {
    let count = Arc::new(AtomicU32::new(0));
    let wakes = Arc::clone(&count);
    Effect::new(move |before: Option<()>| {
        read();
        if before.is_some() {
            wakes.fetch_add(1, Ordering::Relaxed);
        }
    });
    count
}

#[wasm_bindgen_test]
async fn one_edit_wakes_one_card() {
    let (_owner, gallery) = gallery();
    let cards: Vec<_> =
        (1..=100).filter_map(|number| gallery.card(id(number))).map(|card| count_wakes(move || card.track())).collect();
    let order = count_wakes(move || gallery.order.track());
    tick().await;
    gallery.apply(&batch(10, 100, vec![change(11, Op::Update, 40, 2)]));
    tick().await;
    let woken: Vec<u32> = cards.iter().map(|count| count.load(Ordering::Relaxed)).collect();
    assert_eq!((woken.len(), woken.iter().sum::<u32>(), woken[39]), (100, 1, 1));
    assert_eq!(order.load(Ordering::Relaxed), 0);
    assert_eq!(name(gallery, 40).as_deref(), Some("40, 2"));
}

#[wasm_bindgen_test]
async fn a_window_keeps_the_signals_of_those_that_stay() {
    let (_owner, gallery) = gallery();
    let order = count_wakes(move || gallery.order.track());
    let stays = gallery.card(id(50)).expect("it is shown");
    let wakes = count_wakes({
        let stays = stays.clone();
        move || stays.track()
    });
    tick().await;
    assert!(gallery.show(window(10, (1..=100).rev(), 0, 100)).is_ok());
    tick().await;
    assert_eq!((order.load(Ordering::Relaxed), wakes.load(Ordering::Relaxed)), (0, 0));
    assert!(gallery.show(window(10, (41..=60).rev(), 40, 100)).is_ok());
    tick().await;
    assert_eq!((order.load(Ordering::Relaxed), wakes.load(Ordering::Relaxed)), (1, 0));
    stays.update(|card| card.name = "the same signal".into());
    assert_eq!(name(gallery, 50).as_deref(), Some("the same signal"));
    assert_eq!(name(gallery, 1), None);
}

#[wasm_bindgen_test]
fn arrivals_are_shown_at_the_top_and_held_back_further_down() {
    let (_owner, gallery) = gallery();
    gallery.apply(&batch(10, 101, vec![change(11, Op::Insert, 101, 1)]));
    assert_eq!((first(gallery), gallery.total.get_untracked(), gallery.held.get_untracked()), (Some(id(101)), 101, 0));
    gallery.set_at_top(false);
    gallery.apply(&batch(11, 103, vec![change(12, Op::Insert, 102, 1), change(13, Op::Insert, 103, 1)]));
    assert_eq!((first(gallery), gallery.total.get_untracked(), gallery.held.get_untracked()), (Some(id(101)), 101, 2));
    assert!(gallery.release());
    assert_eq!((first(gallery), gallery.total.get_untracked(), gallery.held.get_untracked()), (Some(id(103)), 103, 0));
    assert_eq!(name(gallery, 102).as_deref(), Some("102, 1"));
}

#[wasm_bindgen_test]
fn removed_ones_leave() {
    let (_owner, gallery) = gallery();
    gallery.apply(&batch(10, 99, vec![change(11, Op::Delete, 40, 2)]));
    assert_eq!((gallery.total.get_untracked(), name(gallery, 40)), (99, None));
    assert!(gallery.order.with_untracked(|order| !order.contains(&id(40))));
}

#[wasm_bindgen_test]
fn an_out_of_date_change_is_dropped() {
    let (_owner, gallery) = gallery();
    gallery.apply(&batch(10, 100, vec![change(11, Op::Update, 40, 3)]));
    gallery.apply(&batch(11, 100, vec![change(12, Op::Update, 40, 2)]));
    assert_eq!(name(gallery, 40).as_deref(), Some("40, 3"));
}

#[wasm_bindgen_test]
fn a_batch_passes_once_and_a_gap_is_noticed() {
    let (_owner, gallery) = gallery();
    let mut inbox = Inbox::new(cursor(10));
    let arrival = batch(10, 101, vec![change(11, Op::Insert, 101, 1)]);
    for _ in 0..2 {
        inbox.push(arrival.clone());
        let (ready, need) = inbox.take();
        ready.iter().for_each(|batch| gallery.apply(batch));
        assert_eq!(need, Need::Nothing);
    }
    // a double that came by another way changes nothing either
    gallery.apply(&arrival);
    assert_eq!((gallery.total.get_untracked(), gallery.order.with_untracked(Vec::len)), (101, 101));
    inbox.push(batch(12, 102, vec![change(13, Op::Insert, 103, 1)]));
    let (ready, need) = inbox.take();
    assert_eq!((ready.len(), need), (0, Need::CatchUp(cursor(11))));
}

#[wasm_bindgen_test]
fn a_feed_that_begins_anew_loses_no_picture_above_the_reader() {
    let (_owner, gallery) = gallery();
    gallery.set_at_top(false);
    assert!(gallery.show(window(10, (41..=60).rev(), 40, 100)).is_ok());
    gallery.restart(window(3, (41..=60).rev(), 40, 100), 0);
    assert_eq!((gallery.anchor(), gallery.held.get_untracked()), (Some(id(100)), 0));
    // with two that are newer than what the reader knew
    gallery.restart(window(3, (41..=60).rev(), 40, 102), 2);
    assert_eq!((gallery.anchor(), gallery.held.get_untracked()), (Some(id(100)), 2));
    // from the very top there is nothing to lose
    gallery.restart(window(3, (1..=90).rev(), 0, 90), 0);
    assert_eq!((gallery.anchor(), gallery.total.get_untracked()), (Some(id(90)), 90));
}

#[wasm_bindgen_test]
async fn whoever_scrolls_without_a_network_asks_once_a_pause() {
    let (_owner, gallery) = gallery();
    let (network, filler) = (DeadNetwork::new(), Filler::new(gallery));
    for frame in 0..20 {
        filler.want(frame..frame + 300);
        wait::pause(Duration::ZERO).await;
    }
    assert_eq!((network.requests.get(), filler.trouble.get_untracked()), (1, Some(Failure::Unreachable)));
    network.refused(2).await;
    // the line is back: what waits does not wait any longer, and leaves nothing behind
    filler.retry();
    network.refused(3).await;
    network.refused(4).await;
    assert_eq!(network.requests.get(), 4);
}

#[wasm_bindgen_test]
async fn another_view_clears_nothing_until_it_is_there() {
    let (_owner, gallery) = gallery();
    let (network, filler) = (DeadNetwork::new(), Filler::new(gallery));
    let view = Query::read("?q=boat").0;
    let ids = || gallery.order.get_untracked();
    filler.change_view(view.clone(), None);
    network.refused(1).await;
    // what is scrolled to meanwhile is of the view that goes, and asked for no more
    filler.want(40..90);
    assert_eq!((ids().len(), gallery.is_changing_view(), network.requests.get()), (100, true, 1));
    assert!(gallery.change_view(opening(window(12, [7, 3], 0, 2), 101), None).is_ok());
    assert_eq!((ids(), gallery.total.get_untracked(), gallery.all.get_untracked()), (vec![id(7), id(3)], 2, 100));
    // nobody knows yet whether what arrives matches; who is removed does not
    gallery.apply(&batch(12, 101, vec![change(13, Op::Insert, 101, 1)]));
    assert_eq!((ids(), gallery.is_stale(), gallery.all.get_untracked()), (vec![id(7), id(3)], true, 101));
    gallery.apply(&batch(13, 100, vec![change(14, Op::Delete, 7, 2)]));
    assert_eq!((ids(), gallery.total.get_untracked()), (vec![id(3)], 1));
    // it is what is shown, so that nothing is left to be asked for
    filler.change_view(view, None);
}

#[wasm_bindgen_test]
fn all_pictures_are_not_counted_from_an_old_window() {
    let (_owner, gallery) = gallery();
    gallery.apply(&batch(10, 101, vec![change(11, Op::Insert, 101, 1)]));
    gallery.view.set(Query::read("?q=boat").0);
    assert!(gallery.change_view(opening(window(9, [7], 0, 1), 101), None).is_ok());
    assert!(gallery.is_stale(), "it was found before that was heard");
    gallery.view.set(Query::default());
    assert!(gallery.change_view(opening(window(10, (1..=100).rev(), 0, 100), 101), None).is_err());
    assert!(gallery.change_view(opening(window(11, (2..=101).rev(), 0, 101), 101), None).is_ok());
    assert_eq!((gallery.all.get_untracked(), gallery.anchor()), (101, Some(id(101))));
}

#[wasm_bindgen_test]
async fn a_picture_that_returns_is_there_again() {
    let (_owner, _gallery) = gallery();
    let (network, viewer) = (DeadNetwork::new(), Viewer::new());
    viewer.show(picture());
    viewer.apply(&batch(10, 99, vec![change(11, Op::Delete, 40, 2)]));
    assert!(viewer.removed.get_untracked());
    viewer.apply(&batch(11, 100, vec![change(12, Op::Insert, 40, 3)]));
    assert!(!viewer.removed.get_untracked());
    network.refused(1).await;
    assert_eq!(viewer.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.card.rev)), Some(3));
}
