//! Which bytes of a file are asked for, and whether whoever asks has them already. Knows no file.

use std::ops::Range;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

/// What is answered of so many bytes that bear a tag: a status, and which of them where it is a success. What has to be said of
/// that is put among the headers.
pub(super) fn settle(
    method: &Method,
    asked: &HeaderMap,
    tag: &str,
    length: u64,
    headers: &mut HeaderMap,
) -> (StatusCode, Range<u64>) {
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::ETAG, value(tag));
    let text = |name: HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
    if text(header::IF_MATCH).is_some_and(|known| !names(known, tag, false)) {
        return (StatusCode::PRECONDITION_FAILED, 0..0);
    }
    if text(header::IF_NONE_MATCH).is_some_and(|known| names(known, tag, true)) {
        return (StatusCode::NOT_MODIFIED, 0..0);
    }
    let is_current = text(header::IF_RANGE).is_none_or(|known| known == tag);
    // of a head there are no parts
    let range = text(header::RANGE).filter(|_| is_current && method == Method::GET);
    let (status, range) = match range.map_or(Wanted::Whole, |range| wanted(range, length)) {
        Wanted::Whole => (StatusCode::OK, 0..length),
        Wanted::Part(range) => {
            headers.insert(header::CONTENT_RANGE, value(&format!("bytes {}-{}/{length}", range.start, range.end - 1)));
            (StatusCode::PARTIAL_CONTENT, range)
        }
        Wanted::Nothing => {
            headers.insert(header::CONTENT_RANGE, value(&format!("bytes */{length}")));
            return (StatusCode::RANGE_NOT_SATISFIABLE, 0..0);
        }
    };
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    (status, range)
}

/// What is not sendable in a header is left out of it.
pub(super) fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

fn names(known: &str, tag: &str, weakly: bool) -> bool {
    known.split(',').map(str::trim).any(|known| {
        let known = if weakly { known.trim_start_matches("W/") } else { known };
        known == tag || known == "*"
    })
}

#[derive(Debug, PartialEq)]
enum Wanted {
    Whole,
    Part(Range<u64>),
    Nothing,
}

/// One range is answered; of several, which no browser asks of a picture, the whole.
fn wanted(range: &str, length: u64) -> Wanted {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|spec| spec.split_once('-')) else {
        return Wanted::Whole;
    };
    if last.contains(',') {
        return Wanted::Whole;
    }
    let range = match (first.trim().parse::<u64>().ok(), last.trim().parse::<u64>().ok()) {
        (Some(first), Some(last)) if last < first => return Wanted::Whole,
        (Some(first), Some(last)) => first..last.saturating_add(1).min(length),
        (Some(first), None) if last.trim().is_empty() => first..length,
        (None, Some(0)) => return Wanted::Nothing,
        (None, Some(end)) if first.trim().is_empty() => length.saturating_sub(end)..length,
        _ => return Wanted::Whole,
    };
    if range.start >= length { Wanted::Nothing } else { Wanted::Part(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let check = |range, expect| assert_eq!(wanted(range, 100), expect, "{range}");
        check("bytes=0-9", Wanted::Part(0..10));
        check("bytes=90-", Wanted::Part(90..100));
        check("bytes=-10", Wanted::Part(90..100));
        check("bytes=-1000", Wanted::Part(0..100));
        check("bytes=0-1000", Wanted::Part(0..100));
        check("bytes=0-18446744073709551615", Wanted::Part(0..100));
        check("bytes=100-", Wanted::Nothing);
        check("bytes=-0", Wanted::Nothing);
        check("bytes=9-0", Wanted::Whole);
        check("bytes=0-1,5-6", Wanted::Whole);
        check("lines=0-1", Wanted::Whole);
        assert_eq!(wanted("bytes=0-", 0), Wanted::Nothing);
    }

    #[test]
    fn whoever_has_it_is_told_so() {
        let check = |method: Method, asked: &[(HeaderName, &'static str)], expect: (u16, Range<u64>)| {
            let asked = asked.iter().map(|(name, text)| (name.clone(), HeaderValue::from_static(text))).collect();
            let (status, range) = settle(&method, &asked, "\"a\"", 100, &mut HeaderMap::new());
            assert_eq!((status.as_u16(), range), expect, "{method} {asked:?}");
        };
        let part = (header::RANGE, "bytes=10-19");
        check(Method::GET, &[], (200, 0..100));
        check(Method::GET, std::slice::from_ref(&part), (206, 10..20));
        check(Method::HEAD, std::slice::from_ref(&part), (200, 0..100));
        check(Method::GET, &[part.clone(), (header::IF_RANGE, "\"a\"")], (206, 10..20));
        check(Method::GET, &[part.clone(), (header::IF_RANGE, "\"b\"")], (200, 0..100));
        check(Method::GET, &[(header::RANGE, "bytes=100-")], (416, 0..0));
        check(Method::GET, &[(header::IF_NONE_MATCH, "\"b\", W/\"a\"")], (304, 0..0));
        check(Method::GET, &[(header::IF_NONE_MATCH, "\"b\"")], (200, 0..100));
        check(Method::GET, &[(header::IF_MATCH, "\"b\"")], (412, 0..0));
        check(Method::GET, &[(header::IF_MATCH, "\"b\", \"a\""), part], (206, 10..20));
        check(Method::GET, &[(header::IF_MATCH, "*")], (200, 0..100));
    }
}
