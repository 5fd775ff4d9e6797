//! Reading JSON and queries strictly: what is wrong has its place, and what nothing is known of
//! is refused.

use std::fmt::Display;

use axum::http::StatusCode;
use formwork_model::{Problem, Problems, problem::Collector};
use serde::{
    Deserializer,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_ignored::Path as IgnoredPath;
use serde_json::{Value as Json, error::Category};
use serde_path_to_error::{Path, Segment, Track};

use super::{nul::nul_inside, reason::explained};
use crate::problem::HttpProblem;

/// Reads a body.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, HttpProblem> {
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
        Unreadable::Wrong { error, .. } if !is_sound(bytes, &error) => HttpProblem::new(
            StatusCode::BAD_REQUEST,
            Problem::new("malformed_json")
                .with("line", error.line())
                .with("column", error.column()),
        ),
        refused => match refused.into_problems() {
            problems if problems.iter().any(|problem| problem.code == "invalid_body") => {
                let first = problems.first().cloned();
                let problem = first.unwrap_or_else(|| Problem::new("invalid_body"));
                HttpProblem::new(StatusCode::UNPROCESSABLE_ENTITY, problem).with_errors(problems)
            }
            problems => HttpProblem::invalid(problems),
        },
    })
}

/// Whether a body is JSON, be it of the wrong type: what serde calls an error of syntax may
/// be a number where it looks for a name.
fn is_sound(bytes: &[u8], error: &serde_json::Error) -> bool {
    error.classify() == Category::Data || serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

/// Reads a part of a body, as [`super::JsonBody`] reads the whole.
///
/// # Errors
/// What is wrong, with places inside the part.
pub fn read_part<T: DeserializeOwned>(json: Json) -> Result<T, Problems> {
    let problems = nul_inside(&json);
    if !problems.is_empty() {
        return Err(problems);
    }
    read_strictly(json).map_err(Unreadable::into_problems)
}

/// Why something could not be read.
pub(super) enum Unreadable<E> {
    /// It is not what is expected, at this JSON pointer.
    Wrong { error: E, pointer: String },
    /// It is, and has more than is known.
    Unknown(Problems),
}

impl<E: Display> Unreadable<E> {
    fn into_problems(self) -> Problems {
        match self {
            Self::Unknown(problems) => problems,
            Self::Wrong { error, pointer } => {
                let mut problem = explained("invalid_body", &error.to_string());
                problem.pointer = format!("{pointer}{}", problem.pointer);
                vec![problem]
            }
        }
    }
}

/// Reads a value and takes notice of everything that the value's type has no place for.
pub(super) fn read_strictly<'de, D, T>(deserializer: D) -> Result<T, Unreadable<D::Error>>
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
        let mut steps = steps_of(&track.path());
        // Types that refuse by themselves what they do not know. Of some, the place says only
        // where they are.
        if let Some(rest) = error.to_string().strip_prefix("unknown field `") {
            let name = rest.split('`').next().unwrap_or_default();
            if steps.last().is_none_or(|last| last != name) {
                steps.push(name.to_owned());
            }
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

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

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

    #[derive(Debug, Deserialize)]
    #[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
    enum Part {
        Make { number: u8 },
        Break { id: String },
    }

    #[test]
    fn a_part_is_read_as_strictly_as_a_body() {
        let part = |json: Json| -> Vec<String> {
            let problems = read_part::<Part>(json).unwrap_err();
            problems.iter().map(|p| format!("{} {}", p.code, p.pointer)).collect()
        };
        assert_eq!(part(json!({ "op": "make", "number": 1, "x": 1 })), ["unknown_property /x"]);
        assert_eq!(part(json!({ "op": "make" })), ["invalid_body /number"]);
        assert_eq!(part(json!({ "op": "break", "id": "a\0b" })), ["control_character /id"]);
        assert_eq!(part(json!({ "op": "mend" })), ["invalid_body /op"]);
        assert_eq!(part(json!({})), ["invalid_body /op"]);
        assert!(
            matches!(read_part(json!({ "op": "break", "id": "a" })), Ok(Part::Break { id }) if id == "a")
        );
        assert!(matches!(
            read_part(json!({ "op": "make", "number": 7 })),
            Ok(Part::Make { number: 7 })
        ));
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Mode {
        #[default]
        All,
    }

    #[derive(Debug, Deserialize)]
    struct Moded {
        #[serde(default)]
        #[expect(dead_code, reason = "only read")]
        mode: Mode,
    }

    #[test]
    fn json_of_the_wrong_type_is_still_json() {
        for mode in ["5", "null", "[]", "\"none\""] {
            let refused = read::<Moded>(format!("{{\"mode\":{mode}}}").as_bytes()).unwrap_err();
            assert_eq!(
                (refused.status().as_u16(), refused.code()),
                (422, "invalid_body"),
                "{mode}"
            );
            assert_eq!(refused.errors()[0].pointer, "/mode", "{mode}");
        }
    }

    #[test]
    fn tells_some_hundred_problems_and_how_many_more_there_are() {
        let many: serde_json::Map<String, Json> =
            (0..100_000).map(|number| (format!("k{number}"), json!(1))).collect();
        let refused = refusal(&Json::Object(many));
        assert!(refused.len() <= 201, "{}", refused.len());
        assert_eq!(refused.last().map(|(code, _)| code.as_str()), Some("more_problems"));
    }
}
