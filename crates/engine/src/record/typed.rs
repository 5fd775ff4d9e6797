//! Reading what somebody typed over what is stored.
//!
//! A definition may have become narrower since a record was stored: an option gone, a
//! range smaller. What comes back exactly as it is stored is not typed anew, and is kept.

use std::borrow::Cow;

use formwork_model::{FieldKey, FieldModel, FormModel, Problem, Problems, Value, Values};
use formwork_query::{FieldAccess, FormAccess};
use serde_json::Value as Json;

use super::{columns::close_columns, stored::Stored};
use crate::{EngineResult, catalog::CompiledForm, error::no_problems};

/// Reads what a member typed and refuses fields that the member may not type into. A field
/// that is only shown and comes back as it was is passed over.
pub(crate) fn typed_values(
    form: &CompiledForm,
    access: &FormAccess,
    old: Option<&Stored>,
    json: &Json,
) -> EngineResult<Values> {
    let old = old.map(|old| &old.values);
    let (shown, mut problems) = without_hidden(&form.model, access, json);
    let (read, found) = read_over(&form.model, old, &shown);
    problems.extend(found);
    let mut typed = Values::new();
    for (key, value) in read {
        let before = old.and_then(|old| old.get(&key)).unwrap_or(&Value::Null);
        if is_typed(form, access, &key) {
            typed.insert(key, value);
        } else if *before != value && !(before.is_empty() && value.is_empty()) {
            problems.push(Problem::new("field_not_writable").at(&key));
        }
    }
    no_problems(problems)?;
    no_problems(close_columns(&form.model, access, old, &mut typed))?;
    Ok(typed)
}

/// Whether a member may type into a field at all.
pub(super) fn is_typed(form: &CompiledForm, access: &FormAccess, key: &FieldKey) -> bool {
    let typed = form.model.field(key.as_str()).is_some_and(FieldModel::is_typed);
    typed && access.field(key) == FieldAccess::Edit
}

/// Takes fields and columns that are hidden from a member out of what the member sent, before
/// it is compared with anything: the answer is the same whatever is stored.
pub(super) fn without_hidden<'j>(
    form: &FormModel,
    access: &FormAccess,
    json: &'j Json,
) -> (Cow<'j, Json>, Problems) {
    let mut problems = Problems::new();
    let Some(object) = json.as_object().filter(|_| access.hides_fields()) else {
        return (Cow::Borrowed(json), problems);
    };
    let mut shown = object.clone();
    let refused = || Problem::new("field_not_writable");
    shown.retain(|name, value| {
        let Some((key, _)) = form.fields.get_key_value(name.as_str()) else { return true };
        if access.field(key) == FieldAccess::Hidden {
            problems.push(refused().at(key));
            return false;
        }
        let Some(subform) = form.subform(name) else { return true };
        let rows = value.as_array_mut().into_iter().flatten().enumerate();
        for (at, row) in rows.filter_map(|(at, row)| Some((at, row.as_object_mut()?))) {
            row.retain(|name, _| {
                let Some((column, _)) = subform.fields.get_key_value(name.as_str()) else {
                    return true;
                };
                let is_shown = access.column(key, column) != FieldAccess::Hidden;
                if !is_shown {
                    problems.push(refused().at(column).at(at).at(key));
                }
                is_shown
            });
        }
        true
    });
    (Cow::Owned(Json::Object(shown)), problems)
}

/// Reads a record's JSON; what would be refused and is just what is stored stays as it is.
pub(super) fn read_over(
    form: &FormModel,
    stored: Option<&Values>,
    json: &Json,
) -> (Values, Problems) {
    let (mut values, problems) = form.read_values(json);
    let Some(stored) = stored else { return (values, problems) };
    let refused = problems
        .into_iter()
        .filter(|problem| keep_stored(form, stored, json, problem, &mut values).is_none());
    let refused = refused.collect();
    (values, refused)
}

/// Puts the stored value where the problem is, when that is what was sent.
fn keep_stored(
    form: &FormModel,
    stored: &Values,
    json: &Json,
    problem: &Problem,
    values: &mut Values,
) -> Option<()> {
    // No field's key has a character that a pointer writes differently.
    let mut path = problem.pointer.split('/').skip(1);
    let key: FieldKey = path.next()?.parse().ok()?;
    let (sent, before) = (json.get(key.as_str())?, stored.get(&key)?);
    let Some(subform) = form.subform(key.as_str()) else {
        let same = !before.is_empty() && form.field(key.as_str())?.read_stored(sent) == *before;
        return same.then(|| drop(values.insert(key, before.clone())));
    };
    let index: usize = path.next()?.parse().ok()?;
    let column: FieldKey = path.next()?.parse().ok()?;
    let sent = sent.get(index)?;
    let id = sent.get("id").and_then(Json::as_str)?;
    let before = before.rows().iter().find(|row| row.id.as_deref() == Some(id))?;
    let before = before.values.get(&column).filter(|before| !before.is_empty())?;
    if subform.fields.get(&column)?.read_stored(sent.get(column.as_str())?) != *before {
        return None;
    }
    let Some(Value::Rows(rows)) = values.get_mut(&key) else { return None };
    let row = rows.iter_mut().find(|row| row.id.as_deref() == Some(id))?;
    row.values.insert(column, before.clone());
    Some(())
}
