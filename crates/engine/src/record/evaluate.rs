//! What the form looks like with what has been typed so far: computed and filled values,
//! what is shown, required and read-only, and what is still wrong. Stores nothing.

use formwork_model::{FieldKey, Problems, Value, Values, document::Operation, kind::Shape};
use formwork_query::{FieldAccess, FormAccess};
use formwork_rules::Links;
use formwork_store::Connection;
use indexmap::{IndexMap, IndexSet};
use serde_json::{Map, Value as Json, json};

use super::{
    fill::{Given, Picked, fill},
    links::{LinkLoader, load_rule_links},
    references::{named_records, unknown_record, unseen_records},
    stored::{Stored, load, with_system_values},
    typed::read_over,
};
use crate::{
    Caller, Engine, EngineError, EngineResult,
    caller::system_access,
    catalog::{Catalog, CompiledForm},
    flow,
    work::rule_context,
};

/// What is on the form.
#[derive(Debug, Clone, Default)]
pub struct EvaluationRequest {
    /// The record that is being edited; none for a new one.
    pub record: Option<String>,
    /// The task in which it is edited.
    pub task: Option<String>,
    /// What is typed, by field.
    pub values: Json,
    /// What has just changed: `account`, or `lines/2/product`.
    pub changed: Vec<String>,
}

/// How the form stands.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// Every value that the member may see, links with their titles.
    pub values: Json,
    /// By `field`, `subform.column`, and `subform/row/column` where a row differs.
    pub states: IndexMap<String, FieldState>,
    /// What would keep the record from being submitted.
    pub problems: Problems,
}

/// How a field stands on the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldState {
    /// Whether it is shown.
    pub visible: bool,
    /// Whether the record is incomplete without it.
    pub required: bool,
    /// Whether this member cannot type into it.
    pub read_only: bool,
}

impl Engine {
    /// Evaluates a form with what is on it.
    ///
    /// # Errors
    /// `NotFound` for a form or record out of reach.
    pub async fn form_evaluate(
        &self,
        caller: &Caller,
        form: &str,
        request: &EvaluationRequest,
    ) -> EngineResult<Evaluation> {
        let catalog = self.catalog();
        let compiled = catalog.compiled(form).ok_or(EngineError::NotFound)?;
        let mut connection = self.store().read().await?;
        let (access, old) =
            self.edited(&mut connection, &catalog, caller, compiled, request).await?;
        self.evaluated(&mut connection, &catalog, caller, compiled, (&access, old), request).await
    }

    /// Evaluates a compiled form, published or not, for who has an access to it.
    pub(crate) async fn evaluated(
        &self,
        connection: &mut Connection,
        catalog: &Catalog,
        caller: &Caller,
        form: &CompiledForm,
        (access, old): (&FormAccess, Option<Stored>),
        request: &EvaluationRequest,
    ) -> EngineResult<Evaluation> {
        let stored = old.as_ref().map(|old| &old.values);
        let (mut read, mut problems) = read_over(&form.model, stored, &request.values);
        let named = named_records(&form.model, (stored, &read));
        let by = (caller, self.now());
        for path in unseen_records(connection, catalog, by, &named).await? {
            empty(&mut read, &path);
            problems.push(unknown_record(&path));
        }
        let mut values = old.as_ref().map(|old| old.values.clone()).unwrap_or_default();
        values.extend(read);
        if old.is_none() {
            let department =
                catalog.directory.member(&caller.member).and_then(|m| m.department.as_deref());
            let given_owner = values.get("owner").and_then(Value::as_text).map(str::to_owned);
            let owner = given_owner.as_deref().or(Some(caller.member.as_str()));
            let system = [("owner", owner), ("department", department)];
            with_system_values(&mut values, &form.model, &system);
        }
        // Each once, however often it is named.
        let picked: IndexSet<Picked> =
            request.changed.iter().filter_map(|path| picked_at(path)).collect();
        let picked: Vec<Picked> = picked.into_iter().collect();
        let now = self.now();
        let links = settle(
            connection,
            catalog,
            form,
            (&caller.member, now),
            &mut values,
            old.is_none(),
            &picked,
        )
        .await?;
        let context = rule_context(catalog, &caller.member, now, &links);
        problems.extend(form.rules.compute(&mut values, &context));
        problems.extend(form.rules.check(&values, &context));
        let states = states(form, access, &values, &context);
        let values = shown_json(connection, catalog, form, access, &values).await?;
        Ok(Evaluation { values, states, problems })
    }

    /// Whose form it is: the access and the record before, if there is one.
    async fn edited(
        &self,
        connection: &mut Connection,
        catalog: &Catalog,
        caller: &Caller,
        form: &CompiledForm,
        request: &EvaluationRequest,
    ) -> EngineResult<(FormAccess, Option<Stored>)> {
        let now = self.now();
        let key = form.model.key().as_str();
        let access = match (&request.task, &request.record) {
            (Some(task), asked) => {
                let (access, row) =
                    flow::task_access(self, connection, catalog, caller, task).await?;
                let of_task = |record: &String| *record == row.record;
                if row.form != key || !asked.as_ref().is_none_or(of_task) {
                    return Err(EngineError::NotFound);
                }
                access
            }
            (None, Some(record)) => self.seen(connection, catalog, caller, form, record).await?,
            (None, None) => {
                let access = caller.access(catalog, key, now);
                if !access.may(Operation::Create) {
                    return Err(EngineError::NotFound);
                }
                access
            }
        };
        let Some(record) = &request.record else { return Ok((access, None)) };
        let system = system_access(catalog, &caller.member, now);
        let old = load(connection, catalog, &form.model, &system, record).await?;
        Ok((access, Some(old)))
    }
}

/// Empties the field, or the cell of a row, at a path.
fn empty(values: &mut Values, path: &[String]) {
    let [field, rest @ ..] = path else { return };
    match (values.get_mut(field.as_str()), rest) {
        (Some(value), []) => *value = Value::Null,
        (Some(Value::Rows(rows)), [index, column]) => {
            let row = index.parse().ok().and_then(|index: usize| rows.get_mut(index));
            if let Some(cell) = row.and_then(|row| row.values.get_mut(column.as_str())) {
                *cell = Value::Null;
            }
        }
        _ => {}
    }
}

/// Reads `account` or `lines/2/product`.
fn picked_at(path: &str) -> Option<Picked> {
    let mut steps = path.split('/');
    let first: FieldKey = steps.next()?.parse().ok()?;
    match (steps.next(), steps.next()) {
        (None, _) => Some(Picked::Field(first)),
        (Some(index), Some(column)) => {
            Some(Picked::Cell(first, index.parse().ok()?, column.parse().ok()?))
        }
        _ => None,
    }
}

/// Defaults of a new record, what the picked links fill in, and the linked records that the
/// rules read.
pub(super) async fn settle(
    connection: &mut Connection,
    catalog: &Catalog,
    form: &CompiledForm,
    (member, now): (&str, jiff::Timestamp),
    values: &mut Values,
    is_new: bool,
    picked: &[Picked],
) -> EngineResult<Links> {
    if is_new {
        let links = load_rule_links(connection, catalog, &form.rules, values).await?;
        form.rules.defaults(values, &rule_context(catalog, member, now, &links));
    }
    if !picked.is_empty() {
        fill(connection, catalog, &form.model, values, picked, Given::Nothing).await?;
    }
    load_rule_links(connection, catalog, &form.rules, values).await
}

fn states(
    form: &CompiledForm,
    access: &FormAccess,
    values: &Values,
    context: &formwork_rules::Context<'_>,
) -> IndexMap<String, FieldState> {
    let mut states = IndexMap::new();
    for (name, state) in form.rules.states(values, context).iter() {
        let open = open_to(access, name);
        if open != FieldAccess::Hidden {
            let read_only = state.read_only || open != FieldAccess::Edit;
            let (visible, required) = (state.visible, state.required && !read_only);
            states.insert(name.to_owned(), FieldState { visible, required, read_only });
        }
    }
    states
}

/// How far `field`, `subform.column` or `subform/row/column` is open.
fn open_to(access: &FormAccess, name: &str) -> FieldAccess {
    let mut steps = name.split(['.', '/']);
    let field: Option<FieldKey> = steps.next().and_then(|step| step.parse().ok());
    let column: Option<FieldKey> = steps.next_back().and_then(|step| step.parse().ok());
    match (field, column) {
        (Some(field), None) => access.field(&field),
        (Some(field), Some(column)) => access.column(&field, &column),
        _ => FieldAccess::Hidden,
    }
}

/// The values that a member may see, links with the titles of their records.
pub(super) async fn shown_json(
    connection: &mut Connection,
    catalog: &Catalog,
    form: &CompiledForm,
    access: &FormAccess,
    values: &Values,
) -> EngineResult<Json> {
    let titles = link_titles(connection, catalog, form, values).await?;
    let mut object = Map::new();
    for (key, value) in values {
        if access.field(key) == FieldAccess::Hidden {
            continue;
        }
        let json = match form.model.subform(key.as_str()) {
            None => with_title(&titles, form.model.field(key.as_str()), value),
            Some(subform) => {
                let rows = value.rows().iter().map(|row| {
                    let shown = row
                        .values
                        .iter()
                        .filter(|(column, _)| access.column(key, column) != FieldAccess::Hidden);
                    let cells = shown.map(|(column, cell)| {
                        let field = subform.fields.get(column);
                        (column.to_string(), with_title(&titles, field, cell))
                    });
                    let id = row.id.iter().map(|id| ("id".to_owned(), json!(id)));
                    Json::Object(id.chain(cells).collect())
                });
                Json::Array(rows.collect())
            }
        };
        object.insert(key.to_string(), json);
    }
    Ok(Json::Object(object))
}

fn with_title(titles: &Links, field: Option<&formwork_model::FieldModel>, value: &Value) -> Json {
    let is_link = field.is_some_and(|field| matches!(field.kind.shape(), Shape::Link(_)));
    match value {
        Value::Text(id) if is_link => {
            let title = titles.get(id).and_then(|linked| linked.get("title"));
            json!({ "id": id, "title": title.and_then(Value::as_text) })
        }
        other => other.to_json(),
    }
}

async fn link_titles(
    connection: &mut Connection,
    catalog: &Catalog,
    form: &CompiledForm,
    values: &Values,
) -> EngineResult<Links> {
    let title: Vec<FieldKey> = "title".parse().into_iter().collect();
    let mut wanted = LinkLoader::default();
    for (key, field) in &form.model.fields {
        let Some(value) = values.get(key) else { continue };
        if let (Shape::Link(link), Some(id)) = (field.kind.shape(), value.as_text()) {
            wanted.add(&link.form, id, &title);
        }
        for (column, field) in field.subform.iter().flat_map(|subform| &subform.fields) {
            let Shape::Link(link) = field.kind.shape() else { continue };
            let cells = value.rows().iter().filter_map(|row| row.values.get(column)?.as_text());
            cells.for_each(|id| wanted.add(&link.form, id, &title));
        }
    }
    wanted.load(connection, catalog).await
}
