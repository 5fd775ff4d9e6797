//! Keeps other sites from acting through a member's browser (CSRF).

use axum::{
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use formwork_model::Problem;

use crate::{problem::HttpProblem, session::COOKIE_NAME};

/// Middleware: a request that changes something must come from our own pages, when it
/// comes from a browser. One that carries an API key does not depend on cookies and passes.
pub async fn same_origin(request: Request, next: Next) -> Response {
    if may_pass(request.method(), request.headers()) {
        next.run(request).await
    } else {
        HttpProblem::new(StatusCode::FORBIDDEN, Problem::new("cross_site")).into_response()
    }
}

fn may_pass(method: &Method, headers: &HeaderMap) -> bool {
    if method.is_safe() || headers.contains_key(header::AUTHORIZATION) {
        return true;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            authority.is_some() && authority == text("host")
        }
        (None, None) => !has_session_cookie(headers),
    }
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
    use super::*;

    #[test]
    fn only_our_own_pages_may_change_things() {
        let cookie = ("cookie", "a=b; formwork_session=x");
        let host = ("host", "forms.example:8080");
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], bool);
        let cases: &[Case<'_>] = &[
            ("GET", &[cookie, ("sec-fetch-site", "cross-site")], true),
            ("POST", &[cookie, ("sec-fetch-site", "same-origin")], true),
            ("POST", &[cookie, ("sec-fetch-site", "same-site")], false),
            ("POST", &[cookie, host, ("origin", "http://forms.example:8080")], true),
            ("POST", &[cookie, host, ("origin", "http://evil.example")], false),
            ("POST", &[cookie, host, ("origin", "null")], false),
            ("DELETE", &[cookie], false),
            ("POST", &[], true),
            ("POST", &[("sec-fetch-site", "cross-site")], false),
            ("POST", &[("authorization", "Bearer x"), ("origin", "http://evil.example")], true),
        ];
        for (method, headers, expected) in cases {
            let mut map = HeaderMap::new();
            for (name, value) in *headers {
                map.append(header::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
            }
            let method: Method = method.parse().unwrap();
            assert_eq!(may_pass(&method, &map), *expected, "{method} {headers:?}");
        }
    }
}
