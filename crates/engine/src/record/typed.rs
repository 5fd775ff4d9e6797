//! Reading what somebody typed over what is stored.
//!
//! A definition may have become narrower since a record was stored: an option gone, a
//! range smaller. What comes back exactly as it is stored is not typed anew, and is kept.

use formwork_model::{FieldKey, FormModel, Problem, Problems, Value, Values};
use serde_json::Value as Json;

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
