//! Keeps other sites from acting through a member's browser (CSRF).

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use formwork_model::Problem;
use url::{Origin, Url};

use crate::{problem::HttpProblem, session::COOKIE_NAME, state::Settings};

/// Middleware: a request that changes something must come from our own pages, when it
/// comes from a browser. One that carries an API key does not depend on cookies and passes.
pub async fn same_origin(
    State(settings): State<Settings>,
    request: Request,
    next: Next,
) -> Response {
    if may_pass(request.method(), request.headers(), settings) {
        next.run(request).await
    } else {
        HttpProblem::new(StatusCode::FORBIDDEN, Problem::new("cross_site")).into_response()
    }
}

fn may_pass(method: &Method, headers: &HeaderMap, settings: Settings) -> bool {
    if method.is_safe() || headers.contains_key(header::AUTHORIZATION) {
        return true;
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let own = own_origin(text("host"), is_secure(headers, settings));
            own.is_some_and(|own| parsed(origin) == Some(own))
        }
        (None, None) => !has_session_cookie(headers),
    }
}

/// Where our pages stand, as browsers name it.
fn own_origin(host: Option<&str>, is_secure: bool) -> Option<Origin> {
    let scheme = if is_secure { "https" } else { "http" };
    parsed(&format!("{scheme}://{}", host?))
}

/// Scheme, host and port of an origin that has nothing else.
fn parsed(text: &str) -> Option<Origin> {
    let address = Url::parse(text).ok()?;
    let is_bare = address.path() == "/"
        && !text.ends_with('/')
        && address.query().is_none()
        && address.fragment().is_none()
        && !text.contains('@');
    let origin = address.origin();
    (is_bare && origin.is_tuple()).then_some(origin)
}

/// Whether browsers come over HTTPS; a proxy of ours may say so.
fn is_secure(headers: &HeaderMap, settings: Settings) -> bool {
    let forwarded = || {
        let value = headers.get_all("x-forwarded-proto").iter().next_back()?.to_str().ok()?;
        Some(value.rsplit(',').next()?.trim().eq_ignore_ascii_case("https"))
    };
    settings.https || (settings.behind_proxy && forwarded().unwrap_or(false))
}

fn has_session_cookie(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.split_once('='))
        .any(|(name, _)| name.trim() == COOKIE_NAME)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::serve::Limits;

    const PLAIN: Settings = Settings { https: false, behind_proxy: false, limits: LIMITS };
    const SECURE: Settings = Settings { https: true, ..PLAIN };
    const PROXIED: Settings = Settings { behind_proxy: true, ..PLAIN };
    const LIMITS: Limits =
        Limits { headers: Duration::from_secs(1), body: Duration::from_secs(1), connections: 1 };

    fn passes(method: &str, headers: &[(&str, &str)], settings: Settings) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(header::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        may_pass(&method.parse().unwrap(), &map, settings)
    }

    #[test]
    fn only_our_own_pages_may_change_things() {
        let cookie = ("cookie", "a=b; formwork_session=x");
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], bool);
        let cases: &[Case<'_>] = &[
            ("GET", &[cookie, ("sec-fetch-site", "cross-site")], true),
            ("POST", &[cookie, ("sec-fetch-site", "same-origin")], true),
            ("POST", &[cookie, ("sec-fetch-site", "same-site")], false),
            ("POST", &[cookie, ("sec-fetch-site", "none")], false),
            ("DELETE", &[cookie], false),
            ("POST", &[], true),
            ("POST", &[("sec-fetch-site", "cross-site")], false),
            ("POST", &[("authorization", "Bearer x"), ("origin", "http://evil.example")], true),
        ];
        for (method, headers, expected) in cases {
            assert_eq!(passes(method, headers, PLAIN), *expected, "{method} {headers:?}");
        }
    }

    #[test]
    fn an_origin_is_compared_whole() {
        let cookie = ("cookie", "formwork_session=x");
        for (host, origin, settings, expected) in [
            ("forms.example:8080", "http://forms.example:8080", PLAIN, true),
            ("FORMS.example:8080", "http://forms.example:8080", PLAIN, true),
            ("forms.example", "http://forms.example", PLAIN, true),
            ("forms.example", "http://forms.example:80", PLAIN, true),
            ("[::1]:8080", "http://[::1]:8080", PLAIN, true),
            ("forms.example", "https://forms.example", SECURE, true),
            ("forms.example:443", "https://forms.example", SECURE, true),
            // The scheme counts.
            ("forms.example", "https://forms.example", PLAIN, false),
            ("forms.example", "http://forms.example", SECURE, false),
            ("forms.example:8080", "ftp://forms.example:8080", PLAIN, false),
            ("forms.example:8080", "://forms.example:8080", PLAIN, false),
            ("forms.example:8080", "//forms.example:8080", PLAIN, false),
            ("forms.example:8080", "forms.example:8080", PLAIN, false),
            ("forms.example:8080", "x://forms.example:8080", PLAIN, false),
            // Host and port count.
            ("forms.example:8080", "http://forms.example:8081", PLAIN, false),
            ("forms.example:8080", "http://forms.example", PLAIN, false),
            ("forms.example", "http://evil.example", PLAIN, false),
            ("forms.example", "http://forms.example.evil.example", PLAIN, false),
            ("forms.example", "http://evil.example@forms.example", PLAIN, false),
            ("forms.example", "http://forms.example/x", PLAIN, false),
            ("forms.example", "http://forms.example/", PLAIN, false),
            ("forms.example", "null", PLAIN, false),
            ("forms.example", "", PLAIN, false),
            ("", "http://", PLAIN, false),
        ] {
            let headers = [cookie, ("host", host), ("origin", origin)];
            assert_eq!(passes("POST", &headers, settings), expected, "{host} {origin}");
        }
        assert!(!passes("POST", &[cookie, ("origin", "http://forms.example")], PLAIN), "no host");
    }

    #[test]
    fn a_proxy_of_ours_says_how_browsers_come() {
        let headers = [
            ("cookie", "formwork_session=x"),
            ("host", "forms.example"),
            ("origin", "https://forms.example"),
            ("x-forwarded-proto", "https"),
        ];
        assert!(passes("POST", &headers, PROXIED));
        assert!(!passes("POST", &headers, PLAIN), "anybody may say so");
    }
}
