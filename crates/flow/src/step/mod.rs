//! What each kind of step does: one file a kind, one line in [`behaviour`].

mod act;
mod approve;
mod assigned;
mod branch;
mod copy_to;
mod fill;

use formwork_model::{
    Problem,
    document::{AssignedStep, StepKind},
};

use crate::{
    Outcome, Refusal,
    run::{Here, Run},
};

pub(crate) use assigned::{requirements, settle};
pub(crate) use branch::chosen;

/// What comes after a step was entered.
pub(crate) enum Next {
    /// The instance stays here.
    Wait,
    /// The step is over.
    Pass,
    /// The step cannot be carried out.
    Stuck(Problem),
}

/// The contract of a step kind.
pub(crate) trait Behaviour {
    /// Its name in documents and on the wire.
    fn name(&self) -> &'static str;

    /// Begins a visit.
    ///
    /// # Errors
    /// When the step must not be passed without people and none was found.
    fn enter<'run>(&self, run: &mut Run<'run>, at: Here<'run>) -> Result<Next, Refusal>;

    /// The people of the step, for kinds that give out tasks, and what it is called when
    /// they have done what the step is for.
    fn assigned(&self) -> Option<(&AssignedStep, Outcome)> {
        None
    }
}

/// The behaviour of a step.
pub(crate) fn behaviour(kind: &StepKind) -> Box<dyn Behaviour + '_> {
    match kind {
        StepKind::Act { effects } => Box::new(act::Act { effects }),
        StepKind::Approve(step) => Box::new(approve::Approve { step }),
        StepKind::Branch { mode, branches } => {
            Box::new(branch::Branching { mode: *mode, branches })
        }
        StepKind::CopyTo { to } => Box::new(copy_to::CopyTo { to }),
        StepKind::Fill(step) => Box::new(fill::Fill { step }),
    }
}
