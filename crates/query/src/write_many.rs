//! Writing many new records at once.

use formwork_model::{
    FieldKey, FieldModel, FormModel, Problem, Problems, SubformModel, Value, Values,
};

use crate::{
    Dialect, NewRow, Statement,
    statement::{Bind, Fragment, literal, quoted},
    write::{Cells, RowWriter, cell, insert_tuples, under},
};

/// About so many binds has a statement that is prepared once and run again and again: few
/// enough that its text is kept, enough that a row costs hardly more than its bytes.
const BINDS_AT_ONCE: usize = 800;

/// Splits rows of so many binds into portions of a few sizes, so that few statements differ.
pub fn portions<T>(rows: &[T], binds: usize) -> impl Iterator<Item = &[T]> {
    let most = 1_usize << (BINDS_AT_ONCE / binds.max(1)).max(1).ilog2();
    let mut left = rows;
    std::iter::from_fn(move || {
        let size = most.min(1 << left.len().checked_ilog2()?);
        let (portion, rest) = left.split_at_checked(size)?;
        left = rest;
        Some(portion)
    })
}

/// The statements that store new records and their subform rows, many rows in each. All
/// columns are written, whatever values there are.
///
/// # Errors
/// As [`insert`](crate::insert), with pointers into the values of whichever record it is.
pub fn insert_many(
    dialect: Dialect,
    form: &FormModel,
    records: &[(NewRow, Values)],
) -> Result<Vec<Statement>, Problems> {
    let mut names: Vec<String> = Vec::new();
    let mut tuples = Vec::with_capacity(records.len());
    for (row, values) in records {
        let cells = cells(dialect, form, row, values)?;
        if names.is_empty() {
            names = cells.cells.iter().map(|(name, _)| quoted(name)).collect();
        }
        let binds = Fragment::join(cells.cells.iter().map(|(_, value)| value), ", ");
        tuples.push(Fragment::fill("({})", [&binds]));
    }
    let head = format!("insert into {} ({}) values ", quoted(&form.table()), names.join(", "));
    let mut statements: Vec<Statement> = portions(&tuples, names.len())
        .map(|portion| {
            let mut statement = Fragment::raw(head.as_str());
            statement.add(&Fragment::join(portion, ", "));
            statement.finish_long(dialect)
        })
        .collect();
    for (key, subform) in form.subforms() {
        let mut tuples = Vec::new();
        for (row, values) in records {
            let rows = values.get(key).map_or(&[][..], Value::rows);
            let writer = RowWriter { dialect, subform, record: &row.id };
            for (index, row) in rows.iter().enumerate() {
                let tuple = writer.tuple(index, row).map_err(|problem| vec![problem.at(index)]);
                tuples.push(tuple.map_err(|found| under(found, key.as_str()))?);
            }
        }
        statements.extend(insert_rows(dialect, subform, &tuples));
    }
    Ok(statements)
}

fn insert_rows<'a>(
    dialect: Dialect,
    subform: &'a SubformModel,
    tuples: &'a [Fragment],
) -> impl Iterator<Item = Statement> + 'a {
    portions(tuples, subform.fields.len() + 3)
        .map(move |portion| insert_tuples(subform, portion).finish_long(dialect))
}

/// Every column of a record, in the form's order.
fn cells(
    dialect: Dialect,
    form: &FormModel,
    row: &NewRow,
    values: &Values,
) -> Result<Cells, Problems> {
    let mut cells = Cells::of_new(dialect, row);
    // What is no field of the form, or no rows, is found here.
    let is_other = |key: &FieldKey| form.field(key.as_str()).is_none_or(|f| f.subform.is_some());
    let others = values.iter().filter(|(key, _)| is_other(key));
    cells.values(form, &others.map(|(key, value)| (key.clone(), value.clone())).collect())?;
    let own = form
        .stored_fields()
        .map(|(key, _)| (key.clone(), values.get(key).cloned().unwrap_or_default()));
    cells.values(form, &own.collect())?;
    Ok(cells)
}

/// Finds which of several new records have the value of a unique field that a live record has
/// already: columns `field` TEXT and `place` INTEGER, the record's place among them.
pub fn unique_conflicts(dialect: Dialect, form: &FormModel, records: &[&Values]) -> Vec<Statement> {
    let unique = form.stored_fields().filter(|(_, field)| field.field.unique);
    unique
        .flat_map(|(key, field)| {
            let wanted: Vec<Fragment> = records
                .iter()
                .enumerate()
                .filter_map(|(place, values)| wanted(dialect, field, place, values.get(key)?).ok())
                .flatten()
                .collect();
            let search = |portion: &[Fragment]| {
                let mut statement = Fragment::raw("with wanted (place, value) as (values ");
                statement.add(&Fragment::join(portion, ", "));
                statement.push(&format!(
                    ") select {} as field, place from wanted where exists (select 1 from {} r \
                     where r.{} = wanted.value and r.\"deleted_at\" is null)",
                    literal(key.as_str()),
                    quoted(&form.table()),
                    quoted(&field.column),
                ));
                statement.finish_long(dialect)
            };
            portions(&wanted, 2).map(search).collect::<Vec<_>>()
        })
        .collect()
}

/// A place and the value that is looked for; nothing for none.
fn wanted(
    dialect: Dialect,
    field: &FieldModel,
    place: usize,
    value: &Value,
) -> Result<Option<Fragment>, Problem> {
    if value.is_empty() {
        return Ok(None);
    }
    let place = i64::try_from(place).map_err(|_| Problem::new("too_many_rows"))?;
    let value = cell(dialect, field, value)?;
    Ok(Some(Fragment::fill("({}, {})", [&Fragment::bind(Bind::from(place)), &value])))
}
