//! Branches whose conditions read what later steps may change.

use std::collections::{HashMap, HashSet};

use formwork_model::{
    FormModel, Problem, Problems,
    document::{Flow, Step, StepKind},
};

use super::warning;
use crate::judge::read_fields;

/// A warning for each branching that a later step can make say otherwise, while the flow does
/// not say what happens then.
pub(super) fn warnings(flow: &Flow, form: &FormModel) -> Problems {
    if flow.when_facts_change.is_some() {
        return Problems::new();
    }
    let mut problems = Problems::new();
    look(&flow.steps, &HashMap::new(), form, &mut problems);
    problems.into_iter().map(|problem| problem.at("steps")).collect()
}

/// `after`: the fields that steps after this sequence may change, with the step.
fn look<'flow>(
    steps: &'flow [Step],
    after: &HashMap<&'flow str, &'flow Step>,
    form: &FormModel,
    problems: &mut Problems,
) {
    let mut later = after.clone();
    let mut found = Problems::new();
    for (index, step) in steps.iter().enumerate().rev() {
        if let StepKind::Branch { branches, .. } = &step.kind {
            let mut behind = later.clone();
            branches.iter().for_each(|branch| editing(&branch.steps, &mut behind));
            let read = branches.iter().filter_map(|branch| branch.when.as_deref());
            let read: Vec<String> = read.flat_map(read_fields).collect();
            let read = with_sources(read, form);
            let mut clash: Vec<_> =
                behind.iter().filter(|(field, _)| read.contains(**field)).collect();
            clash.sort_by_key(|(field, _)| **field);
            if let Some((field, by)) = clash.first() {
                // Where the flow says what happens then.
                let problem = warning("branch_may_change").with("setting", "when_facts_change");
                let problem = problem.with("field", **field);
                found.push(problem.with("step", by.key.as_str()).at(index));
            }
            for (at, branch) in branches.iter().enumerate() {
                let mut inside = Problems::new();
                look(&branch.steps, &later, form, &mut inside);
                let place = |problem: Problem| problem.at("steps").at(at).at("branches").at(index);
                found.extend(inside.into_iter().map(place));
            }
        }
        editing(std::slice::from_ref(step), &mut later);
    }
    found.reverse();
    problems.extend(found);
}

/// Adds the fields that people may change at the steps.
fn editing<'flow>(steps: &'flow [Step], found: &mut HashMap<&'flow str, &'flow Step>) {
    for step in steps {
        if let StepKind::Branch { branches, .. } = &step.kind {
            branches.iter().for_each(|branch| editing(&branch.steps, found));
        }
        let editable = step.kind.assigned().map(|assigned| &assigned.fields.editable);
        found.extend(editable.into_iter().flatten().map(|field| (field.as_str(), step)));
    }
}

/// The fields, and those that they are computed from.
fn with_sources(fields: Vec<String>, form: &FormModel) -> HashSet<String> {
    let mut all: HashSet<String> = HashSet::new();
    let mut open = fields;
    while let Some(name) = open.pop() {
        if let Some(formula) = form.field(&name).and_then(|field| field.field.formula.as_deref()) {
            open.extend(read_fields(formula).into_iter().filter(|read| !all.contains(read)));
        }
        all.insert(name);
    }
    all
}
