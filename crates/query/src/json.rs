//! Records as JSON text, made in SQL.
//!
//! `format` with a template and one text a field is faster than the engines' object
//! functions, keeps the order of the fields, and both databases have it.

use formwork_model::{FieldKey, FieldModel, Storage, SubformModel, kind::Shape};

use crate::{
    Dialect,
    column::Column,
    source::Source,
    statement::{Fragment, literal, quoted},
};

/// Most fields of one call of `format`: both databases limit the arguments.
const CHUNK: usize = 40;

/// A record as a JSON object of these fields; those that are hidden or unknown are left out.
pub(crate) fn record<'k>(
    source: &Source<'_>,
    fields: impl IntoIterator<Item = &'k str>,
) -> Fragment {
    let members: Vec<(String, Fragment)> =
        fields.into_iter().filter_map(|key| Some((key.to_owned(), field(source, key)?))).collect();
    object(&members)
}

fn field(source: &Source<'_>, key: &str) -> Option<Fragment> {
    let column = source.field(key).ok()?;
    if key == "version" {
        return Some(column.expression);
    }
    let (json, empty) = match source.form.subform(key) {
        Some(subform) => (rows(source, key, subform), "'[]'"),
        None => (value(source, &column), "'null'"),
    };
    Some(match &column.shown {
        None => json,
        Some(shown) => {
            Fragment::fill(&format!("case when {{}} then {{}} else {empty} end"), [shown, &json])
        }
    })
}

/// A JSON object of finished members.
fn object(members: &[(String, Fragment)]) -> Fragment {
    if members.is_empty() {
        return Fragment::raw("'{}'");
    }
    let chunks = members.len().div_ceil(CHUNK);
    let calls: Vec<Fragment> = members
        .chunks(CHUNK)
        .enumerate()
        .map(|(index, chunk)| {
            let names: Vec<String> = chunk.iter().map(|(key, _)| format!("\"{key}\":%s")).collect();
            let open = if index == 0 { "{" } else { "," };
            let close = if index + 1 == chunks { "}" } else { "" };
            let template = literal(&format!("{open}{}{close}", names.join(",")));
            let values = Fragment::join(chunk.iter().map(|(_, value)| value), ", ");
            let mut call = Fragment::raw(format!("format({template}, "));
            call.add(&values).push(")");
            call
        })
        .collect();
    Fragment::join(&calls, " || ")
}

/// The rows of a subform as a JSON list, in order; columns that are hidden are left out.
fn rows(source: &Source<'_>, name: &str, subform: &SubformModel) -> Fragment {
    let mut members = vec![("id".to_owned(), text(source.dialect, &Fragment::raw("s.\"id\"")))];
    for (key, field) in &subform.fields {
        let Ok(shown) = source.shown(&format!("{name}.{key}")) else {
            continue;
        };
        let json = value(source, &row_column(field));
        let json = match &shown {
            None => json,
            Some(shown) => Fragment::fill("case when {} then {} else 'null' end", [shown, &json]),
        };
        members.push((key.to_string(), json));
    }
    let row = object(&members);
    let table = quoted(&subform.table);
    let template = match source.dialect {
        Dialect::Sqlite => format!(
            "(select '[' || coalesce(group_concat(row, ','), '') || ']' from \
             (select {{}} as row from {table} s where s.\"record_id\" = {}.\"id\" \
             order by s.\"position\", s.\"id\"))",
            source.alias
        ),
        Dialect::Postgres => format!(
            "(select '[' || coalesce(string_agg({{}}, ',' order by s.\"position\", s.\"id\"), '') \
             || ']' from {table} s where s.\"record_id\" = {}.\"id\")",
            source.alias
        ),
    };
    Fragment::fill(&template, [&row])
}

fn row_column(field: &FieldModel) -> Column {
    let expression = Fragment::raw(format!("s.{}", quoted(&field.column)));
    Column {
        bare: expression.clone(),
        expression,
        shown: None,
        storage: field.storage(),
        kind: std::sync::Arc::clone(&field.kind),
        nullable: true,
    }
}

/// A value without its mask as JSON text, `null` included.
fn value(source: &Source<'_>, column: &Column) -> Fragment {
    let expression = &column.bare;
    if let Shape::Link(link) = column.kind.shape() {
        let title = text(source.dialect, &source.linked_title(link, expression));
        return Fragment::fill(
            "case when {} is null then 'null' else \
             format('{\"id\":%s,\"title\":%s}', {}, {}) end",
            [expression, &text(source.dialect, expression), &title],
        );
    }
    stored_json(source.dialect, column.storage, expression)
}

/// A stored value as JSON text, `null` included; what it refers to is not looked up.
pub(crate) fn stored_json(dialect: Dialect, storage: Storage, expression: &Fragment) -> Fragment {
    let template = match (storage, dialect) {
        (Storage::Text, dialect) => return text(dialect, expression),
        (Storage::Scaled { places }, dialect) => {
            let decimal = decimal(dialect, expression, places);
            return Fragment::fill("coalesce('\"' || {} || '\"', 'null')", [&decimal]);
        }
        (Storage::Boolean, _) => {
            "case when {} then 'true' when {} is null then 'null' else 'false' end"
        }
        (Storage::Date, _) | (Storage::Instant, Dialect::Sqlite) => {
            "coalesce('\"' || {} || '\"', 'null')"
        }
        (Storage::Instant, Dialect::Postgres) => {
            let instant = instant(Dialect::Postgres, expression);
            return Fragment::fill("coalesce('\"' || {} || '\"', 'null')", [&instant]);
        }
        (Storage::Json | Storage::Rows, Dialect::Sqlite) => "coalesce({}, 'null')",
        (Storage::Json | Storage::Rows, Dialect::Postgres) => "coalesce({}::text, 'null')",
    };
    Fragment::fill(template, [expression, expression])
}

fn text(dialect: Dialect, expression: &Fragment) -> Fragment {
    let template = match dialect {
        Dialect::Sqlite => "json_quote({})",
        Dialect::Postgres => "coalesce(to_json({})::text, 'null')",
    };
    Fragment::fill(template, [expression])
}

/// A scaled number as decimal text with exactly `places` places.
pub(crate) fn decimal(dialect: Dialect, expression: &Fragment, places: u32) -> Fragment {
    let width = usize::try_from(places).unwrap_or_default();
    match (dialect, places) {
        (_, 0) => Fragment::fill("cast({} as text)", [expression]),
        (Dialect::Postgres, _) => {
            Fragment::fill(&format!("({{}} * 0.{:0>width$})::text", "1"), [expression])
        }
        (Dialect::Sqlite, _) => {
            let one = format!("1{}", "0".repeat(width));
            let template = format!(
                "case when {{}} is null then null else format('%s%d.%0{places}d', \
                 case when {{}} < 0 then '-' else '' end, abs({{}} / {one}), abs({{}} % {one})) end"
            );
            Fragment::fill(&template, [expression; 4])
        }
    }
}

/// A moment as text, in UTC with milliseconds.
pub(crate) fn instant(dialect: Dialect, expression: &Fragment) -> Fragment {
    let template = match dialect {
        Dialect::Sqlite => "{}",
        Dialect::Postgres => "to_char({} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')",
    };
    Fragment::fill(template, [expression])
}

/// The fields of a whole record in their order: system fields, then the form's own.
pub(crate) fn all_fields(source: &Source<'_>, with_subforms: bool) -> Vec<FieldKey> {
    let own = source
        .form
        .fields
        .iter()
        .filter(|(_, field)| with_subforms || field.subform.is_none())
        .map(|(key, _)| key);
    source.form.system.keys().chain(own).cloned().collect()
}
