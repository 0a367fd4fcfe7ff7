//! What the targets share.

/// A decoder that panics is caught and fails its file, as it should; the fuzzer would end at the first. Its words are of
/// use where one input is tried again.
pub fn only_what_escapes_counts() {
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
}
