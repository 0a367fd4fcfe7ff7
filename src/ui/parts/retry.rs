//! Trying again by itself what failed for a reason that passes.

use std::{rc::Rc, time::Duration};

use leptos::prelude::*;

use crate::api::Failure;

const AGAIN_MS: u64 = 2_000;

/// Does nothing on the server, and nothing for a failure that would be the same again.
pub fn retry_by_itself(failure: &Failure, retry: impl Fn() + 'static) {
    if !matches!(failure, Failure::Unreachable | Failure::Away) {
        return;
    }
    let retry = Rc::new(retry);
    Effect::new(move || {
        let retry = Rc::clone(&retry);
        set_timeout(move || retry(), Duration::from_millis(AGAIN_MS));
    });
}
