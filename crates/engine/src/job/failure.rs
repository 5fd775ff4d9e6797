//! Why an attempt at a job failed, and whether it is tried again.

use formwork_model::Problem;
use jiff::{SignedDuration, Timestamp};

use crate::EngineError;

/// What kept an attempt from its end.
#[derive(Debug)]
pub(super) enum Failure {
    /// The job belongs to somebody else by now: nothing of this attempt counts.
    LeaseLost,
    /// The kind's own error, or the database's.
    Error(EngineError),
    /// The kind's code panicked.
    Panicked(String),
    /// It took longer than it may.
    TookTooLong,
    /// Workers that had it before went away without a word, as often as it may be begun.
    Abandoned,
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Error(error)
    }
}

impl Failure {
    /// Whether another attempt can come to anything else.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Error(error) => matches!(
                error,
                EngineError::Problems(_)
                    | EngineError::NotFound
                    | EngineError::Forbidden
                    | EngineError::Refused(_)
            ),
            Self::Abandoned => true,
            Self::LeaseLost | Self::Panicked(_) | Self::TookTooLong => false,
        }
    }

    /// As the admin reads it.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let failed = |reason: String| vec![Problem::new("job_failed").with("reason", reason)];
        match self {
            Self::Error(EngineError::Problems(problems)) => problems.clone(),
            Self::Error(EngineError::Refused(problem)) => vec![problem.clone()],
            Self::Error(EngineError::NotFound) => vec![Problem::new("not_found")],
            Self::Error(EngineError::Forbidden) => vec![Problem::new("forbidden")],
            Self::Error(error) => failed(error.to_string()),
            Self::Panicked(message) => {
                vec![Problem::new("job_panicked").with("reason", message.as_str())]
            }
            Self::TookTooLong => vec![Problem::new("job_took_too_long")],
            Self::Abandoned => vec![Problem::new("job_abandoned")],
            Self::LeaseLost => vec![Problem::new("job_lease_lost")],
        }
    }
}

/// When the attempt after this one is due: 5 s, 15 s, 45 s, … up to an hour later.
pub(super) fn next_attempt(now: Timestamp, attempt: i64) -> Timestamp {
    let exponent = u32::try_from(attempt.clamp(1, 8) - 1).unwrap_or(0);
    let seconds = 3_i64.pow(exponent).saturating_mul(5).min(3_600);
    now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now)
}
