//! What the engine refuses, in terms of HTTP.

use axum::http::StatusCode;
use formwork_engine::EngineError;
use formwork_model::Problem;
use serde_json::json;

use super::HttpProblem;

impl From<EngineError> for HttpProblem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Problems(problems) => Self::invalid(problems),
            EngineError::NotFound => Self::not_found(),
            EngineError::NotSignedIn => Self::not_signed_in(),
            EngineError::Forbidden => Self::forbidden(),
            EngineError::VersionConflict { version, changed } => {
                Self::refused(Problem::new("version_conflict"))
                    .with_member("current", json!({ "version": version, "changed": changed }))
            }
            EngineError::Refused(problem) => Self::refused(problem),
            EngineError::Busy => Self::new(StatusCode::LOCKED, Problem::new("busy")),
            EngineError::TooSlow => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, Problem::new("too_slow"))
            }
            EngineError::DefinitionChanged => Self::refused(Problem::new("definition_changed")),
            failure @ (EngineError::Store(_) | EngineError::Unexpected { .. }) => {
                Self::failure(failure)
            }
        }
    }
}
