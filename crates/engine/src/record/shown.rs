//! Values that are not stored yet, as a member may see them.

use formwork_model::{FieldKey, FieldModel, Value, Values, kind::Shape};
use formwork_query::{FieldAccess, FormAccess};
use formwork_rules::Links;
use formwork_store::Connection;
use serde_json::{Map, Value as Json, json};

use super::links::LinkLoader;
use crate::{
    EngineResult,
    catalog::{Catalog, CompiledForm},
};

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

fn with_title(titles: &Links, field: Option<&FieldModel>, value: &Value) -> Json {
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
