//! What is wrong with a flow, before it is published.

mod changing;
mod effects;
mod expressions;
mod people;

use std::collections::HashSet;

use formwork_model::{
    DocumentKey, FieldKey, FormModel, Problem, Problems,
    document::{Branch, BranchMode, Flow, Step, StepKind},
    form::Forms,
};

/// Most steps of a flow, those on branches included.
pub const MAX_STEPS: usize = 200;
/// How deep branches may stand in branches.
pub const MAX_DEPTH: usize = 8;

/// Checks a flow against the form whose records run through it. Problems whose parameter
/// `severity` is `warning` do not keep it from being published.
pub fn check(flow: &Flow, form: &FormModel, forms: &dyn Forms) -> Problems {
    let mut check = Check { form, forms, keys: HashSet::new(), steps: 0 };
    let mut problems = Problems::new();
    if flow.form != *form.key() {
        problems.push(Problem::new("unknown_form").with("form", flow.form.as_str()).at("form"));
    }
    problems.extend(check.steps(&flow.steps, 0).into_iter().map(|p| p.at("steps")));
    let outcomes = [
        ("on_rejected", &flow.on_rejected),
        ("on_returned", &flow.on_returned),
        ("on_withdrawn", &flow.on_withdrawn),
    ];
    for (name, set) in outcomes {
        let found = check.set(form, set, expressions::Names::Record);
        problems.extend(found.into_iter().map(|problem| problem.at(name)));
    }
    problems.extend(changing::warnings(flow, form));
    if check.steps > MAX_STEPS {
        problems.push(Problem::new("too_many_steps").with("max", MAX_STEPS).at("steps"));
    }
    problems
}

/// A problem that does not keep the flow from being published.
fn warning(code: &'static str) -> Problem {
    Problem::new(code).with("severity", "warning")
}

/// One flow being checked.
struct Check<'check> {
    form: &'check FormModel,
    forms: &'check dyn Forms,
    keys: HashSet<DocumentKey>,
    steps: usize,
}

impl Check<'_> {
    fn steps(&mut self, steps: &[Step], depth: usize) -> Problems {
        if steps.is_empty() && depth == 0 {
            return vec![Problem::new("no_steps")];
        }
        if depth > MAX_DEPTH {
            return vec![Problem::new("branches_too_deep").with("max", MAX_DEPTH)];
        }
        let mut problems = Problems::new();
        for (index, step) in steps.iter().enumerate() {
            let found = self.step(step, depth);
            problems.extend(found.into_iter().map(|problem| problem.at(index)));
        }
        problems
    }

    fn step(&mut self, step: &Step, depth: usize) -> Problems {
        self.steps += 1;
        let mut problems = self.key(&step.key);
        problems.extend(match &step.kind {
            StepKind::Approve(assigned) => self.assigned(assigned),
            StepKind::Fill(assigned) => {
                let mut problems = self.assigned(assigned);
                if assigned.fields.editable.is_empty() {
                    problems.push(warning("fill_without_fields").at("fields"));
                }
                problems
            }
            StepKind::CopyTo { to } => {
                self.approvers(to).into_iter().map(|problem| problem.at("to")).collect()
            }
            StepKind::Branch { mode, branches } => self
                .branches(*mode, branches, depth)
                .into_iter()
                .map(|problem| problem.at("branches"))
                .collect(),
            StepKind::Act { effects } => {
                self.effects(effects).into_iter().map(|problem| problem.at("effects")).collect()
            }
        });
        problems
    }

    fn branches(&mut self, mode: BranchMode, branches: &[Branch], depth: usize) -> Problems {
        let mut problems = Problems::new();
        let mut otherwise = false;
        for (index, branch) in branches.iter().enumerate() {
            let mut found = self.key(&branch.key);
            if otherwise && mode == BranchMode::First {
                found.push(Problem::new("branch_unreachable"));
            }
            otherwise |= branch.when.is_none();
            if let Some(when) = &branch.when {
                let names = expressions::Names::Record;
                found.extend(self.expression(when, names).into_iter().map(|p| p.at("when")));
            }
            let inside = self.steps(&branch.steps, depth + 1);
            found.extend(inside.into_iter().map(|problem| problem.at("steps")));
            problems.extend(found.into_iter().map(|problem| problem.at(index)));
        }
        if branches.is_empty() {
            problems.push(Problem::new("no_branches"));
        } else if !otherwise {
            problems.push(warning("branch_has_no_otherwise"));
        }
        problems
    }

    fn key(&mut self, key: &DocumentKey) -> Problems {
        if self.keys.insert(key.clone()) {
            return Problems::new();
        }
        vec![Problem::new("repeated_key").with("key", key.as_str()).at("key")]
    }

    /// Fields of the record, named in a list.
    fn known_fields(&self, fields: &[FieldKey]) -> Problems {
        let unknown =
            fields.iter().enumerate().filter(|(_, key)| self.form.field(key.as_str()).is_none());
        unknown.map(|(index, key)| unknown_field(key, self.form).at(index)).collect()
    }
}

fn unknown_field(key: &FieldKey, form: &FormModel) -> Problem {
    Problem::new("unknown_field").with("field", key.as_str()).with("form", form.key().as_str())
}
