//! Names in a flow: its form, fields, roles, and the forms that its effects write to.

use std::collections::BTreeSet;

use formwork_model::{
    FieldKey, FormModel, Problem, Problems,
    document::{Approver, AssignedStep, Effect, Flow, Step, StepKind},
    kind::Shape,
};

use super::{Names, check_fields, check_keys, not_portable, unknown_field};

pub(super) fn check(names: &Names<'_>, flow: &Flow) -> Problems {
    let form = match names.form(flow.form.as_str()) {
        Ok(form) => form,
        Err(problem) => return vec![problem.at("form")],
    };
    let mut checker = Checker { names, form, keys: BTreeSet::new() };
    let mut problems = checker.steps(&flow.steps);
    let outcomes = [
        ("on_rejected", &flow.on_rejected),
        ("on_returned", &flow.on_returned),
        ("on_withdrawn", &flow.on_withdrawn),
    ];
    for (name, set) in outcomes {
        let unknown = check_keys(form, set.keys().map(FieldKey::as_str));
        problems.extend(unknown.map(|p| p.at(name)));
    }
    problems
}

struct Checker<'n> {
    names: &'n Names<'n>,
    form: &'n FormModel,
    /// The keys of steps and branches so far.
    keys: BTreeSet<String>,
}

impl Checker<'_> {
    fn steps(&mut self, steps: &[Step]) -> Problems {
        let mut problems = Problems::new();
        for (index, step) in steps.iter().enumerate() {
            let mut found = self.claim(step.key.as_str());
            found.extend(self.step(&step.kind));
            problems.extend(found.into_iter().map(|p| p.at(index).at("steps")));
        }
        problems
    }

    /// The problem of a key that another step or branch has already.
    fn claim(&mut self, key: &str) -> Problems {
        if self.keys.insert(key.to_owned()) {
            return Problems::new();
        }
        vec![Problem::new("repeated_key").with("key", key).at("key")]
    }

    fn step(&mut self, kind: &StepKind) -> Problems {
        match kind {
            StepKind::Approve(step) | StepKind::Fill(step) => self.assigned(step),
            StepKind::CopyTo { to } => self.people(to).map(|p| p.at("to")).collect(),
            StepKind::Branch { branches, .. } => {
                let mut problems = Problems::new();
                for (index, branch) in branches.iter().enumerate() {
                    let mut found = self.claim(branch.key.as_str());
                    found.extend(self.steps(&branch.steps));
                    problems.extend(found.into_iter().map(|p| p.at(index).at("branches")));
                }
                problems
            }
            StepKind::Act { effects } => {
                let placed = effects.iter().enumerate().flat_map(|(index, effect)| {
                    let found = self.effect(effect).into_iter();
                    found.map(move |p| p.at(index).at("effects"))
                });
                placed.collect()
            }
        }
    }

    fn assigned(&self, step: &AssignedStep) -> Problems {
        let mut problems: Problems =
            self.people(&step.assignees).map(|p| p.at("assignees")).collect();
        let lists = [
            ("editable", &step.fields.editable),
            ("required", &step.fields.required),
            ("hidden", &step.fields.hidden),
        ];
        for (name, fields) in lists {
            let found = check_fields(self.form, fields.iter().map(FieldKey::as_str));
            problems.extend(found.map(|p| p.at(name).at("fields")));
        }
        problems
    }

    fn people(&self, people: &[Approver]) -> impl Iterator<Item = Problem> {
        let found = people.iter().map(|approver| match approver {
            Approver::Role(role) => self.names.check_role(role),
            Approver::Field(field) => self.check_member_field(field),
            Approver::Member(id) | Approver::DepartmentHead(id) => Some(not_portable(id)),
            Approver::StarterHead(_) | Approver::Starter(_) => None,
        });
        found.enumerate().filter_map(|(index, problem)| Some(problem?.at(index)))
    }

    fn check_member_field(&self, field: &FieldKey) -> Option<Problem> {
        match self.form.field(field.as_str()) {
            None => Some(unknown_field(self.form, field.as_str())),
            Some(found) if !matches!(found.kind.shape(), Shape::Member) => {
                Some(Problem::new("not_a_member_field").with("field", field.as_str()))
            }
            Some(_) => None,
        }
    }

    fn effect(&self, effect: &Effect) -> Problems {
        match effect {
            Effect::Create { form, set, for_each, .. } => {
                let mut problems = match self.names.form(form.as_str()) {
                    Ok(made) => {
                        let set = check_keys(made, set.keys().map(FieldKey::as_str));
                        set.map(|p| p.at("set")).collect()
                    }
                    Err(problem) => vec![problem.at("form")],
                };
                let rows = for_each.as_ref().map(FieldKey::as_str);
                if rows.is_some_and(|rows| self.form.subform(rows).is_none()) {
                    problems.push(Problem::new("not_a_subform").at("for_each"));
                }
                problems.into_iter().map(|p| p.at("create")).collect()
            }
            Effect::Update { link, set, .. } => {
                let target = match link {
                    None => Ok(self.form),
                    Some(link) => self.linked(link).map_err(|problem| problem.at("link")),
                };
                let problems: Problems = match target {
                    Ok(target) => {
                        let set = check_keys(target, set.keys().map(FieldKey::as_str));
                        set.map(|p| p.at("set")).collect()
                    }
                    Err(problem) => vec![problem],
                };
                problems.into_iter().map(|p| p.at("update")).collect()
            }
        }
    }

    /// The form that a link field leads to.
    fn linked(&self, link: &FieldKey) -> Result<&FormModel, Problem> {
        let field = self.form.field(link.as_str());
        let field = field.ok_or_else(|| unknown_field(self.form, link.as_str()))?;
        match field.kind.shape() {
            Shape::Link(target) => self.names.form(target.form.as_str()),
            _ => Err(Problem::new("not_a_link").with("field", link.as_str())),
        }
    }
}
