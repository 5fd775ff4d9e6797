//! What the form looks like with what has been typed so far: computed and filled values,
//! what is shown, required and read-only, and what is still wrong. Stores nothing.

use formwork_model::{FieldKey, Problems, Value, Values, document::Operation};
use formwork_query::{FieldAccess, FormAccess};
use formwork_rules::{FieldStates, Locks};
use formwork_store::Connection;
use indexmap::{IndexMap, IndexSet};
use serde_json::Value as Json;

use super::{
    derive::{Draft, derive},
    fill::Picked,
    held,
    moment::Moment,
    screen::{Screen, measure},
    shown::shown_json,
    stored::{Stored, load},
};
use crate::{
    Caller, Engine, EngineError, EngineResult,
    caller::system_access,
    catalog::{Catalog, CompiledForm},
    flow,
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
        let moment = Moment::new(catalog, &caller.member, self.now());
        let by = (caller, access);
        let mut screen = Screen::read(connection, moment, form, by, (old, &request.values)).await?;
        let held = measure(connection, moment, form, &mut screen).await?;
        let Screen { old, typed, system, mut problems } = screen;
        // Each once, however often it is named.
        let picked: IndexSet<Picked> =
            request.changed.iter().filter_map(|path| picked_at(path)).collect();
        let picked: Vec<Picked> = picked.into_iter().collect();
        let old = old.as_ref().map(|old| &old.values);
        let draft = Draft { form, old, system, set: typed, picked: &picked, unstamped: None };
        let derived = derive(connection, moment, draft).await?;
        let context = moment.context(&derived.links);
        problems.extend(held.problems);
        problems.extend(held::refused(&form.model, &held.held, &derived.values));
        problems.extend(derived.failures.problems());
        for problem in form.rules.check(&derived.values, &derived.failures, &context) {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        let states = form.rules.states(&derived.values, &derived.failures, &context);
        let states = shown_states(access, &states, &held.locks, &derived.values);
        let values = shown_json(connection, catalog, form, access, &derived.values).await?;
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

/// The states of what a member sees. What a rule of the record as it is stored locks is
/// read-only, whatever has been typed since.
fn shown_states(
    access: &FormAccess,
    states: &FieldStates,
    locks: &Locks,
    values: &Values,
) -> IndexMap<String, FieldState> {
    let mut shown = IndexMap::new();
    let mut show = |name: String, state: formwork_rules::FieldState, is_locked: bool| {
        let open = open_to(access, &name);
        if open != FieldAccess::Hidden {
            let read_only = state.read_only || is_locked || open != FieldAccess::Edit;
            let (visible, required) = (state.visible, state.required && !read_only);
            shown.insert(name, FieldState { visible, required, read_only });
        }
    };
    for (name, state) in states.iter() {
        let is_locked = match name.split_once(['.', '/']) {
            None => name.parse().is_ok_and(|key| locks.field(&key).is_some()),
            // Without a row of its own, a row that is added.
            Some((subform, column)) => is_cell_locked(locks, subform, None, column),
        };
        show(name.to_owned(), state, is_locked);
    }
    for (subform, column) in locks.columns() {
        for (at, row) in values.get(subform).map_or(&[][..], Value::rows).iter().enumerate() {
            let Some(state) = states.in_row(subform.as_str(), at, column.as_str()) else {
                continue;
            };
            let is_locked = locks.cell(subform, row.id.as_deref(), column).is_some();
            show(format!("{subform}/{at}/{column}"), state, is_locked);
        }
    }
    shown
}

fn is_cell_locked(locks: &Locks, subform: &str, row: Option<&str>, column: &str) -> bool {
    let (Ok(subform), Ok(column)) = (subform.parse(), column.parse()) else { return false };
    locks.field(&subform).is_some() || locks.cell(&subform, row, &column).is_some()
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
