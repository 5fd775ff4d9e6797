//! The path divides by conditions.

use formwork_model::{
    DocumentKey, Problem,
    document::{Branch, BranchMode},
};

use super::{Behaviour, Next};
use crate::{
    EventKind, Facts, Refusal,
    run::{Here, Run},
};

pub(super) struct Branching<'flow> {
    pub(super) mode: BranchMode,
    pub(super) branches: &'flow [Branch],
}

/// The branches to take. One without a condition is the otherwise of those before it: not of
/// conditions that cannot be told.
///
/// # Errors
/// When a condition cannot be told; the branch is named.
pub(crate) fn chosen(
    mode: BranchMode,
    branches: &[Branch],
    facts: &dyn Facts,
) -> Result<Vec<DocumentKey>, Problem> {
    let mut taken: Vec<DocumentKey> = Vec::new();
    for branch in branches {
        let matches = match &branch.when {
            Some(when) => facts.holds(when).map_err(|problem| undecided(branch, &problem))?,
            None => taken.is_empty(),
        };
        if matches {
            taken.push(branch.key.clone());
            if mode == BranchMode::First {
                break;
            }
        }
    }
    Ok(taken)
}

fn undecided(branch: &Branch, problem: &Problem) -> Problem {
    let reason = problem.params.get("reason").and_then(|reason| reason.as_str());
    Problem::new("branch_undecided")
        .with("branch", serde_json::json!(branch.label))
        .with("when", branch.when.clone().unwrap_or_default())
        .with("reason", reason.unwrap_or(&problem.code))
}

impl Behaviour for Branching<'_> {
    fn name(&self) -> &'static str {
        "branch"
    }

    fn enter<'run>(&self, run: &mut Run<'run>, at: Here<'run>) -> Result<Next, Refusal> {
        let branches = match chosen(self.mode, self.branches, run.facts) {
            Ok(branches) => branches,
            Err(reason) => return Ok(Next::Stuck(reason)),
        };
        run.emit(EventKind::Branched { visit: at.visit, branches });
        run.emit(EventKind::Passed { visit: at.visit });
        Ok(Next::Pass)
    }
}
