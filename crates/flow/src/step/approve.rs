//! People decide.

use formwork_model::document::AssignedStep;

use super::{Behaviour, Next, assigned};
use crate::{
    Outcome, Refusal,
    run::{Here, Run},
};

pub(super) struct Approve<'flow> {
    pub(super) step: &'flow AssignedStep,
}

impl Behaviour for Approve<'_> {
    fn name(&self) -> &'static str {
        "approve"
    }

    fn enter<'run>(&self, run: &mut Run<'run>, at: Here<'run>) -> Result<Next, Refusal> {
        assigned::enter(self.step, run, at)
    }

    fn assigned(&self) -> Option<(&AssignedStep, Outcome)> {
        Some((self.step, Outcome::Approved))
    }
}
