//! A published flow, and how to find the way in its tree.

use std::{mem::discriminant, ops::ControlFlow};

use formwork_model::{
    DocumentKey,
    document::{Branch, Flow, Step, StepKind},
};

use crate::State;

/// An immutable published flow. A running instance stays on the version it began with, until it
/// is stuck and tried again.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowVersion {
    /// Its number, from 1.
    pub version: i64,
    /// The definition.
    pub flow: Flow,
}

/// Where a step stands in the tree.
#[derive(Clone, Copy)]
pub(crate) struct Place<'flow> {
    pub(crate) step: &'flow Step,
    sequence: &'flow [Step],
    index: usize,
    /// The branch that the sequence belongs to, and the step that branches.
    inside: Option<(&'flow Step, &'flow Branch)>,
}

impl FlowVersion {
    /// A step by its key, however deep.
    pub fn step(&self, key: &DocumentKey) -> Option<&Step> {
        self.place(key).map(|place| place.step)
    }

    pub(crate) fn place(&self, key: &DocumentKey) -> Option<Place<'_>> {
        let found = visit(&self.flow.steps, None, &mut |place| {
            if place.step.key == *key {
                ControlFlow::Break(place)
            } else {
                ControlFlow::Continue(())
            }
        });
        found.break_value()
    }

    /// The branches that a step stands in, the outermost first, each with the step that
    /// branches.
    pub(crate) fn branches_above(&self, key: &DocumentKey) -> Vec<(&Step, &Branch)> {
        let mut above = Vec::new();
        let mut place = self.place(key);
        while let Some((parent, branch)) = place.and_then(|place| place.inside) {
            above.push((parent, branch));
            place = self.place(&parent.key);
        }
        above.reverse();
        above
    }

    /// Whether an instance that went by another version can go on by this one: the steps that
    /// it has been at are here, of the same kind and on the same branches.
    pub fn continues(&self, other: &Self, state: &State) -> bool {
        let above = |version: &Self, key: &DocumentKey| -> Vec<(DocumentKey, DocumentKey)> {
            let above = version.branches_above(key).into_iter();
            above.map(|(step, branch)| (step.key.clone(), branch.key.clone())).collect()
        };
        state.visits.iter().all(|visit| match (self.step(&visit.step), other.step(&visit.step)) {
            (Some(here), Some(there)) => {
                discriminant(&here.kind) == discriminant(&there.kind)
                    && above(self, &visit.step) == above(other, &visit.step)
                    && visit.taken.iter().all(|taken| has_branch(here, taken))
            }
            _ => false,
        })
    }

    /// The step that comes after one has been passed; none is the end. Branches that were
    /// taken are read from the step's last visit.
    pub(crate) fn after(&self, key: &DocumentKey, state: &State) -> Option<&Step> {
        let mut place = self.place(key)?;
        if let Some(step) = first_taken(place.step, None, state) {
            return Some(step);
        }
        loop {
            if let Some(next) = place.sequence.get(place.index + 1) {
                return Some(next);
            }
            let (parent, branch) = place.inside?;
            if let Some(step) = first_taken(parent, Some(&branch.key), state) {
                return Some(step);
            }
            place = self.place(&parent.key)?;
        }
    }
}

fn has_branch(step: &Step, key: &DocumentKey) -> bool {
    match &step.kind {
        StepKind::Branch { branches, .. } => branches.iter().any(|branch| branch.key == *key),
        _ => false,
    }
}

/// The first step of the first taken branch that has steps, of those after `after`.
fn first_taken<'flow>(
    step: &'flow Step,
    after: Option<&DocumentKey>,
    state: &State,
) -> Option<&'flow Step> {
    let StepKind::Branch { branches, .. } = &step.kind else {
        return None;
    };
    let taken = &state.last_visit(&step.key)?.taken;
    let start = after.and_then(|key| taken.iter().position(|t| t == key)).map_or(0, |at| at + 1);
    let mut left = taken.iter().skip(start);
    left.find_map(|key| branches.iter().find(|branch| branch.key == *key)?.steps.first())
}

/// Calls `found` for every step, outer before inner, in document order.
pub(crate) fn visit<'flow, B>(
    sequence: &'flow [Step],
    inside: Option<(&'flow Step, &'flow Branch)>,
    found: &mut impl FnMut(Place<'flow>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    for (index, step) in sequence.iter().enumerate() {
        found(Place { step, sequence, index, inside })?;
        if let StepKind::Branch { branches, .. } = &step.kind {
            for branch in branches {
                visit(&branch.steps, Some((step, branch)), found)?;
            }
        }
    }
    ControlFlow::Continue(())
}
