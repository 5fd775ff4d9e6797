//! Steps with tasks: who gets them, and what they may change.

use formwork_model::{
    Problem, Problems,
    document::{Approver, AssignedStep, StepFields},
    kind::Shape,
};

use super::{Check, unknown_field, warning};

impl Check<'_> {
    pub(super) fn assigned(&self, step: &AssignedStep) -> Problems {
        let people = self.approvers(&step.assignees).into_iter().map(|p| p.at("assignees"));
        let fields = self.step_fields(&step.fields).into_iter().map(|p| p.at("fields"));
        people.chain(fields).collect()
    }

    pub(super) fn approvers(&self, approvers: &[Approver]) -> Problems {
        if approvers.is_empty() {
            return vec![Problem::new("no_assignees")];
        }
        let mut problems = Problems::new();
        for (index, approver) in approvers.iter().enumerate() {
            let Approver::Field(key) = approver else {
                continue;
            };
            let problem = match self.form.field(key.as_str()) {
                None => unknown_field(key, self.form),
                Some(field) if matches!(field.kind.shape(), Shape::Member) => continue,
                Some(_) => Problem::new("field_holds_no_members").with("field", key.as_str()),
            };
            problems.push(problem.at("field").at(index));
        }
        problems
    }

    fn step_fields(&self, fields: &StepFields) -> Problems {
        let lists = [
            ("editable", &fields.editable),
            ("required", &fields.required),
            ("hidden", &fields.hidden),
        ];
        let mut problems = Problems::new();
        for (name, list) in lists {
            problems.extend(self.known_fields(list).into_iter().map(|problem| problem.at(name)));
        }
        for (index, path) in fields.reveals.iter().enumerate() {
            let (root, column) = match path.split_once('.') {
                Some((root, column)) => (root, Some(column)),
                None => (path.as_str(), None),
            };
            let is_known =
                self.form.field(root).is_some_and(|field| match (column, &field.subform) {
                    (None, _) => true,
                    (Some(column), Some(subform)) => subform.fields.contains_key(column),
                    (Some(_), None) => false,
                });
            if !is_known {
                let problem = Problem::new("unknown_field").with("field", path.as_str());
                let form = self.form.key().as_str();
                problems.push(problem.with("form", form).at(index).at("reveals"));
            }
        }
        for (index, key) in fields.editable.iter().enumerate() {
            let computed = |field: &formwork_model::FieldModel| field.field.formula.is_some();
            if self.form.field(key.as_str()).is_some_and(computed) {
                let problem = Problem::new("field_is_computed").with("field", key.as_str());
                problems.push(problem.at(index).at("editable"));
            }
        }
        for (index, key) in fields.required.iter().enumerate() {
            let code = if fields.hidden.contains(key) {
                Problem::new("required_field_hidden")
            } else if fields.editable.contains(key) {
                continue;
            } else {
                warning("required_field_read_only")
            };
            problems.push(code.with("field", key.as_str()).at(index).at("required"));
        }
        problems
    }
}
