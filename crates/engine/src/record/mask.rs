//! What of a logged change a reader may see. Events hold whole values; the masks that SQL
//! applies to records are applied to them here.

use formwork_event::Change;
use formwork_model::{FieldKey, FormModel};
use formwork_query::{FieldAccess, FormAccess};
use serde_json::Value as Json;

/// A value of a field as it stands in the log, without columns that the reader may not see;
/// none when the field itself is not for them.
pub(super) fn shown_value(
    form: &FormModel,
    access: &FormAccess,
    field: &str,
    mut value: Json,
) -> Option<Json> {
    let key: FieldKey = field.parse().ok()?;
    if access.field(&key) == FieldAccess::Hidden {
        return None;
    }
    // Of a field that is gone nobody knows any more from whom it was hidden.
    if form.field(field).is_none() && !access.shows_all() {
        return None;
    }
    if let Some(subform) = form.subform(field) {
        for row in value.as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut) {
            row.retain(|column, _| {
                column == "id"
                    || column.parse().is_ok_and(|column: FieldKey| {
                        (subform.fields.contains_key(&column) || access.shows_all())
                            && access.column(&key, &column) != FieldAccess::Hidden
                    })
            });
        }
    }
    Some(value)
}

/// The field of a logged change with its values before and after, as far as the reader may
/// see them; none when nothing of it is left.
pub(super) fn shown_change(
    form: &FormModel,
    access: &FormAccess,
    change: &Change,
) -> Option<(String, Json, Json)> {
    let value = |value: &Json| shown_value(form, access, &change.field, value.clone());
    let (from, to) = (value(&change.from)?, value(&change.to)?);
    (from != to).then(|| (change.field.clone(), from, to))
}
