//! The signs that buttons and blanks carry, drawn in the colour of their text. Each is beside words that say the same.
//! The drawings are Lucide's. Only those named here are linked.

use icondata_lu as lucide;
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
    Export,
    Eye,
    Filter,
    Find,
    Flag,
    Folder,
    FolderUp,
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
    /// What stands in the `<svg>`, on a field of 24 by 24.
    fn markup(self) -> &'static str {
        let icon = match self {
            Sign::Attention => lucide::LuTriangleAlert,
            Sign::Away => lucide::LuCloudOff,
            Sign::Back => lucide::LuArrowLeft,
            Sign::Broken => lucide::LuImageOff,
            Sign::Close => lucide::LuX,
            Sign::Compare => lucide::LuColumns2,
            Sign::Crop => lucide::LuCrop,
            Sign::Dark => lucide::LuMoon,
            Sign::Done => lucide::LuCheck,
            Sign::Edit => lucide::LuPencil,
            Sign::Export => lucide::LuDownload,
            Sign::Eye => lucide::LuEye,
            Sign::Filter => lucide::LuListFilter,
            Sign::Find => lucide::LuSearch,
            Sign::Flag => lucide::LuFlag,
            Sign::Folder => lucide::LuFolder,
            Sign::FolderUp => lucide::LuFolderUp,
            Sign::Full => lucide::LuMaximize,
            Sign::Info => lucide::LuInfo,
            Sign::Keys => lucide::LuKeyboard,
            Sign::Left => lucide::LuChevronLeft,
            Sign::Light => lucide::LuSun,
            Sign::Link => lucide::LuLink,
            Sign::Lock => lucide::LuLock,
            Sign::Menu => lucide::LuMenu,
            Sign::Missing => lucide::LuSquareDashed,
            Sign::Open => lucide::LuExternalLink,
            Sign::Pause => lucide::LuPause,
            Sign::Picture => lucide::LuImage,
            Sign::Play => lucide::LuPlay,
            Sign::Right => lucide::LuChevronRight,
            Sign::Rows => lucide::LuLayoutTemplate,
            Sign::Scan => lucide::LuRefreshCw,
            Sign::Sort => lucide::LuArrowDownUp,
            Sign::Squares => lucide::LuLayoutGrid,
            Sign::Strip => lucide::LuGalleryThumbnails,
            Sign::System => lucide::LuMonitor,
            Sign::Turn => lucide::LuRotateCwSquare,
            Sign::Unknown => lucide::LuFileQuestion,
            Sign::Upload => lucide::LuUpload,
            Sign::View => lucide::LuBookmark,
            Sign::Waiting => lucide::LuClock,
        };
        icon.data
    }
}

#[component]
pub fn Icon(sign: Sign) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" inner_html=sign.markup()></svg>
    }
}
