//! Changing records: the engine does it and reports back, so that a branch that follows sees
//! the changed record.

use formwork_model::document::Effect as RecordEffect;

use super::{Behaviour, Next};
use crate::{
    Effect, EventKind, Refusal,
    run::{Here, Run},
};

pub(super) struct Act<'flow> {
    pub(super) effects: &'flow [RecordEffect],
}

impl Behaviour for Act<'_> {
    fn name(&self) -> &'static str {
        "act"
    }

    fn enter<'run>(&self, run: &mut Run<'run>, at: Here<'run>) -> Result<Next, Refusal> {
        let makes_records =
            self.effects.iter().any(|effect| matches!(effect, RecordEffect::Create { .. }));
        run.emit(EventKind::ActBegan { visit: at.visit, makes_records });
        run.effect(Effect::Run {
            visit: at.visit,
            step: at.step.key.clone(),
            effects: self.effects.to_vec(),
        });
        Ok(Next::Wait)
    }
}
