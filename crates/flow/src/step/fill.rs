//! People fill in fields, without deciding: they cannot end the instance with a no.

use formwork_model::document::AssignedStep;

use super::{Behaviour, Next, assigned};
use crate::{
    Outcome, Refusal,
    run::{Here, Run},
};

pub(super) struct Fill<'flow> {
    pub(super) step: &'flow AssignedStep,
}

impl Behaviour for Fill<'_> {
    fn name(&self) -> &'static str {
        "fill"
    }

    fn enter<'run>(&self, run: &mut Run<'run>, at: Here<'run>) -> Result<Next, Refusal> {
        assigned::enter(self.step, run, at)
    }

    fn assigned(&self) -> Option<(&AssignedStep, Outcome)> {
        Some((self.step, Outcome::Submitted))
    }
}
