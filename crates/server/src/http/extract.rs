//! What handlers take from a request, with every refusal as a problem.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use formwork_model::{Problem, Problems, problem::Collector};
use serde::{Deserializer, de::DeserializeOwned};
use serde_ignored::Path as IgnoredPath;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment, Track};

use super::nul::nul_characters;
use crate::problem::HttpProblem;

/// Parameters of the path. One that does not fit is an address that leads nowhere.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(HttpProblem))]
pub struct PathOf<T>(pub T);

/// Parameters behind the question mark. One that nothing is known of is refused.
#[derive(Debug)]
pub struct QueryOf<T>(pub T);

/// A JSON body. An empty body stands for `{}`. What nothing is known of is refused: who
/// misspells a name must not think that it was done.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl From<PathRejection> for HttpProblem {
    fn from(_: PathRejection) -> Self {
        Self::not_found()
    }
}

impl<S, T> FromRequestParts<S> for QueryOf<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpProblem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        let deserializer = serde_urlencoded::Deserializer::new(pairs);
        read_strictly(deserializer).map(Self).map_err(|refused| match refused {
            Unreadable::Wrong { error, pointer } => {
                let mut problem = Problem::new("invalid_query").with("reason", error.to_string());
                problem.pointer = pointer;
                HttpProblem::new(StatusCode::BAD_REQUEST, problem)
            }
            Unreadable::Unknown(problems) => HttpProblem::invalid(problems),
        })
    }
}

impl<S, T> FromRequest<S> for JsonBody<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = HttpProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, HttpProblem> {
        let is_json = is_json(request.headers());
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| HttpProblem::of_status(rejection.status()))?;
        if bytes.is_empty() {
            return read(b"{}").map(Self);
        }
        if !is_json {
            return Err(HttpProblem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let problems = nul_characters(&bytes);
        if !problems.is_empty() {
            return Err(HttpProblem::invalid(problems));
        }
        if is_list(&bytes) {
            let problem = Problem::new("invalid_body").with("reason", "an object is expected");
            return Err(HttpProblem::invalid(vec![problem]));
        }
        read(&bytes).map(Self)
    }
}

/// A list would be read as the members of the body in their order, and that may change.
fn is_list(body: &[u8]) -> bool {
    body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[')
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, HttpProblem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = read_strictly(&mut json);
    let refused = match read {
        Ok(value) => match json.end() {
            Ok(()) => return Ok(value),
            Err(error) => Unreadable::Wrong { error, pointer: String::new() },
        },
        Err(refused) => refused,
    };
    Err(match refused {
        Unreadable::Unknown(problems) => HttpProblem::invalid(problems),
        Unreadable::Wrong { error, pointer } => match error.classify() {
            Category::Data => {
                let mut problem = Problem::new("invalid_body").with("reason", error.to_string());
                problem.pointer = pointer;
                HttpProblem::new(StatusCode::UNPROCESSABLE_ENTITY, problem.clone())
                    .with_errors(vec![problem])
            }
            Category::Syntax | Category::Eof | Category::Io => HttpProblem::new(
                StatusCode::BAD_REQUEST,
                Problem::new("malformed_json")
                    .with("line", error.line())
                    .with("column", error.column()),
            ),
        },
    })
}

/// Why something could not be read.
enum Unreadable<E> {
    /// It is not what is expected, at this JSON pointer.
    Wrong { error: E, pointer: String },
    /// It is, and has more than is known.
    Unknown(Problems),
}

/// Reads a value and takes notice of everything that the value's type has no place for.
fn read_strictly<'de, D, T>(deserializer: D) -> Result<T, Unreadable<D::Error>>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let mut track = Track::new();
    let mut unknown = Collector::default();
    let tracked = serde_path_to_error::Deserializer::new(deserializer, &mut track);
    let read = serde_ignored::deserialize(tracked, |path: IgnoredPath<'_>| {
        unknown.add(|| unknown_at(steps_of_ignored(&path)));
    });
    let value = read.map_err(|error| {
        let steps = steps_of(&track.path());
        // Types that refuse by themselves what they do not know.
        if error.to_string().starts_with("unknown field `") {
            return Unreadable::Unknown(vec![unknown_at(steps)]);
        }
        Unreadable::Wrong { error, pointer: placed(Problem::new("invalid_body"), steps).pointer }
    })?;
    let unknown = unknown.into_problems();
    if unknown.is_empty() { Ok(value) } else { Err(Unreadable::Unknown(unknown)) }
}

fn unknown_at(steps: Vec<String>) -> Problem {
    let name = steps.last().cloned().unwrap_or_default();
    placed(Problem::new("unknown_property").with("name", name), steps)
}

/// Moves a problem under these steps, the first one being at the root.
fn placed(problem: Problem, steps: Vec<String>) -> Problem {
    steps.into_iter().rev().fold(problem, Problem::at)
}

/// The steps from the root to what nobody has asked for.
fn steps_of_ignored(path: &IgnoredPath<'_>) -> Vec<String> {
    let mut steps = Vec::new();
    let mut next = Some(path);
    while let Some(path) = next {
        next = match path {
            IgnoredPath::Root => None,
            IgnoredPath::Seq { parent, index } => {
                steps.push(index.to_string());
                Some(parent)
            }
            IgnoredPath::Map { parent, key } => {
                steps.push(key.clone());
                Some(parent)
            }
            IgnoredPath::Some { parent }
            | IgnoredPath::NewtypeStruct { parent }
            | IgnoredPath::NewtypeVariant { parent } => Some(parent),
        };
    }
    steps.reverse();
    steps
}

/// The steps from the root to where reading stopped.
fn steps_of(path: &Path) -> Vec<String> {
    let steps = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    steps.collect()
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .map(|kind| kind.trim().to_ascii_lowercase())
        .is_some_and(|kind| {
            kind == "application/json"
                || (kind.starts_with("application/") && kind.ends_with("+json"))
        })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value as Json, json};

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Outer {
        #[serde(default)]
        inner: Vec<Inner>,
        #[serde(default)]
        values: Json,
    }

    #[derive(Debug, Deserialize)]
    struct Inner {
        #[serde(default)]
        number: u8,
    }

    fn refusal(body: &Json) -> Vec<(String, String)> {
        let refused = read::<Outer>(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(refused.status().as_u16(), 422);
        refused
            .errors()
            .iter()
            .map(|problem| (problem.code.to_string(), problem.pointer.clone()))
            .collect()
    }

    #[test]
    fn says_where_json_breaks() {
        let malformed = read::<Json>(b"{\n  \"a\": }").unwrap_err();
        assert_eq!((malformed.status().as_u16(), malformed.code()), (400, "malformed_json"));
        let more = read::<Json>(b"{} {}").unwrap_err();
        assert_eq!((more.status().as_u16(), more.code()), (400, "malformed_json"));
        let wrong = read::<Vec<u8>>(b"{}").unwrap_err();
        assert_eq!((wrong.status().as_u16(), wrong.code()), (422, "invalid_body"));
        let wrong = refusal(&json!({ "inner": [{}, { "number": "x" }] }));
        assert_eq!(wrong, [("invalid_body".to_owned(), "/inner/1/number".to_owned())]);
    }

    #[test]
    fn refuses_what_it_does_not_know_at_any_depth() {
        let unknown = |pointer: &str| ("unknown_property".to_owned(), pointer.to_owned());
        assert_eq!(refusal(&json!({ "valuez": {} })), [unknown("/valuez")]);
        assert_eq!(
            refusal(&json!({ "inner": [{}, { "nomber": 1 }], "a/b": 1 })),
            [unknown("/inner/1/nomber"), unknown("/a~1b")]
        );
        let free = json!({ "values": { "whatever": { "it": "is" } }, "inner": [{ "number": 1 }] });
        let read = read::<Outer>(free.to_string().as_bytes()).unwrap();
        assert_eq!((read.inner[0].number, &read.values["whatever"]["it"]), (1, &json!("is")));
    }

    #[test]
    fn tells_some_hundred_problems_and_how_many_more_there_are() {
        let many: serde_json::Map<String, Json> =
            (0..100_000).map(|number| (format!("k{number}"), json!(1))).collect();
        let refused = refusal(&Json::Object(many));
        assert!(refused.len() <= 201, "{}", refused.len());
        assert_eq!(refused.last().map(|(code, _)| code.as_str()), Some("more_problems"));
    }

    #[test]
    fn knows_json_by_its_type() {
        for (kind, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/merge-patch+json", true),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
        ] {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().unwrap())]);
            assert_eq!(is_json(&headers), expected, "{kind}");
        }
    }
}
