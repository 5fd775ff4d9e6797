//! Columns: a field as an SQL expression, and what filters ask of whoever has them.

use std::sync::Arc;

use formwork_model::{FieldKind, Problem, Storage};

use crate::{
    Dialect, Reader,
    statement::{Bind, Fragment},
};

/// A field as an expression. Its value is null where the field is empty or masked.
#[derive(Clone)]
pub(crate) struct Column {
    pub(crate) expression: Fragment,
    /// The same without the mask, for those who put `shown` around something larger.
    pub(crate) bare: Fragment,
    /// The condition under which the field is shown; none is always.
    pub(crate) shown: Option<Fragment>,
    pub(crate) storage: Storage,
    pub(crate) kind: Arc<dyn FieldKind>,
    pub(crate) nullable: bool,
}

/// Records whose fields can be asked for by name: what filters, periods and operands are
/// written against.
pub(crate) trait Columns {
    /// A field, or a field of a linked record.
    fn path(&self, path: &str) -> Result<Column, Problem>;

    /// The database that the text is for.
    fn dialect(&self) -> Dialect;

    /// Who asks, and when.
    fn reader(&self) -> &Reader;
}

/// Whether an expression is one of the texts. They travel as one JSON list, so that the
/// statement does not depend on how many there are.
pub(crate) fn in_texts(dialect: Dialect, expression: &Fragment, texts: &[String]) -> Fragment {
    let list = Fragment::bind(serde_json::json!(texts).to_string());
    let template = match dialect {
        Dialect::Sqlite => "{} in (select value from json_each({}))",
        Dialect::Postgres => "{} = any (array(select jsonb_array_elements_text({}::jsonb)))",
    };
    Fragment::fill(template, [expression, &list])
}

/// A placeholder for a value of a storage class.
pub(crate) fn operand(dialect: Dialect, storage: Storage, value: Bind) -> Fragment {
    let cast = match (dialect, storage) {
        (Dialect::Postgres, Storage::Date) => "{}::date",
        (Dialect::Postgres, Storage::Instant) => "{}::timestamptz",
        (Dialect::Postgres, Storage::Json) => "{}::jsonb",
        _ => "{}",
    };
    Fragment::fill(cast, [&Fragment::bind(value)])
}

/// The place of an option key in its list, null when it is not in it; from 1 and growing,
/// not without gaps.
pub(crate) fn option_position(
    dialect: Dialect,
    options: &[formwork_model::kind::ChoiceOption],
    key: &Fragment,
) -> Fragment {
    let mut list = String::from("\u{1f}");
    for option in options {
        list.push_str(&option.key);
        list.push('\u{1f}');
    }
    let template = match dialect {
        Dialect::Sqlite => "nullif(instr({}, char(31) || {} || char(31)), 0)",
        Dialect::Postgres => "nullif(strpos({}, chr(31) || {} || chr(31)), 0)::bigint",
    };
    Fragment::fill(template, [&Fragment::bind(list), key])
}

pub(crate) fn unknown_field(field: &str) -> Problem {
    Problem::new("unknown_field").with("field", field)
}
