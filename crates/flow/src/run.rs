//! Carrying out one command: events are folded as they happen, so that what is decided next
//! sees them.

use formwork_model::{
    DocumentKey, Problem,
    document::{Approver, Step},
};
use indexmap::IndexMap;
use jiff::Timestamp;

use crate::{
    Decision, Effect, Event, EventKind, FORMAT, Facts, FlowVersion, Outcome, Refusal, State,
    Status, Task, TaskState, Visit, apply,
    step::{Next, behaviour},
};

/// One command being carried out.
pub(crate) struct Run<'run> {
    pub(crate) version: &'run FlowVersion,
    pub(crate) facts: &'run dyn Facts,
    pub(crate) state: State,
    now: Timestamp,
    by: Option<String>,
    decision: Decision,
}

impl<'run> Run<'run> {
    pub(crate) fn new(
        version: &'run FlowVersion,
        state: &State,
        facts: &'run dyn Facts,
        now: Timestamp,
        by: Option<&str>,
    ) -> Self {
        let by = by.map(str::to_owned);
        Self { version, facts, state: state.clone(), now, by, decision: Decision::default() }
    }

    pub(crate) fn finish(self) -> Decision {
        self.decision
    }

    /// Records that something happened.
    pub(crate) fn emit(&mut self, kind: EventKind) {
        let event = Event { format: FORMAT, at: self.now, by: self.by.clone(), kind };
        apply(&mut self.state, &event);
        self.decision.events.push(event);
    }

    pub(crate) fn effect(&mut self, effect: Effect) {
        self.decision.effects.push(effect);
    }

    pub(crate) fn status_changed(&mut self) {
        let status = self.state.status;
        let set = match status {
            Status::Rejected => self.version.flow.on_rejected.clone(),
            Status::Returned => self.version.flow.on_returned.clone(),
            // Taken out of the instance, whoever did it.
            Status::Withdrawn | Status::Cancelled => self.version.flow.on_withdrawn.clone(),
            _ => IndexMap::new(),
        };
        self.effect(Effect::StatusChanged { status, set });
    }

    /// Goes on at a step, through every one that needs nobody, until somebody or something
    /// must be waited for, or the end. `None` is the end.
    pub(crate) fn go_on(&mut self, from: Option<&'run Step>) -> Result<(), Refusal> {
        let mut next = from;
        while let Some(step) = next {
            let visit = self.enter(&step.key);
            let at = Here { step, visit };
            match behaviour(&step.kind).enter(self, at)? {
                Next::Wait => return Ok(()),
                Next::Pass => next = self.version.after(&step.key, &self.state),
                Next::Stuck(reason) => {
                    self.stuck(Some(visit), reason);
                    return Ok(());
                }
            }
        }
        self.emit(EventKind::Finished { status: Status::Completed });
        self.status_changed();
        Ok(())
    }

    /// Passes a visit and goes on after its step.
    pub(crate) fn pass(&mut self, at: Here<'run>) -> Result<(), Refusal> {
        self.emit(EventKind::Passed { visit: at.visit });
        let next = self.version.after(&at.step.key, &self.state);
        self.go_on(next)
    }

    /// The instance cannot go on: its admins are told.
    pub(crate) fn stuck(&mut self, visit: Option<u32>, reason: Problem) {
        self.emit(EventKind::Stuck { visit, reason });
        let members = self.facts.admins();
        self.effect(Effect::StuckTold { members });
    }

    /// Says that nobody needs to be told any more, before an event ends it.
    pub(crate) fn no_longer_stuck(&mut self) {
        if self.state.stuck.is_some() {
            self.effect(Effect::StuckOver);
        }
    }

    pub(crate) fn enter(&mut self, step: &DocumentKey) -> u32 {
        let visit = self.state.visits.last().map_or(1, |visit| visit.id + 1);
        self.emit(EventKind::Entered { visit, step: step.clone() });
        visit
    }

    pub(crate) fn visit(&self, id: u32) -> Option<&Visit> {
        self.state.visits.iter().find(|visit| visit.id == id)
    }

    /// Gives a member a task.
    pub(crate) fn open_task(&mut self, at: Here<'_>, member: &str, held: Held<'_>) {
        let number = self.visit(at.visit).map_or(0, |visit| visit.tasks.len()) + 1;
        let task = format!("{}-{number}", at.visit);
        self.emit(EventKind::TaskOpened {
            visit: at.visit,
            task: task.clone(),
            member: member.to_owned(),
            from: held.from.map(str::to_owned),
            via: held.via.cloned(),
        });
        let step = at.step.key.clone();
        self.effect(Effect::TaskOpened { task, step, member: member.to_owned() });
    }

    /// Closes a task as done.
    pub(crate) fn do_task(&mut self, done: Done) {
        let Done { task, outcome, comment, target, member, version } = done;
        self.effect(Effect::TaskClosed {
            task: task.clone(),
            state: TaskState::Done,
            outcome: Some(outcome),
            comment: comment.clone(),
        });
        self.emit(EventKind::TaskDone { task, outcome, comment, target, member, version });
    }

    /// Makes every open task void.
    pub(crate) fn void_open_tasks(&mut self) {
        let open: Vec<String> =
            self.state.open_tasks().map(|task: &Task| task.id.clone()).collect();
        open.into_iter().for_each(|task| self.void_task(task));
    }

    /// Makes a task void.
    pub(crate) fn void_task(&mut self, task: String) {
        self.emit(EventKind::TaskVoided { task: task.clone() });
        let state = TaskState::Void;
        self.effect(Effect::TaskClosed { task, state, outcome: None, comment: None });
    }
}

/// A visit and its step.
#[derive(Clone, Copy)]
pub(crate) struct Here<'flow> {
    pub(crate) step: &'flow Step,
    pub(crate) visit: u32,
}

/// How a member comes to a task.
#[derive(Clone, Copy, Default)]
pub(crate) struct Held<'task> {
    /// Who handed it on.
    pub(crate) from: Option<&'task str>,
    /// What it is held for.
    pub(crate) via: Option<&'task Approver>,
}

/// What a member did with a task.
pub(crate) struct Done {
    pub(crate) version: Option<i64>,
    pub(crate) task: String,
    pub(crate) outcome: Outcome,
    pub(crate) comment: Option<String>,
    pub(crate) target: Option<formwork_model::document::ReturnTarget>,
    pub(crate) member: Option<String>,
}
