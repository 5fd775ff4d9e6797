//! Writing records and their subform rows.

use formwork_model::{
    FieldModel, FormModel, Problem, Problems, Storage, SubformModel, SubformRow, Value, Values,
    value::instant_text,
};
use jiff::Timestamp;

use crate::{
    Dialect, Statement,
    column::operand,
    filter::scaled,
    statement::{Bind, Fragment, literal, quoted},
};

/// Most binds of one statement that adds rows: SQLite takes 32,766.
const MAX_BINDS: usize = 10_000;

/// The system fields of a new record; it counts as updated when it is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRow {
    /// A new UUIDv7.
    pub id: String,
    /// The first version.
    pub version: i64,
    /// The form's revision that it was checked against.
    pub revision: i64,
    /// Its title.
    pub title: String,
    /// Who is responsible.
    pub owner: Option<String>,
    /// The department that it belongs to.
    pub department: Option<String>,
    /// Where its process stands; none for forms without one.
    pub flow_status: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

/// The system fields of a changed record. All of them are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowChange {
    /// The record.
    pub id: String,
    /// The version that the change was made from.
    pub expected_version: i64,
    /// The version that it makes.
    pub new_version: i64,
    /// The form's revision that it was checked against.
    pub revision: i64,
    /// Its title.
    pub title: String,
    /// Who is responsible.
    pub owner: Option<String>,
    /// The department that it belongs to.
    pub department: Option<String>,
    /// Where its process stands.
    pub flow_status: Option<String>,
    /// When.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: String,
}

/// A record to delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// The record.
    pub id: String,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// The version that deleting makes.
    pub new_version: i64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// The statements that store a new record and its subform rows. System fields among the
/// values are passed over: `row` has them. Every subform row has its id already.
///
/// # Errors
/// `unknown_field`, `wrong_type` or `row_without_id`, with pointers into the values: the
/// caller handed in what the form's kinds did not read.
pub fn insert(
    dialect: Dialect,
    form: &FormModel,
    row: &NewRow,
    values: &Values,
) -> Result<Vec<Statement>, Problems> {
    let mut cells = Cells::of_new(dialect, row);
    cells.values(form, values)?;
    let names: Vec<String> = cells.cells.iter().map(|(name, _)| quoted(name)).collect();
    let binds = Fragment::join(cells.cells.iter().map(|(_, value)| value), ", ");
    let mut statement = Fragment::raw(format!(
        "insert into {} ({}) values (",
        quoted(&form.table()),
        names.join(", ")
    ));
    statement.add(&binds).push(")");

    let mut statements = vec![statement.finish()];
    for (key, subform) in form.subforms() {
        if let Some(value) = values.get(key) {
            let writer = RowWriter { dialect, subform, record: &row.id };
            let added = writer.upsert(value.rows());
            statements.extend(added.map_err(|found| under(found, key.as_str()))?);
        }
    }
    Ok(statements)
}

/// The statements that store changed values. The first one touches one row when the
/// version is as expected and none otherwise: then the rest must not run. A subform among
/// the values is replaced whole: rows with known ids are changed, others added, missing
/// ones deleted; the id of another record's row changes nothing there.
///
/// # Errors
/// As [`insert`].
pub fn update(
    dialect: Dialect,
    form: &FormModel,
    change: &RowChange,
    values: &Values,
) -> Result<Vec<Statement>, Problems> {
    let mut cells = Cells { dialect, cells: Vec::new() };
    cells.number("version", change.new_version);
    cells.number("revision", change.revision);
    cells.text("title", Some(&change.title));
    cells.text("owner", change.owner.as_deref());
    cells.text("department", change.department.as_deref());
    cells.text("flow_status", change.flow_status.as_deref());
    cells.instant("updated_at", &instant_text(change.updated_at));
    cells.text("updated_by", Some(&change.updated_by));
    cells.values(form, values)?;
    let mut statements = vec![versioned_update(form, &cells, &change.id, change.expected_version)];
    for (key, subform) in form.subforms() {
        if let Some(value) = values.get(key) {
            let writer = RowWriter { dialect, subform, record: &change.id };
            statements.push(writer.delete_missing(value.rows()));
            let kept = writer.upsert(value.rows());
            statements.extend(kept.map_err(|found| under(found, key.as_str()))?);
        }
    }
    Ok(statements)
}

/// Marks a record as deleted; touches no row when the version is another.
pub fn soft_delete(dialect: Dialect, form: &FormModel, deletion: &Deletion) -> Statement {
    let at = instant_text(deletion.at);
    let mut cells = Cells { dialect, cells: Vec::new() };
    cells.number("version", deletion.new_version);
    cells.instant("updated_at", &at);
    cells.text("updated_by", Some(&deletion.by));
    cells.instant("deleted_at", &at);
    versioned_update(form, &cells, &deletion.id, deletion.expected_version)
}

fn versioned_update(form: &FormModel, cells: &Cells, id: &str, version: i64) -> Statement {
    let sets: Vec<Fragment> = cells
        .cells
        .iter()
        .map(|(name, value)| Fragment::fill(&format!("{} = {{}}", quoted(name)), [value]))
        .collect();
    let mut statement = Fragment::raw(format!("update {} set ", quoted(&form.table())));
    statement.add(&Fragment::join(&sets, ", "));
    statement.push(" where \"id\" = ").add(&Fragment::bind(id));
    statement.push(" and \"version\" = ").add(&Fragment::bind(version));
    statement.push(" and \"deleted_at\" is null");
    statement.finish()
}

/// Finds live records with the values of unique fields: columns `field` TEXT and `id`
/// TEXT, at most one row a field. None when no unique field has a value. `except` is the
/// record itself.
pub fn unique_conflict(
    dialect: Dialect,
    form: &FormModel,
    values: &Values,
    except: Option<&str>,
) -> Option<Statement> {
    let table = quoted(&form.table());
    let searches: Vec<Fragment> = form
        .stored_fields()
        .filter(|(_, field)| field.field.unique)
        .filter_map(|(key, field)| {
            let value = values.get(key).filter(|value| !value.is_empty())?;
            let value = cell(dialect, field, value).ok()?;
            let (name, column) = (literal(key.as_str()), quoted(&field.column));
            let mut search = Fragment::fill(
                &format!(
                    "select * from (select {name} as field, \"id\" as id from {table} \
                     where {column} = {{}} and \"deleted_at\" is null"
                ),
                [&value],
            );
            if let Some(except) = except {
                search.push(" and \"id\" <> ").add(&Fragment::bind(except));
            }
            search.push(" limit 1) found");
            Some(search)
        })
        .collect();
    (!searches.is_empty()).then(|| Fragment::join(&searches, " union all ").finish())
}

/// Columns and what goes into them.
pub(crate) struct Cells {
    dialect: Dialect,
    pub(crate) cells: Vec<(String, Fragment)>,
}

impl Cells {
    /// The system fields of a new record.
    pub(crate) fn of_new(dialect: Dialect, row: &NewRow) -> Self {
        let at = instant_text(row.created_at);
        let mut cells = Self { dialect, cells: Vec::new() };
        cells.text("id", Some(&row.id));
        cells.number("version", row.version);
        cells.number("revision", row.revision);
        cells.text("title", Some(&row.title));
        cells.text("owner", row.owner.as_deref());
        cells.text("department", row.department.as_deref());
        cells.text("flow_status", row.flow_status.as_deref());
        for name in ["created", "updated"] {
            cells.instant(&format!("{name}_at"), &at);
            cells.text(&format!("{name}_by"), Some(&row.created_by));
        }
        cells
    }

    fn text(&mut self, name: &str, text: Option<&str>) {
        let text = Bind::Text(text.map(str::to_owned));
        self.cells.push((name.to_owned(), Fragment::bind(text)));
    }

    fn number(&mut self, name: &str, number: i64) {
        self.cells.push((name.to_owned(), Fragment::bind(number)));
    }

    fn instant(&mut self, name: &str, text: &str) {
        let value = operand(self.dialect, Storage::Instant, Bind::from(text));
        self.cells.push((name.to_owned(), value));
    }

    /// The values of the form's own columns.
    pub(crate) fn values(&mut self, form: &FormModel, values: &Values) -> Result<(), Problems> {
        let mut problems = Problems::new();
        for (key, value) in values {
            match form.fields.get(key) {
                Some(field) if field.subform.is_some() => {
                    if !matches!(value, Value::Rows(_) | Value::Null) {
                        problems.push(wrong_type("rows").at(key));
                    }
                }
                Some(field) => match cell(self.dialect, field, value) {
                    Ok(value) => self.cells.push((field.column.clone(), value)),
                    Err(problem) => problems.push(problem.at(key)),
                },
                None if form.system.contains_key(key) => {}
                None => problems.push(Problem::new("unknown_field").at(key)),
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

/// A value as the placeholder of its column.
pub(crate) fn cell(
    dialect: Dialect,
    field: &FieldModel,
    value: &Value,
) -> Result<Fragment, Problem> {
    let storage = field.storage();
    let bind = match (storage, value) {
        (Storage::Scaled { .. }, Value::Null) => Bind::Int(None),
        (Storage::Boolean, Value::Null) => Bind::Bool(None),
        (_, value) if value.is_empty() => Bind::Text(None),
        (Storage::Text, Value::Text(text)) => Bind::from(text.as_str()),
        (Storage::Scaled { places }, Value::Number(number)) => {
            let scaled = scaled(*number, places).ok_or_else(|| wrong_type("number"))?;
            Bind::from(scaled)
        }
        (Storage::Boolean, Value::Bool(yes)) => Bind::Bool(Some(*yes)),
        (Storage::Date, Value::Date(date)) => Bind::from(date.to_string()),
        (Storage::Instant, Value::Instant(instant)) => Bind::from(instant_text(*instant)),
        (Storage::Json, Value::Texts(texts)) => Bind::from(serde_json::json!(texts).to_string()),
        _ => return Err(wrong_type("value")),
    };
    Ok(operand(dialect, storage, bind))
}

/// Writes the rows of one subform of one record.
pub(crate) struct RowWriter<'a> {
    pub(crate) dialect: Dialect,
    pub(crate) subform: &'a SubformModel,
    pub(crate) record: &'a str,
}

impl RowWriter<'_> {
    fn delete_missing(&self, rows: &[SubformRow]) -> Statement {
        let kept: Vec<&String> = rows.iter().filter_map(|row| row.id.as_ref()).collect();
        let list = Fragment::bind(serde_json::json!(kept).to_string());
        let template = match self.dialect {
            Dialect::Sqlite => "not in (select value from json_each({}))",
            Dialect::Postgres => "<> all (array(select jsonb_array_elements_text({}::jsonb)))",
        };
        let mut statement = Fragment::raw(format!(
            "delete from {} where \"record_id\" = ",
            quoted(&self.subform.table)
        ));
        statement.add(&Fragment::bind(self.record));
        statement.push(" and \"id\" ").add(&Fragment::fill(template, [&list]));
        statement.finish()
    }

    /// Adds rows, or changes them where their ids are known; every column is written.
    fn upsert(&self, rows: &[SubformRow]) -> Result<Vec<Statement>, Problems> {
        let columns = self.subform.fields.len() + 3;
        let at_once = (MAX_BINDS / columns).max(1);
        let mut statements = Vec::new();
        for (number, chunk) in rows.chunks(at_once).enumerate() {
            let mut tuples = Vec::with_capacity(chunk.len());
            for (index, row) in chunk.iter().enumerate() {
                let index = number * at_once + index;
                tuples.push(self.tuple(index, row).map_err(|problem| vec![problem.at(index)])?);
            }
            statements.push(upsert_tuples(self.subform, &tuples));
        }
        Ok(statements)
    }

    pub(crate) fn tuple(&self, index: usize, row: &SubformRow) -> Result<Fragment, Problem> {
        let id = row.id.as_deref().ok_or_else(|| Problem::new("row_without_id"))?;
        if let Some(key) = row.values.keys().find(|key| !self.subform.fields.contains_key(*key)) {
            return Err(Problem::new("unknown_field").at(key));
        }
        let position = i64::try_from(index).map_err(|_| Problem::new("too_many_rows"))?;
        let mut cells =
            vec![Fragment::bind(id), Fragment::bind(self.record), Fragment::bind(position)];
        for (key, field) in &self.subform.fields {
            let value = row.values.get(key).unwrap_or(&Value::Null);
            cells.push(cell(self.dialect, field, value).map_err(|problem| problem.at(key))?);
        }
        Ok(Fragment::fill("({})", [&Fragment::join(&cells, ", ")]))
    }
}

/// Adds rows of a subform, or changes them where their ids are known.
fn upsert_tuples(subform: &SubformModel, tuples: &[Fragment]) -> Statement {
    let mut statement = insert_tuples(subform, tuples);
    let own = subform.fields.values().map(|field| quoted(&field.column));
    let sets: Vec<String> = std::iter::once(quoted("position"))
        .chain(own)
        .map(|name| format!("{name} = excluded.{name}"))
        .collect();
    let table = quoted(&subform.table);
    statement.push(&format!(
        " on conflict (\"id\") do update set {} \
         where {table}.\"record_id\" = excluded.\"record_id\"",
        sets.join(", ")
    ));
    statement.finish()
}

/// Adds rows of a subform.
pub(crate) fn insert_tuples(subform: &SubformModel, tuples: &[Fragment]) -> Fragment {
    let own = subform.fields.values().map(|field| quoted(&field.column));
    let names: Vec<String> =
        ["id", "record_id", "position"].into_iter().map(quoted).chain(own).collect();
    let mut statement = Fragment::raw(format!(
        "insert into {} ({}) values ",
        quoted(&subform.table),
        names.join(", ")
    ));
    statement.add(&Fragment::join(tuples, ", "));
    statement
}

pub(crate) fn under(problems: Problems, step: &str) -> Problems {
    problems.into_iter().map(|problem| problem.at(step)).collect()
}

fn wrong_type(expected: &'static str) -> Problem {
    Problem::new("wrong_type").with("expected", expected)
}
