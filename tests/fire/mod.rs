//! What `feed_under_fire` is made of.

pub(crate) mod ledger;
pub(crate) mod node;
pub(crate) mod random;
pub(crate) mod tail;
