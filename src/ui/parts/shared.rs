//! Closures that a view follows, each kind of them as one type. Draws nothing of its own.
//!
//! Every closure that stands in a view by itself is a type of its own, and costs all browsers about a kilobyte.

use std::sync::Arc;

use leptos::prelude::*;

/// Words or an attribute that is always there.
pub fn text(read: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(read)
}

/// An attribute that may be left out.
pub fn maybe(read: impl Fn() -> Option<String> + Send + Sync + 'static) -> Signal<Option<String>> {
    Signal::derive(read)
}

type Draw = Arc<dyn Fn() -> AnyView + Send + Sync>;

/// A part that is drawn anew whenever what it reads is another.
pub fn part(draw: impl Fn() -> AnyView + Send + Sync + 'static) -> impl IntoView {
    fn drawn(draw: Draw) -> impl IntoView {
        move || draw()
    }
    drawn(Arc::new(draw))
}

/// A button among others, quieter than the one that a page is for.
pub fn press(words: Signal<String>, disabled: Signal<bool>, press: impl Fn() + Send + Sync + 'static) -> impl IntoView {
    fn drawn(words: Signal<String>, disabled: Signal<bool>, press: Arc<dyn Fn() + Send + Sync>) -> impl IntoView {
        view! {
            <button type="button" class="press" disabled=disabled on:click=move |_| press()>
                {words}
            </button>
        }
    }
    drawn(words, disabled, Arc::new(press))
}

/// A part that is there only at times. It stays as it is while the answer stays the same.
pub fn when(
    asked: impl Fn() -> bool + Send + Sync + 'static,
    draw: impl Fn() -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    choose(asked, draw, || ().into_any())
}

/// One part or another.
pub fn choose(
    asked: impl Fn() -> bool + Send + Sync + 'static,
    yes: impl Fn() -> AnyView + Send + Sync + 'static,
    no: impl Fn() -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    fn drawn(answer: Memo<bool>, yes: Draw, no: Draw) -> impl IntoView {
        move || if answer.get() { yes() } else { no() }
    }
    drawn(Memo::new(move |_| asked()), Arc::new(yes), Arc::new(no))
}
