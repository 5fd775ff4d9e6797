//! Steps that change records: forms, fields and expressions.

use std::sync::Arc;

use formwork_model::{
    FieldKey, FormKey, FormModel, Problem, Problems, document::Effect, kind::Shape,
};
use indexmap::IndexMap;

use super::{Check, expressions::Names, unknown_field};

impl Check<'_> {
    pub(super) fn effects(&self, effects: &[Effect]) -> Problems {
        if effects.is_empty() {
            return vec![Problem::new("no_effects")];
        }
        let mut problems = Problems::new();
        for (index, effect) in effects.iter().enumerate() {
            let (name, found) = match effect {
                Effect::Create { form, set, for_each, when } => {
                    ("create", self.create(form, set, for_each.as_ref(), when.as_deref()))
                }
                Effect::Update { link, set, when } => {
                    ("update", self.update(link.as_ref(), set, when.as_deref()))
                }
            };
            problems.extend(found.into_iter().map(|problem| problem.at(name).at(index)));
        }
        problems
    }

    fn create(
        &self,
        form: &FormKey,
        set: &IndexMap<FieldKey, String>,
        for_each: Option<&FieldKey>,
        when: Option<&str>,
    ) -> Problems {
        let mut problems = Problems::new();
        let mut names = Names::Record;
        if let Some(key) = for_each {
            match self.form.subform(key.as_str()) {
                Some(subform) => names = Names::Row(subform),
                None => problems
                    .push(Problem::new("not_a_subform").with("field", key.as_str()).at("for_each")),
            }
        }
        match self.forms.form(form.as_str()) {
            Some(target) => {
                problems.extend(self.set(&target, set, names).into_iter().map(|p| p.at("set")));
            }
            None => problems.push(unknown_form(form).at("form")),
        }
        problems.extend(self.when(when, names));
        problems
    }

    fn update(
        &self,
        link: Option<&FieldKey>,
        set: &IndexMap<FieldKey, String>,
        when: Option<&str>,
    ) -> Problems {
        let target = match link {
            None => Ok(None),
            Some(key) => self.linked(key).map(Some),
        };
        let mut problems = Problems::new();
        match &target {
            Ok(target) => {
                let form = target.as_deref().unwrap_or(self.form);
                let found = self.set(form, set, Names::Target(form));
                problems.extend(found.into_iter().map(|problem| problem.at("set")));
            }
            Err(problem) => problems.push(problem.clone().at("link")),
        }
        let form = target.ok().flatten();
        problems.extend(self.when(when, Names::Target(form.as_deref().unwrap_or(self.form))));
        problems
    }

    /// The form that a link field leads to.
    fn linked(&self, key: &FieldKey) -> Result<Arc<FormModel>, Problem> {
        let field = self.form.field(key.as_str()).ok_or_else(|| unknown_field(key, self.form))?;
        match field.kind.shape() {
            Shape::Link(link) => {
                self.forms.form(link.form.as_str()).ok_or_else(|| unknown_form(&link.form))
            }
            _ => Err(Problem::new("not_a_link").with("field", key.as_str())),
        }
    }

    /// Fields that are set, and the expressions that give their values.
    pub(super) fn set(
        &self,
        target: &FormModel,
        set: &IndexMap<FieldKey, String>,
        names: Names<'_>,
    ) -> Problems {
        let mut problems = Problems::new();
        for (key, expression) in set {
            let problem = target.set_problem(key.as_str());
            let found = problem.into_iter().chain(self.expression(expression, names));
            problems.extend(found.map(|problem| problem.at(key)));
        }
        problems
    }

    fn when(&self, when: Option<&str>, names: Names<'_>) -> Problems {
        let found = when.map(|text| self.expression(text, names)).unwrap_or_default();
        found.into_iter().map(|problem| problem.at("when")).collect()
    }
}

fn unknown_form(form: &FormKey) -> Problem {
    Problem::new("unknown_form").with("form", form.as_str())
}
