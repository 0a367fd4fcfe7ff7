//! The HTML document around the app. Rendered on the server only; the app itself begins in its body.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use super::App;
use crate::browser::{
    look::{FIT_KEY, SIZE_KEY},
    panel, strip,
    theme::STORAGE_KEY,
};

/// The addresses of what the page is made of, each naming its version.
#[derive(Clone, Debug)]
pub struct Assets {
    pub js: String,
    pub wasm: String,
    /// Where the page is none without it.
    pub later: Option<String>,
    pub css: String,
}

/// How many minutes the reader's clock is before Greenwich's, so that the server's days are the reader's.
pub const ZONE_COOKIE: &str = "zone";

/// So long a page waits for its first pictures at most.
const FIRST_MS: u32 = 400;

pub fn shell(assets: Assets) -> impl IntoView {
    let Assets { js, wasm, later, css } = assets;
    // Before anything is drawn, or a page that was turned dark would flash white, and show for a moment what it shows
    // without scripts, or a panel or a strip that was closed.
    let prepare = format!(
        "{{const d=document.documentElement.dataset;d.scripts='on';\
         document.cookie='{ZONE_COOKIE}='+-new Date().getTimezoneOffset()+';path=/;max-age=31536000;samesite=strict';\
         try{{const t=localStorage.getItem({STORAGE_KEY:?});if(t){{d.theme=t;for(const c of ['dark','light'])document.getElementById('frame-'+c).media=c==t?'all':'not all'}}\
         const f=localStorage.getItem({FIT_KEY:?});if(f)d.fit=f;\
         const z=+localStorage.getItem({SIZE_KEY:?});if(z)document.documentElement.style.setProperty('--size',z);\
         const p=localStorage.getItem({:?});if(p)d.panel=p;\
         const s=localStorage.getItem({:?});if(s)d.strip=s}}catch{{}}}}",
        panel::STORAGE_KEY,
        strip::STORAGE_KEY
    );
    // like `<link rel="preload">`, which would come before the pictures
    let preload = later.map(|later| {
        format!("const l=document.createElement('link');l.rel='preload';l.as='fetch';l.crossOrigin='';l.href={later:?};document.head.append(l);")
    });
    let preload = preload.unwrap_or_default();
    // The first pictures are seen before the program is asked for, if that is soon: both take longer.
    // A page that cannot be woken is one without scripts, and says so.
    let wake = format!(
        "const first=[...document.querySelectorAll('img[fetchpriority=high]')].map(i=>i.decode().catch(()=>0));\
         const frame=()=>new Promise(r=>requestAnimationFrame(r));\
         const seen=Promise.all(first).then(frame).then(frame).then(frame);\
         Promise.race([seen,new Promise(r=>setTimeout(r,{FIRST_MS}))]).then(()=>{{{preload}return import({js:?})}})\
         .then(m=>m.default({{module_or_path:{wasm:?}}}).then(()=>m.hydrate()))\
         .catch(e=>{{document.documentElement.dataset.scripts='failed';console.error(e)}})"
    );
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content="dark light"/>
                <meta id="frame-dark" name="theme-color" media="(prefers-color-scheme: dark)" content="#1b1b1d"/>
                <meta id="frame-light" name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff"/>
                <meta name="description" content="Your picture folders, live in every browser"/>
                <script nonce=use_nonce()>{prepare}</script>
                <link rel="stylesheet" href=css/>
                <link rel="icon" href="/favicon.ico" sizes="32x32"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="modulepreload" href=js/>
                <script type="module" nonce=use_nonce()>{wake}</script>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
