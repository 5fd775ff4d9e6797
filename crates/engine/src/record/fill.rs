//! What picking a linked record fills in (数据联动).

use std::{collections::HashSet, sync::Arc};

use formwork_model::{
    FieldKey, FieldModel, FormModel, SubformRow, Value, Values,
    kind::{Fill, Link, Shape},
};
use formwork_store::Connection;
use indexmap::IndexMap;

use super::links::LinkLoader;
use crate::{EngineResult, catalog::Catalog};

type Fields = IndexMap<FieldKey, FieldModel>;

/// A link that was picked: in the record, or in a row of a subform.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Picked {
    /// A link field of the record.
    Field(FieldKey),
    /// A link column of a row.
    Cell(FieldKey, usize, FieldKey),
}

/// Finds the links whose record differs from before, rows matched by id.
pub(super) fn picked(form: &FormModel, old: Option<&Values>, new: &Values) -> Vec<Picked> {
    let mut found = Vec::new();
    let differs =
        |before: Option<&Value>, after: &Value| !after.is_empty() && before != Some(after);
    for (key, field) in &form.fields {
        let Some(value) = new.get(key) else { continue };
        let before = old.and_then(|old| old.get(key));
        match field.kind.shape() {
            Shape::Link(link) if !link.fill.is_empty() && differs(before, value) => {
                found.push(Picked::Field(key.clone()));
            }
            Shape::Rows(_) => {
                let Some(subform) = &field.subform else { continue };
                for (index, row) in value.rows().iter().enumerate() {
                    let earlier = row.id.as_ref().and_then(|id| {
                        let rows = before.map_or(&[][..], Value::rows);
                        rows.iter().find(|row| row.id.as_ref() == Some(id))
                    });
                    for (column, model) in &subform.fields {
                        let fills =
                            matches!(model.kind.shape(), Shape::Link(l) if !l.fill.is_empty());
                        let before = earlier.and_then(|row| row.values.get(column));
                        let now = row.values.get(column).unwrap_or(&Value::Null);
                        if fills && differs(before, now) {
                            found.push(Picked::Cell(key.clone(), index, column.clone()));
                        }
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// What a fill leaves alone.
#[derive(Clone, Copy)]
pub(super) enum Given<'a> {
    /// Nothing: the link has just been picked on the screen.
    Nothing,
    /// These fields, and the filled cells of rows, were handed in beside the link.
    Fields(&'a HashSet<FieldKey>),
}

/// Fills in what the picked links say. What was given is left alone, unless nobody can type
/// there.
pub(super) async fn fill(
    connection: &mut Connection,
    catalog: &Catalog,
    form: &FormModel,
    values: &mut Values,
    picked: &[Picked],
    given: Given<'_>,
) -> EngineResult<()> {
    let mut wanted = LinkLoader::default();
    for pick in picked {
        if let Some((link, id)) = resolve(form, values, pick) {
            wanted.add(&link.form, &id, &sources(&link));
        }
    }
    let links = wanted.load(connection, catalog).await?;
    for pick in picked {
        let Some((link, id)) = resolve(form, values, pick) else { continue };
        let Some(source) = links.get(&id) else { continue };
        match pick {
            Picked::Field(_) => fill_values(
                &form.fields,
                values,
                &link,
                source,
                |key| matches!(given, Given::Fields(fields) if fields.contains(key)),
            ),
            Picked::Cell(subform, index, _) => {
                let Some(columns) = form.subform(subform.as_str()) else { continue };
                if let Some(Value::Rows(rows)) = values.get_mut(subform)
                    && let Some(row) = rows.get_mut(*index)
                {
                    let typed = filled_keys(&row.values);
                    let is_given =
                        |key: &FieldKey| matches!(given, Given::Fields(_)) && typed.contains(key);
                    fill_values(&columns.fields, &mut row.values, &link, source, is_given);
                }
            }
        }
    }
    Ok(())
}

fn filled_keys(values: &Values) -> HashSet<FieldKey> {
    let filled = values.iter().filter(|(_, value)| !value.is_empty());
    filled.map(|(key, _)| key.clone()).collect()
}

/// The link and the picked record's id.
fn resolve(form: &FormModel, values: &Values, pick: &Picked) -> Option<(Link, String)> {
    let (field, value) = match pick {
        Picked::Field(key) => (form.fields.get(key)?, values.get(key)?),
        Picked::Cell(subform, index, column) => {
            let field = form.subform(subform.as_str())?.fields.get(column)?;
            (field, values.get(subform)?.rows().get(*index)?.values.get(column)?)
        }
    };
    let Shape::Link(link) = field.kind.shape() else { return None };
    Some((link.clone(), value.as_text()?.to_owned()))
}

/// The fields of the linked record that a fill reads.
fn sources(link: &Link) -> Vec<FieldKey> {
    let source = |fill: &Fill| match fill {
        Fill::Field(key) => key.clone(),
        Fill::Rows(rows) => rows.rows.clone(),
    };
    link.fill.values().map(source).collect()
}

fn fill_values(
    fields: &Fields,
    values: &mut Values,
    link: &Link,
    source: &Arc<Values>,
    is_given: impl Fn(&FieldKey) -> bool,
) {
    for (target, fill) in &link.fill {
        let Some(field) = fields.get(target) else { continue };
        if field.is_typed() && is_given(target) {
            continue;
        }
        let value = match fill {
            Fill::Field(key) => source.get(key).cloned().unwrap_or_default(),
            Fill::Rows(rows) => {
                let copied =
                    source.get(&rows.rows).map_or(&[][..], Value::rows).iter().map(|row| {
                        let columns = rows.columns.iter().map(|(to, from)| {
                            (to.clone(), row.values.get(from).cloned().unwrap_or_default())
                        });
                        SubformRow { id: None, values: columns.collect() }
                    });
                Value::Rows(copied.collect())
            }
        };
        values.insert(target.clone(), field.kind.fit(value).unwrap_or_default());
    }
}
