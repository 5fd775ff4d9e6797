//! The path divides by conditions.

use formwork_model::{
    DocumentKey,
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

impl Branching<'_> {
    /// The branches to take. One without a condition is the otherwise of those before it.
    fn choose(&self, facts: &dyn Facts) -> Vec<DocumentKey> {
        let mut taken: Vec<DocumentKey> = Vec::new();
        for branch in self.branches {
            let matches = match &branch.when {
                Some(when) => facts.holds(when),
                None => taken.is_empty(),
            };
            if matches {
                taken.push(branch.key.clone());
                if self.mode == BranchMode::First {
                    break;
                }
            }
        }
        taken
    }
}

impl Behaviour for Branching<'_> {
    fn name(&self) -> &'static str {
        "branch"
    }

    fn enter<'run>(&self, run: &mut Run<'run>, at: Here<'run>) -> Result<Next, Refusal> {
        let branches = self.choose(run.facts);
        run.emit(EventKind::Branched { visit: at.visit, branches });
        run.emit(EventKind::Passed { visit: at.visit });
        Ok(Next::Pass)
    }
}
