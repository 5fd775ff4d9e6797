//! Reading and writing columns whose values are converted, in chunks by id.

use formwork_model::Storage;

use crate::{
    Dialect, Statement,
    json::stored_json,
    statement::{Bind, Fragment, quoted},
};

/// The marker of a row whose conversion is prepared: which conversion, and of which version.
/// Added to a table when it is first needed.
pub const PREPARED: &str = "prepared";

/// The table whose values are converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionTable {
    /// Its name.
    pub table: String,
    /// The table of the records, when this one holds rows of a subform: versions are theirs.
    pub records: Option<String>,
}

impl ConversionTable {
    /// The records of a form.
    pub fn of_records(table: String) -> Self {
        Self { table, records: None }
    }

    /// The rows of a subform of these records.
    pub fn of_rows(table: String, records: String) -> Self {
        Self { table, records: Some(records) }
    }

    fn source(&self) -> String {
        let table = quoted(&self.table);
        match &self.records {
            None => format!("{table} r"),
            Some(records) => {
                format!("{table} s join {} r on r.\"id\" = s.\"record_id\"", quoted(records))
            }
        }
    }

    fn own(&self) -> &'static str {
        if self.records.is_some() { "s" } else { "r" }
    }
}

/// A part of a table in the order of its ids: columns `id` TEXT, `record` TEXT, `version`
/// INT, `title` TEXT, `live` BOOL, and one JSON text for each of `columns`. With a marker
/// only rows that it does not stand on with their present version.
pub fn conversion_chunk(
    dialect: Dialect,
    table: &ConversionTable,
    columns: &[(String, Storage)],
    (after, limit): (&str, i64),
    marker: Option<&str>,
) -> Statement {
    let own = table.own();
    let mut chunk = Fragment::raw(format!(
        "select {own}.\"id\", r.\"id\", r.\"version\", r.\"title\", r.\"deleted_at\" is null"
    ));
    for (column, storage) in columns {
        let expression = Fragment::raw(format!("{own}.{}", quoted(column)));
        chunk.push(", ").add(&stored_json(dialect, *storage, &expression));
    }
    chunk.push(&format!(" from {} where {own}.\"id\" > ", table.source()));
    chunk.add(&Fragment::bind(after));
    if let Some(marker) = marker {
        let differs = match dialect {
            Dialect::Sqlite => "is not",
            Dialect::Postgres => "is distinct from",
        };
        chunk.push(&format!(" and {own}.\"{PREPARED}\" {differs} "));
        chunk.add(&Fragment::bind(format!("{marker}:")));
        chunk.push(" || cast(r.\"version\" as text)");
    }
    chunk.push(&format!(" order by {own}.\"id\" limit "));
    chunk.add(&Fragment::bind(limit));
    chunk.finish()
}

/// Writes converted values: `rows` is a JSON list of `[id, version, value …]`, the values as
/// [`Storage`] keeps them. A row whose record has another version by now, or that somebody
/// else is writing, is passed over.
pub fn conversion_write(
    dialect: Dialect,
    table: &ConversionTable,
    columns: &[(String, Storage)],
    rows: String,
    marker: Option<&str>,
) -> Statement {
    let part = |index: usize| match dialect {
        Dialect::Sqlite => format!("json_extract(value, '$[{index}]')"),
        Dialect::Postgres => format!("(value ->> {index})"),
    };
    let number = |index: usize| match dialect {
        Dialect::Sqlite => part(index),
        Dialect::Postgres => format!("{}::bigint", part(index)),
    };
    let mut sets: Vec<Fragment> = Vec::new();
    let mut values = vec![format!("{} as id", part(0)), format!("{} as version", number(1))];
    for (index, (column, storage)) in columns.iter().enumerate() {
        let cast = match (dialect, storage) {
            (Dialect::Postgres, Storage::Scaled { .. }) => "::bigint",
            (Dialect::Postgres, Storage::Boolean) => "::boolean",
            (Dialect::Postgres, Storage::Date) => "::date",
            (Dialect::Postgres, Storage::Instant) => "::timestamptz",
            (Dialect::Postgres, Storage::Json | Storage::Rows) => "::jsonb",
            _ => "",
        };
        values.push(format!("{}{cast} as v{index}", part(index + 2)));
        sets.push(Fragment::raw(format!("{} = j.v{index}", quoted(column))));
    }
    if let Some(marker) = marker {
        let mut set = Fragment::raw(format!("\"{PREPARED}\" = "));
        set.add(&Fragment::bind(format!("{marker}:"))).push(" || cast(j.version as text)");
        sets.push(set);
    }
    let name = quoted(&table.table);
    let list = match dialect {
        Dialect::Sqlite => "json_each({})",
        Dialect::Postgres => "jsonb_array_elements({}::jsonb)",
    };
    let mut write = Fragment::raw(format!("with j as (select {} from ", values.join(", ")));
    write.add(&Fragment::fill(list, [&Fragment::bind(rows)])).push(")");
    // Never in the way of somebody who writes the same rows: they are left for later.
    let source = match dialect {
        Dialect::Sqlite => "j",
        Dialect::Postgres => {
            write.push(&format!(
                ", held as (select j.* from {name} t join j on j.id = t.\"id\" \
                 for update of t skip locked)"
            ));
            "held j"
        }
    };
    write.push(&format!(" update {name} set ")).add(&Fragment::join(&sets, ", "));
    write.push(&format!(" from {source} where {name}.\"id\" = j.id and "));
    write.push(&match &table.records {
        None => format!("{name}.\"version\" = j.version"),
        Some(records) => format!(
            "(select p.\"version\" from {} p where p.\"id\" = {name}.\"record_id\") = j.version",
            quoted(records)
        ),
    });
    write.finish()
}

/// Values that a conversion left behind: live records whose old column holds one and whose new
/// column is still empty. Columns `id` TEXT, `record` TEXT, `title` TEXT, `value` JSON TEXT.
pub fn left_behind(
    dialect: Dialect,
    table: &ConversionTable,
    (from, storage): (&str, Storage),
    to: &str,
    limit: i64,
) -> Statement {
    let own = table.own();
    let value = stored_json(dialect, storage, &Fragment::raw(format!("{own}.{}", quoted(from))));
    let mut left = Fragment::raw(format!("select {own}.\"id\", r.\"id\", r.\"title\", "));
    left.add(&value);
    left.push(&format!(
        " from {} where {own}.{} is not null and {own}.{} is null and r.\"deleted_at\" is null \
         order by {own}.\"id\" limit ",
        table.source(),
        quoted(from),
        quoted(to)
    ));
    left.add(&Fragment::bind(limit));
    left.finish()
}

/// The column that [`conversion_chunk`] and [`conversion_write`] mark rows in.
pub fn add_marker(dialect: Dialect, table: &str) -> Statement {
    let if_missing = match dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => "if not exists ",
    };
    let sql = format!("alter table {} add column {if_missing}\"{PREPARED}\" text", quoted(table));
    Statement { sql, binds: Vec::new() }
}

/// The beginning of a query over records `r` with their value of a column.
fn records_with_value(dialect: Dialect, name: &str, storage: Storage) -> Fragment {
    let mut found = Fragment::raw("select r.\"id\", r.\"title\", ");
    found.add(&stored_json(dialect, storage, &Fragment::raw(format!("r.{name}"))));
    found
}

/// Live records that share the value of a column, in the order of the values: columns `id`
/// TEXT, `title` TEXT, `value` JSON TEXT.
pub fn duplicates(
    dialect: Dialect,
    table: &str,
    (column, storage): (&str, Storage),
    limit: i64,
) -> Statement {
    let (table, name) = (quoted(table), quoted(column));
    let mut found = records_with_value(dialect, &name, storage);
    found.push(&format!(
        " from {table} r where r.\"deleted_at\" is null and r.{name} in (select d.{name} from \
         {table} d where d.\"deleted_at\" is null and d.{name} is not null group by d.{name} \
         having count(*) > 1) order by r.{name}, r.\"id\" limit "
    ));
    found.add(&Fragment::bind(limit));
    found.finish()
}

/// Live records that hold something in a column: columns `id` TEXT, `title` TEXT, the value as
/// JSON TEXT, and how many there are in all.
pub fn filled_values(
    dialect: Dialect,
    table: &str,
    (column, storage): (&str, Storage),
    limit: i64,
) -> Statement {
    let (table, name) = (quoted(table), quoted(column));
    let mut found = records_with_value(dialect, &name, storage);
    found.push(&format!(
        ", count(*) over () from {table} r where r.\"deleted_at\" is null \
         and r.{name} is not null order by r.\"id\" limit "
    ));
    found.add(&Fragment::bind(limit));
    found.finish()
}

/// Live records that have rows in a subform's table: columns `id` TEXT, `title` TEXT, the
/// number of rows as JSON TEXT, and how many such records there are in all.
pub fn filled_rows(table: &str, rows: &str, limit: i64) -> Statement {
    let (table, rows) = (quoted(table), quoted(rows));
    let mut found = Fragment::raw(format!(
        "select r.\"id\", r.\"title\", cast(count(*) as text), count(*) over () from {table} r \
         join {rows} s on s.\"record_id\" = r.\"id\" where r.\"deleted_at\" is null \
         group by r.\"id\", r.\"title\" order by r.\"id\" limit "
    ));
    found.add(&Fragment::bind(limit));
    found.finish()
}

/// The ids of live records with one of these titles, and the titles of records with one of
/// these ids: columns `id` TEXT and `title` TEXT. `texts` are looked for in both.
pub fn called(dialect: Dialect, table: &str, texts: &[String]) -> Statement {
    let list = match dialect {
        Dialect::Sqlite => "(select value from json_each({}))",
        Dialect::Postgres => "(select jsonb_array_elements_text({}::jsonb))",
    };
    let texts = Bind::from(serde_json::json!(texts).to_string());
    let list = Fragment::fill(list, [&Fragment::bind(texts)]);
    Fragment::fill(
        &format!(
            "select \"id\", \"title\" from {table} where \"id\" in {{}} \
             union select \"id\", \"title\" from {table} \
             where \"deleted_at\" is null and \"title\" in {{}}",
            table = quoted(table)
        ),
        [&list, &list],
    )
    .finish()
}
