//! The document that says what went wrong, and its words.

use axum::http::StatusCode;
use formwork_model::{Locale, Problem, problem::capped};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use utoipa::ToSchema;

use crate::catalogue::Catalogue;

/// Longest text, in characters, and longest list that a problem quotes of what was handed in.
const LONGEST_QUOTE: usize = 200;
const MOST_QUOTED: usize = 20;

/// The answer to a request that could not be done (`application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// Names the kind of problem; `about:blank#<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// One line for people, in the reader's language.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable code for programs.
    pub code: String,
    /// What to know or do about it, in the reader's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Finds the request in the server's log.
    pub request_id: String,
    /// What exactly is wrong in what was handed in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemItem>,
    /// Further members, by code.
    #[serde(flatten)]
    #[schema(value_type = HashMap<String, Value>)]
    pub members: Map<String, Json>,
}

/// Why one of many things that were asked for was not done.
#[derive(Debug, Serialize, ToSchema)]
pub struct Refusal {
    /// Stable code for programs.
    pub code: String,
    /// One line for people, in the reader's language.
    pub title: String,
    /// What exactly is wrong, with pointers into that one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemItem>,
    /// Further members, by code.
    #[serde(flatten)]
    #[schema(value_type = HashMap<String, Value>)]
    pub members: Map<String, Json>,
}

/// One thing that is wrong, at one place.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemItem {
    /// Stable code for programs.
    pub code: String,
    /// JSON pointer (RFC 6901) into what was handed in.
    pub pointer: String,
    /// What is wrong, in the reader's language.
    pub message: String,
    /// What the message speaks of.
    #[schema(value_type = HashMap<String, Value>)]
    pub params: Map<String, Json>,
}

impl ProblemDocument {
    /// The document of a problem as a whole.
    pub(super) fn new(
        status: StatusCode,
        problem: &Problem,
        locale: &Locale,
        request_id: String,
    ) -> Self {
        let catalogue = Catalogue::shared();
        let whole = describe(problem, locale);
        let detail_key = format!("server.detail.{}", whole.code);
        Self {
            kind: format!("about:blank#{}", whole.code),
            title: whole.message,
            status: status.as_u16(),
            code: whole.code,
            detail: catalogue
                .find(locale, &detail_key)
                .map(|_| catalogue.fill(locale, &detail_key, &whole.params)),
            request_id,
            errors: Vec::new(),
            members: Map::new(),
        }
    }

    /// Adds what exactly is wrong, and further members.
    pub(super) fn with(self, errors: Vec<ProblemItem>, members: Map<String, Json>) -> Self {
        Self { errors, members, ..self }
    }
}

/// What is wrong, in the reader's language.
pub fn describe(problem: &Problem, locale: &Locale) -> ProblemItem {
    let params: Map<String, Json> =
        problem.params.iter().map(|(name, value)| (name.clone(), quoted(value))).collect();
    let key = format!("problem.{}", problem.code);
    ProblemItem {
        code: problem.code.to_string(),
        pointer: problem.pointer.clone(),
        message: Catalogue::shared().fill(locale, &key, &params),
        params,
    }
}

/// What is wrong, at most some hundred things.
pub fn describe_all(problems: &[Problem], locale: &Locale) -> Vec<ProblemItem> {
    capped(problems.to_vec()).iter().map(|problem| describe(problem, locale)).collect()
}

/// A parameter, cut where it quotes too much.
fn quoted(value: &Json) -> Json {
    match value {
        Json::String(text) => match text.char_indices().nth(LONGEST_QUOTE) {
            Some((end, _)) => json!(format!("{}…", text.get(..end).unwrap_or_default())),
            None => value.clone(),
        },
        Json::Array(items) => Json::Array(items.iter().take(MOST_QUOTED).map(quoted).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_no_more_than_a_person_can_read() {
        let names: Vec<Json> = (0..100_000).map(|number| json!(format!("k{number}"))).collect();
        let problem = Problem::new("schema").with("reason", "x".repeat(1_000_000));
        let item = describe(&problem.with("member", names), &Locale::chinese());
        assert!(item.message.chars().count() <= 1000, "{}", item.message.len());
        assert_eq!(item.params["reason"].as_str().map(|text| text.chars().count()), Some(201));
        assert_eq!(item.params["member"].as_array().map(Vec::len), Some(MOST_QUOTED));
    }
}
