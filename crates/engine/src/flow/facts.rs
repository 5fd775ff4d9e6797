//! What a flow asks about the organisation and the record.

use std::sync::Arc;

use formwork_flow::Facts;
use formwork_model::{
    FieldKey, FormModel, Value, Values,
    document::{Approver, StepKind},
    kind::Shape,
};
use formwork_rules::{Links, Variables};

use crate::{
    EngineResult,
    catalog::{Catalog, CompiledFlow, CompiledForm},
    record::LinkLoader,
    work::{Work, rule_context},
};

/// The facts at one moment: the record as saved, the people as they are.
pub(super) struct ProcessFacts {
    catalog: Arc<Catalog>,
    form: Arc<FormModel>,
    flow: Arc<CompiledFlow>,
    values: Values,
    links: Links,
    starter: String,
    by: String,
    now: jiff::Timestamp,
}

impl ProcessFacts {
    /// Collects what the flow's conditions and approvers can ask for.
    pub(super) async fn collect(
        work: &mut Work<'_>,
        form: &CompiledForm,
        flow: &Arc<CompiledFlow>,
        values: Values,
        starter: &str,
    ) -> EngineResult<Self> {
        let mut conditions = Vec::new();
        collect_conditions(&flow.flow.steps, &mut conditions);
        let mut loader = LinkLoader::default();
        for condition in conditions {
            if let Ok(expression) = flow.expression(condition) {
                loader.add_expression(&form.model, &expression, &values);
            }
        }
        let links = loader.load(work.connection, &work.catalog).await?;
        Ok(Self {
            catalog: Arc::clone(&work.catalog),
            form: Arc::clone(&form.model),
            flow: Arc::clone(flow),
            values,
            links,
            starter: starter.to_owned(),
            by: work.by().to_owned(),
            now: work.now,
        })
    }
}

fn collect_conditions<'flow>(
    steps: &'flow [formwork_model::document::Step],
    found: &mut Vec<&'flow str>,
) {
    for step in steps {
        if let StepKind::Branch { branches, .. } = &step.kind {
            for branch in branches {
                found.extend(branch.when.as_deref());
                collect_conditions(&branch.steps, found);
            }
        }
    }
}

impl Facts for ProcessFacts {
    fn assignees(&self, approver: &Approver) -> Vec<String> {
        let directory = &self.catalog.directory;
        let active = |ids: Vec<String>| -> Vec<String> {
            ids.into_iter().filter(|id| directory.is_active(id)).collect()
        };
        match approver {
            Approver::Member(id) => active(vec![id.clone()]),
            Approver::Role(role) => directory.in_role(role),
            Approver::DepartmentHead(department) => {
                let head = directory.department(department).and_then(|found| found.head.clone());
                active(head.into_iter().collect())
            }
            Approver::StarterHead(levels) => {
                directory.head_of(&self.starter, *levels).into_iter().collect()
            }
            Approver::Field(key) => match self.values.get(key) {
                Some(Value::Text(id)) => active(vec![id.clone()]),
                Some(Value::Texts(ids)) => active(ids.clone()),
                _ => Vec::new(),
            },
            Approver::Starter(_) => active(vec![self.starter.clone()]),
        }
    }

    fn holds(&self, when: &str) -> bool {
        let context = rule_context(&self.catalog, &self.by, self.now, &self.links);
        let variables = Variables::of(&self.values);
        // A condition that cannot be computed does not hold: the otherwise branch is taken.
        self.flow
            .expression(when)
            .and_then(|expression| expression.holds(&variables, &context))
            .unwrap_or(false)
    }

    fn admins(&self) -> Vec<String> {
        self.catalog.directory.admins()
    }

    fn filled(&self, field: &FieldKey) -> bool {
        // A field that the form has no more cannot be asked for.
        self.form.field(field.as_str()).is_none()
            || self.values.get(field).is_some_and(|value| !value.is_empty())
    }
}

/// The form that a link field leads to.
pub(super) fn linked_form(form: &CompiledForm, link: &FieldKey) -> Option<String> {
    match form.model.fields.get(link)?.kind.shape() {
        Shape::Link(link) => Some(link.form.to_string()),
        _ => None,
    }
}
