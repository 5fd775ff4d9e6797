//! What a flow asks about the organisation and the record.

use std::sync::Arc;

use formwork_flow::Facts;
use formwork_model::{
    FieldKey, FormModel, Problem, Storage, Value, Values,
    document::{Approver, FlowAdmins, StepKind},
    kind::Shape,
};
use formwork_rules::{Failures, Links, Variables};
use formwork_store::repo::instance::InstanceRow;

use crate::{
    EngineResult,
    catalog::{Catalog, CompiledFlow, CompiledForm},
    directory::Directory,
    record::{LinkLoader, failed_formulas},
    work::{Work, rule_context},
};

/// The facts at one moment: the record as saved, the people as they are.
pub(super) struct InstanceFacts {
    catalog: Arc<Catalog>,
    form: Arc<FormModel>,
    flow: Arc<CompiledFlow>,
    values: Values,
    failures: Failures,
    links: Links,
    admins: FlowAdmins,
    starter: String,
    by: String,
    now: jiff::Timestamp,
}

impl InstanceFacts {
    /// Collects what the flow's conditions and approvers can ask for.
    pub(super) async fn collect(
        work: &mut Work<'_>,
        form: &CompiledForm,
        flow: &Arc<CompiledFlow>,
        mut values: Values,
        starter: &str,
    ) -> EngineResult<Self> {
        // A box that nobody has ticked is a no, and not a value that is missing.
        for (key, value) in &mut values {
            let field = form.model.field(key.as_str());
            if value.is_empty() && field.is_some_and(|f| f.kind.storage() == Storage::Boolean) {
                *value = Value::Bool(false);
            }
        }
        let mut conditions = Vec::new();
        collect_conditions(&flow.flow.steps, &mut conditions);
        let mut loader = LinkLoader::default();
        for condition in &conditions {
            if let Ok(expression) = flow.expression(condition) {
                loader.add_expression(&form.model, &expression, &values);
            }
        }
        let links = loader.load(work.connection, &work.catalog).await?;
        let failures = if conditions.is_empty() {
            Failures::default()
        } else {
            failed_formulas(work, form, &values).await?
        };
        Ok(Self {
            catalog: Arc::clone(&work.catalog),
            form: Arc::clone(&form.model),
            flow: Arc::clone(flow),
            values,
            failures,
            links,
            admins: flow.flow.admins.clone(),
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

impl Facts for InstanceFacts {
    fn assignees(&self, approver: &Approver) -> Vec<String> {
        let directory = &self.catalog.directory;
        let active = |ids: Vec<String>| -> Vec<String> {
            ids.into_iter().filter(|id| directory.is_active(id)).collect()
        };
        match approver {
            Approver::Member(id) => active(vec![id.clone()]),
            Approver::Role(_) | Approver::DepartmentHead(_) | Approver::StarterHead(_) => {
                holders(directory, approver, &self.starter)
            }
            Approver::Field(key) => match self.values.get(key) {
                Some(Value::Text(id)) => active(vec![id.clone()]),
                Some(Value::Texts(ids)) => active(ids.clone()),
                _ => Vec::new(),
            },
            Approver::Starter(_) => active(vec![self.starter.clone()]),
        }
    }

    fn holds(&self, when: &str) -> Result<bool, Problem> {
        let context = rule_context(&self.catalog, &self.by, self.now, &self.links);
        let expression = self.flow.expression(when)?;
        let variables = Variables::of(&self.values).with_failures(&self.failures);
        let verdict = expression.verdict(&variables, &context)?;
        verdict.ok_or_else(|| Problem::new("empty_value"))
    }

    fn admins(&self) -> Vec<String> {
        flow_admins(&self.catalog.directory, &self.admins)
    }

    fn is_admin(&self, member: &str) -> bool {
        is_flow_admin(&self.catalog.directory, &self.admins, member)
    }

    fn is_active(&self, member: &str) -> bool {
        self.catalog.directory.is_active(member)
    }

    fn filled(&self, field: &FieldKey) -> bool {
        // A field that the form has no more cannot be asked for.
        self.form.field(field.as_str()).is_none()
            || self.values.get(field).is_some_and(|value| !value.is_empty())
    }
}

/// The active members whom the organisation has for an approver: in a role, or leading a
/// department. There are none for those whom it does not decide on.
pub(super) fn holders(directory: &Directory, approver: &Approver, starter: &str) -> Vec<String> {
    match approver {
        Approver::Role(role) => directory.in_role(role),
        Approver::DepartmentHead(department) => {
            let head = directory.department(department).and_then(|found| found.head.clone());
            head.into_iter().filter(|head| directory.is_active(head)).collect()
        }
        Approver::StarterHead(levels) => directory.head_of(starter, *levels).into_iter().collect(),
        Approver::Member(_) | Approver::Field(_) | Approver::Starter(_) => Vec::new(),
    }
}

/// Who is told of what goes wrong in a flow: those whom it names, or else the organisation's
/// admins.
pub(super) fn flow_admins(directory: &Directory, admins: &FlowAdmins) -> Vec<String> {
    let named = admins.members.iter().filter(|id| directory.is_active(id)).cloned();
    let in_roles = admins.roles.iter().flat_map(|role| directory.in_role(role));
    let mut all: Vec<String> = Vec::new();
    for member in named.chain(in_roles) {
        if !all.contains(&member) {
            all.push(member);
        }
    }
    if all.is_empty() { directory.admins() } else { all }
}

/// Whether a member may step in: the organisation's admins always may.
pub(super) fn is_flow_admin(directory: &Directory, admins: &FlowAdmins, member: &str) -> bool {
    let is_admin = directory.member(member).is_some_and(|known| known.active && known.is_admin);
    is_admin || flow_admins(directory, admins).iter().any(|admin| admin == member)
}

/// Whether a member may change the record of an instance that is stuck, so that it can go on:
/// within what the member may change anyway.
pub(crate) fn may_repair(catalog: &Catalog, instance: &InstanceRow, member: &str) -> bool {
    instance.stuck_at.is_some()
        && is_flow_admin(&catalog.directory, &admins_now(catalog, instance), member)
}

/// The admins of an instance's flow as it is now, for when its own version cannot be read.
pub(super) fn admins_now(catalog: &Catalog, instance: &InstanceRow) -> FlowAdmins {
    let flow = catalog.flow_of(&instance.form);
    let flow = flow.filter(|flow| flow.flow.key.as_str() == instance.flow);
    flow.map(|flow| flow.flow.admins.clone()).unwrap_or_default()
}

/// The form that a link field leads to.
pub(super) fn linked_form(form: &CompiledForm, link: &FieldKey) -> Option<String> {
    match form.model.fields.get(link)?.kind.shape() {
        Shape::Link(link) => Some(link.form.to_string()),
        _ => None,
    }
}
