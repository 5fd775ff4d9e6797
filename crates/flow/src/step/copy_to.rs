//! People are told; nobody is waited for.

use formwork_model::document::Approver;

use super::{Behaviour, Next, assigned::people};
use crate::{
    Effect, EventKind, Refusal,
    run::{Here, Run},
};

pub(super) struct CopyTo<'flow> {
    pub(super) to: &'flow [Approver],
}

impl Behaviour for CopyTo<'_> {
    fn name(&self) -> &'static str {
        "copy_to"
    }

    fn enter<'run>(&self, run: &mut Run<'run>, at: Here<'run>) -> Result<Next, Refusal> {
        let members = people(self.to, run.facts);
        if !members.is_empty() {
            run.emit(EventKind::Copied { visit: at.visit, members: members.clone() });
            let step = at.step.key.clone();
            run.effect(Effect::CopySent { visit: at.visit, step, members });
        }
        run.emit(EventKind::Passed { visit: at.visit });
        Ok(Next::Pass)
    }
}
