//! Plain data that server and browser share. Knows nothing of either.

pub mod card;
pub mod comparison;
pub mod crop;
pub mod day;
pub mod details;
pub mod facets;
pub mod feed;
pub mod folder;
pub mod id;
pub mod outline;
pub mod past;
pub mod picture;
pub mod query;
pub mod sync;
pub mod thumbhash;
pub mod upload;
pub mod view;
pub mod window;

pub use card::{Card, State};
pub use comparison::{Comparison, Sight, Sights};
pub use crop::{Origin, Region};
pub use day::Day;
pub use details::Details;
pub use facets::{Count, Facet};
pub use feed::{Batch, Change, Cursor, Op};
pub use folder::{Folder, FolderDraft, FolderEdit, FolderList, FolderState, Records, Watching};
pub use id::{FolderId, ImageId, ProjectId, ViewId};
pub use outline::{Outline, Outlined, Stretch};
pub use past::{Event, EventKind, Past};
pub use picture::Picture;
pub use query::{By, Flag, Query, Shape, Sort};
pub use sync::{Operation, SyncKind, SyncStatus, SyncSummary};
pub use upload::Uploaded;
pub use view::{Counts, View, ViewDraft, ViewEdit, Views};
pub use window::{Opening, Window};
