//! The page of folders: a card for each, and the way to one more.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    card::Card,
    dialog::{Ask, Asked, Asking},
    row::each_folder,
};
use crate::{
    browser::live::Status,
    model::Query,
    ui::{
        feed::Feed,
        gallery::{
            Gallery,
            opener::{Content, WithGallery},
            sidebar::Sidebar,
        },
        header::Header,
        parts::shared::when,
    },
};

/// The gallery is opened with it: it holds the folders and the live line that they follow.
#[component]
pub fn FoldersPage() -> impl IntoView {
    let content = Content {
        shown: || view! { <Opened/> }.into_any(),
        skeleton: || view! { <Skeleton/> }.into_any(),
        trouble: "The folders cannot be shown",
    };
    view! {
        <Title text="Folders · PixelSync"/>
        <div class="app">
            <Header/>
            <WithGallery content view=Query::default()/>
        </div>
    }
}

#[component]
fn Opened() -> impl IntoView {
    let (folders, status) = (expect_context::<Gallery>().folders, expect_context::<Feed>().status);
    let asked = RwSignal::new(None);
    provide_context(Asked(asked));
    let none = || {
        view! { <p class="folders-none">"There are no folders yet. Add one, and its pictures show by themselves."</p> }
            .into_any()
    };
    let old = || {
        view! {
            <p class="banner" role="status">"The server cannot be reached. What is shown here may be old."</p>
        }
        .into_any()
    };
    view! {
        <Sidebar here="/folders"/>
        <main class="gallery folders-page">
            <div class="bar">
                <h1>"Folders"</h1>
                <button type="button" class="button add-folder" on:click=move |_| asked.set(Some(Ask::Add))>
                    "Add a folder"
                </button>
            </div>
            {when(move || status.get() == Status::Offline, old)}
            {when(move || folders.with(Vec::is_empty), none)}
            <div class="folder-cards">{each_folder(|row| view! { <Card row/> }.into_any())}</div>
            <Asking/>
        </main>
    }
}

#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="sidebar-space"></div>
        <main class="gallery folders-page" aria-busy="true">
            <p class="visually-hidden" role="status">"Loading folders…"</p>
            <div class="bar"><span class="bone"></span></div>
            <div class="folder-cards"><div class="folder-card blank-card"></div></div>
        </main>
    }
}
