//! What the engine refuses, in terms of HTTP.

use axum::http::StatusCode;
use formwork_engine::{EngineError, StoreError};
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
            EngineError::OutsideKeyScope => Self::outside_key_scope(),
            EngineError::VersionConflict { version, changed } => {
                Self::refused(Problem::new("version_conflict"))
                    .with_member("current", json!({ "version": version, "changed": changed }))
            }
            EngineError::Refused(problem) => Self::refused(problem),
            EngineError::Busy => Self::new(StatusCode::LOCKED, Problem::new("busy")),
            EngineError::TooSlow => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, Problem::new("too_slow"))
            }
            EngineError::Store(error) => of_store(error),
            failure @ EngineError::Unexpected { .. } => Self::failure(failure),
        }
    }
}

/// After so many seconds a database that went away may be back.
const BACK_AFTER_SECONDS: u64 = 5;

fn of_store(error: StoreError) -> HttpProblem {
    match error.root() {
        StoreError::DiskFull(_) => {
            HttpProblem::failure_of(StatusCode::INSUFFICIENT_STORAGE, "disk_full", error)
        }
        StoreError::Unreachable(_) => {
            HttpProblem::failure_of(StatusCode::SERVICE_UNAVAILABLE, "database_unreachable", error)
                .retry_after(BACK_AFTER_SECONDS)
        }
        _ => HttpProblem::failure(error),
    }
}
