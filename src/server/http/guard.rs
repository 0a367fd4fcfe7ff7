//! Lets in only requests that this machine's own pages and programs made: no other site, no name that was bent to point here.

use axum::{
    extract::Request,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

pub(super) async fn check(request: Request, next: Next) -> Response {
    if let Err(reason) = admit(request.method(), request.uri(), request.headers()) {
        return (StatusCode::FORBIDDEN, axum::Json(serde_json::json!({ "error": reason }))).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, header::HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", header::HeaderValue::from_static("same-origin"));
    response
}

fn admit(method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), &'static str> {
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    // HTTP/2 says its host in the address
    let host = text(header::HOST).or_else(|| uri.authority().map(|authority| authority.as_str()));
    let host = host
        .filter(|host| is_this_machine(host))
        .ok_or("This PixelSync answers only to the names of its own machine. Open it as http://localhost:PORT/.")?;
    match text(header::ORIGIN) {
        None => {}
        Some(origin) if origin.strip_prefix("http://").is_some_and(|from| from == host) => {}
        // browsers send "null" with what they keep from the page itself; reading is harmless, they show nobody the answer
        Some("null") if method.is_safe() => {}
        Some(_) => return Err("This request comes from another site and was not carried out."),
    }
    let from_another_site = matches!(text(header::HeaderName::from_static("sec-fetch-site")), Some("cross-site"));
    if from_another_site && !method.is_safe() {
        return Err("This request comes from another site and was not carried out.");
    }
    Ok(())
}

/// The port is not looked at: a tunnel may give it another one.
fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(name, _)| name),
        None => host.split_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: Method, host: &str, origin: Option<&str>, expect: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().expect("host"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().expect("origin"));
        }
        assert_eq!(admit(&method, &Uri::from_static("/"), &headers).is_ok(), expect, "{method} {host} {origin:?}");
    }

    #[test]
    fn only_this_machine_s_names_are_answered() {
        for host in ["localhost:3000", "LOCALHOST", "127.0.0.1:3000", "[::1]:3000", "127.8.8.8"] {
            check(Method::GET, host, None, true);
        }
        for host in ["evil.example", "localhost.evil.example:3000", "192.168.1.2:3000", "[fe80::1]", ""] {
            check(Method::GET, host, None, false);
        }
    }

    #[test]
    fn other_sites_are_refused() {
        check(Method::POST, "localhost:3000", Some("http://localhost:3000"), true);
        check(Method::POST, "localhost:3000", Some("http://localhost:4000"), false);
        check(Method::POST, "localhost:3000", Some("https://evil.example"), false);
        check(Method::GET, "localhost:3000", Some("https://evil.example"), false);
        check(Method::POST, "localhost:3000", Some("null"), false);
    }
}
