//! Why an evaluation gave no value.

use formwork_model::Problem;

/// The reasons for which an expression fails. None of them is a bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// Something divided by zero.
    #[error("division_by_zero")]
    DivisionByZero,
    /// A number, date or text beyond what can be represented.
    #[error("out_of_range")]
    OutOfRange,
    /// A value of a type that the operator or function does not take.
    #[error("wrong_type")]
    WrongType,
    /// More steps than one evaluation may take.
    #[error("too_long_running")]
    TooLongRunning,
    /// An error of the script that called a function.
    #[error("script_error")]
    Script,
}

impl Failure {
    /// What a problem of a value comes to for those who read it.
    pub(crate) fn of(problem: &Problem) -> Self {
        let reason = problem.params.get("reason").and_then(|reason| reason.as_str());
        match (problem.code.as_ref(), reason) {
            (_, Some("division_by_zero")) => Self::DivisionByZero,
            (_, Some("too_long_running")) => Self::TooLongRunning,
            ("wrong_type", _) | (_, Some("wrong_type")) => Self::WrongType,
            _ => Self::OutOfRange,
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::new("formula_failed").with("reason", failure.to_string())
    }
}
