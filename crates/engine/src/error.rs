//! Why a use case did not happen.

use std::error::Error;

use formwork_model::{Problem, Problems, problem::capped};
use formwork_store::StoreError;
use serde_json::Value as Json;

/// The answer of a use case that did not happen. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// What was handed in is wrong; every problem with its place.
    #[error("the input has problems: {0:?}")]
    Problems(Problems),
    /// There is no such thing, or the caller may not know of it.
    #[error("not found")]
    NotFound,
    /// The caller is no longer who they were: deactivated, signed out, or the key is revoked.
    #[error("not signed in any more")]
    NotSignedIn,
    /// The caller may know of it and may not do this.
    #[error("forbidden")]
    Forbidden,
    /// The caller's key does not reach as far as its member.
    #[error("outside the key's scope")]
    OutsideKeyScope,
    /// Somebody else changed it meanwhile.
    #[error("changed by somebody else")]
    VersionConflict {
        /// The version that is stored now.
        version: i64,
        /// What differs from what the caller last saw: `{field, from, to}`.
        changed: Vec<Json>,
    },
    /// The rules of a process or of the platform say no.
    #[error("refused: {}", .0.code)]
    Refused(Problem),
    /// Somebody else holds what this needs; trying again soon will work.
    #[error("in use by somebody else")]
    Busy,
    /// It took longer than a single question may.
    #[error("too slow")]
    TooSlow,
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
    /// Something stored or embedded is not what this version expects.
    #[error("unexpected: {what}")]
    Unexpected {
        /// Which thing it is.
        what: String,
        /// Why it could not be read or written, where a library said so.
        source: Option<Box<dyn Error + Send + Sync>>,
    },
}

/// The answer of a use case.
pub type EngineResult<T> = Result<T, EngineError>;

impl EngineError {
    /// A refusal with a stable code.
    pub fn refused(code: &'static str) -> Self {
        Self::Refused(Problem::new(code))
    }

    /// A single problem with the input.
    pub fn problem(problem: Problem) -> Self {
        Self::Problems(vec![problem])
    }

    /// Whether the rules, or the state of things, say no to what was asked for: to a part of a
    /// request as well as to the whole.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Problems(_)
                | Self::NotFound
                | Self::Forbidden
                | Self::OutsideKeyScope
                | Self::VersionConflict { .. }
                | Self::Refused(_)
        )
    }

    /// Whether something stored is not what this version expects, rather than that the
    /// machinery fails: a part of a change may go on without it.
    pub(crate) fn is_unreadable(&self) -> bool {
        matches!(self, Self::Unexpected { .. } | Self::Store(StoreError::Corrupt(_)))
    }

    /// A refusal as problems, for those who tell of many at once.
    pub(crate) fn problems(&self) -> Problems {
        match self {
            Self::Problems(problems) => problems.clone(),
            Self::NotFound => vec![Problem::new("not_found")],
            Self::Forbidden => vec![Problem::new("forbidden")],
            Self::OutsideKeyScope => vec![Problem::new("outside_key_scope")],
            Self::VersionConflict { version, .. } => {
                vec![Problem::new("version_conflict").with("version", *version)]
            }
            Self::Refused(problem) => vec![problem.clone()],
            _ => Problems::new(),
        }
    }

    /// A failure of what is stored or embedded, which nothing else has caused.
    pub(crate) fn unexpected(what: impl Into<String>) -> Self {
        Self::Unexpected { what: what.into(), source: None }
    }

    /// Makes a failure of a cause, for `map_err`.
    pub(crate) fn unexpected_in<E>(what: &'static str) -> impl FnOnce(E) -> Self
    where
        E: Error + Send + Sync + 'static,
    {
        move |cause| Self::Unexpected { what: what.to_owned(), source: Some(Box::new(cause)) }
    }
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy(_) | StoreError::Overtaken(_) => Self::Busy,
            StoreError::TooSlow(_) => Self::TooSlow,
            StoreError::OutOfRange(_) => Self::problem(Problem::new("sum_out_of_range")),
            StoreError::NulCharacter(_) => Self::problem(Problem::new("control_character")),
            other => Self::Store(other),
        }
    }
}

impl From<Problems> for EngineError {
    fn from(problems: Problems) -> Self {
        Self::Problems(capped(problems))
    }
}

/// `Err` with the problems when there are any.
pub(crate) fn no_problems(problems: Problems) -> EngineResult<()> {
    if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_keeps_its_cause() {
        let cause = serde_json::from_str::<Json>("{").map_err(EngineError::unexpected_in("a test"));
        let error = cause.unwrap_err();
        assert_eq!(error.to_string(), "unexpected: a test");
        let source = error.source().unwrap();
        assert!(source.downcast_ref::<serde_json::Error>().is_some(), "{source}");
        assert!(EngineError::unexpected("a test").source().is_none());
    }
}
