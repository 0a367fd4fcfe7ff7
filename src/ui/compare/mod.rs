//! Two to four pictures beside each other, seen in the same place and as near, or each as one wants.

pub mod facts;
pub mod head;
pub mod link;
pub mod page;
pub mod seat;
pub mod state;
pub mod way;

pub use page::ComparePage;
pub use state::Comparing;
