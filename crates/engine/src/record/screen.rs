//! What is on a member's screen, read for evaluating: what the member may type is taken from
//! there, everything else from what is stored.

use formwork_model::{FieldKey, FormModel, Problem, Problems, Value, Values};
use formwork_query::{FieldAccess, FormAccess};
use formwork_rules::Locks;
use formwork_store::Connection;
use serde_json::Value as Json;

use super::{
    before::Before,
    held::{Held, hold},
    moment::Moment,
    references::{named_records, refused_records},
    request::{SystemFields, take_system},
    stored::Stored,
    typed::{is_typed, read_over, without_hidden},
    write::Identity,
};
use crate::{Caller, EngineResult, catalog::CompiledForm};

/// What is on the screen.
pub(super) struct Screen {
    /// The record before.
    pub(super) old: Option<Stored>,
    /// What the member typed, system fields left out.
    pub(super) typed: Values,
    /// The system fields as they would be saved.
    pub(super) system: Values,
    /// What is wrong with what was typed.
    pub(super) problems: Problems,
}

impl Screen {
    /// Reads a screen's values.
    pub(super) async fn read(
        connection: &mut Connection,
        moment: Moment<'_>,
        form: &CompiledForm,
        (caller, access): (&Caller, &FormAccess),
        (old, json): (Option<Stored>, &Json),
    ) -> EngineResult<Self> {
        let stored = old.as_ref().map(|old| &old.values);
        let (shown, mut problems) = without_hidden(&form.model, access, json);
        let (mut typed, found) = read_over(&form.model, stored, &shown);
        // What nobody here can type came from an earlier answer.
        let is_open = |pointer: &str| {
            let key = pointer.split('/').nth(1).and_then(|key| key.parse().ok());
            key.is_none_or(|key: FieldKey| {
                form.model.field(key.as_str()).is_none() || is_typed(form, access, &key)
            })
        };
        problems.extend(found.into_iter().filter(|problem| is_open(&problem.pointer)));
        typed.retain(|key, _| is_typed(form, access, key));
        close_cells(&form.model, access, &mut typed);
        let named = named_records(&form.model, (stored, &typed));
        let by = (caller, moment.now);
        for problem in refused_records(connection, moment.catalog, by, &named).await? {
            empty(&mut typed, &problem);
            problems.push(problem);
        }
        let mut fields = SystemFields::default();
        problems.extend(take_system(&form.model, &mut typed, &mut fields));
        let mut system = Identity::of(moment, old.as_ref(), &fields).system_values(&form.model);
        if old.is_none() {
            // It is no record yet.
            system.shift_remove("id");
        }
        Ok(Self { old, typed, system, problems })
    }
}

/// Takes cells out that the member cannot type into.
fn close_cells(form: &FormModel, access: &FormAccess, typed: &mut Values) {
    for (key, value) in typed {
        let (Some(subform), Value::Rows(rows)) = (form.subform(key.as_str()), value) else {
            continue;
        };
        for row in rows {
            row.values.retain(|column, _| {
                let typed = subform.fields.get(column).is_some_and(|field| field.is_typed());
                typed && access.column(key, column) == FieldAccess::Edit
            });
        }
    }
}

/// Empties the field, or the cell of a row, that a problem is at.
fn empty(values: &mut Values, problem: &Problem) {
    let path: Vec<&str> = problem.pointer.split('/').skip(1).collect();
    match path.as_slice() {
        [field] => {
            if let Some(value) = values.get_mut(*field) {
                *value = Value::Null;
            }
        }
        [field, index, column] => {
            let Some(Value::Rows(rows)) = values.get_mut(*field) else { return };
            let row = index.parse().ok().and_then(|index: usize| rows.get_mut(index));
            if let Some(cell) = row.and_then(|row| row.values.get_mut(*column)) {
                *cell = Value::Null;
            }
        }
        _ => {}
    }
}

/// What of the screen stands where the record as it was lets nobody type.
#[derive(Default)]
pub(super) struct Measured {
    pub(super) locks: Locks,
    pub(super) held: Vec<Held>,
    pub(super) problems: Problems,
}

/// Takes what nobody can type in the record as it was out of the screen.
pub(super) async fn measure(
    connection: &mut Connection,
    moment: Moment<'_>,
    form: &CompiledForm,
    screen: &mut Screen,
) -> EngineResult<Measured> {
    if !form.rules.can_lock() {
        return Ok(Measured::default());
    }
    let old = screen.old.as_ref().map(|old| &old.values);
    let before = Before::load(connection, moment, form, (old, &screen.system)).await?;
    let locks = before.locks(moment, form);
    let (held, problems) = hold(&form.model, &locks, old, &mut screen.typed);
    Ok(Measured { locks, held, problems })
}
