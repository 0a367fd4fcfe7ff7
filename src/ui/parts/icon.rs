//! The signs that buttons and blanks carry, drawn in the colour of their text. Each is beside words that say the same.

use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Attention,
    Away,
    Back,
    Broken,
    Close,
    Compare,
    Crop,
    Dark,
    Done,
    Edit,
    Eye,
    Filter,
    Find,
    Flag,
    Folder,
    Full,
    Info,
    Keys,
    Left,
    Light,
    Link,
    Lock,
    Menu,
    Missing,
    Open,
    Pause,
    Picture,
    Play,
    Right,
    Rows,
    Scan,
    Sort,
    Squares,
    Strip,
    System,
    Turn,
    Unknown,
    Upload,
    View,
    Waiting,
}

impl Sign {
    /// On a field of 24 by 24.
    fn path(self) -> &'static str {
        match self {
            Sign::Attention => "M12 4.5 21 19.5H3zM12 10v4.5M12 17h.01",
            Sign::Away => "M4 4l16 16M7.5 7.6A5.5 5.5 0 0 0 7 18h10M10.5 6.2A6 6 0 0 1 17.6 11a3.6 3.6 0 0 1 2.6 5.4",
            Sign::Back => "M19 12H5m6-6-6 6 6 6",
            Sign::Broken => {
                "M4 6a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v5l-3.5 2.5L13 11l-4 3-5-3zm0 10 5 2.5 4-3 3.5 2.5 3.5-2.5V18a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2z"
            }
            Sign::Close => "M6 6l12 12M18 6 6 18",
            Sign::Compare => "M4 5h16a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM12 5v14",
            Sign::Crop => "M7 2.5V15a2 2 0 0 0 2 2h12.5M2.5 7H15a2 2 0 0 1 2 2v12.5",
            Sign::Dark => "M20 14.5A8.5 8.5 0 1 1 9.5 4a6.8 6.8 0 0 0 10.5 10.5z",
            Sign::Done => "M5 12.5 10 17.5 19 7",
            Sign::Edit => "M4 20l.8-4L16 4.8a1.6 1.6 0 0 1 2.3 0l.9.9a1.6 1.6 0 0 1 0 2.3L8 19.2zM14 7l3 3",
            Sign::Eye => {
                "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z"
            }
            Sign::Filter => "M4 6.5h16M7 12h10M10 17.5h4",
            Sign::Find => "M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM16 16l4.5 4.5",
            Sign::Flag => "M6 20.5V4.5h12l-2.5 4 2.5 4H6",
            Sign::Folder => "M3 7a2 2 0 0 1 2-2h4.5l2 2.5H19a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z",
            Sign::Full => {
                "M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4"
            }
            Sign::Info => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5.5M12 7.6h.01",
            Sign::Keys => {
                "M4 6h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zM7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M8 14h8"
            }
            Sign::Left => "M15 5l-7 7 7 7",
            Sign::Light => {
                "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"
            }
            Sign::Link => {
                "M10 13a4.8 4.8 0 0 0 7.2.5l2.9-2.9a4.8 4.8 0 0 0-6.8-6.8l-1.6 1.6M14 11a4.8 4.8 0 0 0-7.2-.5l-2.9 2.9a4.8 4.8 0 0 0 6.8 6.8l1.6-1.6"
            }
            Sign::Lock => {
                "M7 11V8a5 5 0 0 1 10 0v3M6 11h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1z"
            }
            Sign::Menu => "M4 7h16M4 12h16M4 17h16",
            Sign::Missing => {
                "M8 4H6a2 2 0 0 0-2 2v2M16 4h2a2 2 0 0 1 2 2v2M8 20H6a2 2 0 0 1-2-2v-2M16 20h2a2 2 0 0 0 2-2v-2M9 9l6 6M15 9l-6 6"
            }
            Sign::Open => "M14 4h6v6M20 4l-9 9M18 14v4a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h4",
            Sign::Pause => "M9 5.5v13M15 5.5v13",
            Sign::Picture => {
                "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM4 16l4.5-4.5L13 16l3-3 4 4M15.5 8.5h.01"
            }
            Sign::Play => "M8 5.5v13l10.5-6.5z",
            Sign::Right => "M9 5l7 7-7 7",
            Sign::Rows => "M4 5h9v5.5H4zM16 5h4v5.5h-4zM4 13.5h4V19H4zM11 13.5h9V19h-9z",
            Sign::Scan => "M20 11a8 8 0 0 0-14.3-4L4 9M4 4v5h5M4 13a8 8 0 0 0 14.3 4L20 15M20 20v-5h-5",
            Sign::Sort => "M8 5v14m-3.5-3.5L8 19l3.5-3.5M16 19V5m-3.5 3.5L16 5l3.5 3.5",
            Sign::Squares => "M4 4h6.5v6.5H4zM13.5 4H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 13.5H20V20h-6.5z",
            Sign::Strip => {
                "M4 4h16a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM4 19.5h2M9 19.5h2M14 19.5h2M19 19.5h1.5"
            }
            Sign::System => "M4 5h16a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM9 20h6M12 16v4",
            Sign::Turn => "M3.5 12.5h10v7.5h-10zM13 4.5h2a4 4 0 0 1 4 4v4m-2.5-2.5L19 12.5l2.5-2.5",
            Sign::Unknown => {
                "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM9.7 9.5a2.4 2.4 0 1 1 3.4 2.2c-.7.4-1.1.8-1.1 1.8M12 16.5h.01"
            }
            Sign::Upload => "M12 16V4m-5 5 5-5 5 5M5 20h14",
            Sign::View => "M8 4h8a1.5 1.5 0 0 1 1.5 1.5V20L12 16l-5.5 4V5.5A1.5 1.5 0 0 1 8 4z",
            Sign::Waiting => "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.5l3 1.5",
        }
    }
}

#[component]
pub fn Icon(sign: Sign) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=sign.path()></path>
        </svg>
    }
}
