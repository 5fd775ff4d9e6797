//! Holding records against others who would change them. SQLite has one writer at a time, so
//! there is nothing to hold.

use formwork_model::FormModel;

use crate::{
    Dialect, Statement,
    column::in_texts,
    statement::{Fragment, quoted},
};

/// How rows are held, from when they are read until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowLock {
    /// Not at all.
    None,
    /// Others may hold them too, and nobody may change them.
    Shared,
    /// Nobody else may hold or change them.
    Alone,
}

impl RowLock {
    /// Locks the rows of a select over a table called `r`, always in the same order, so that
    /// two who lock several do not wait for each other.
    pub(crate) fn add_to(self, statement: &mut Fragment, dialect: Dialect) {
        if dialect != Dialect::Postgres {
            return;
        }
        statement.push(match self {
            Self::None => "",
            Self::Shared => " order by r.\"id\" for share of r",
            Self::Alone => " order by r.\"id\" for update of r",
        });
    }
}

/// Holds several records, in the order of their ids; none where there is nothing to hold.
pub fn lock_rows(
    dialect: Dialect,
    form: &FormModel,
    ids: &[String],
    lock: RowLock,
) -> Option<Statement> {
    if dialect != Dialect::Postgres || lock == RowLock::None {
        return None;
    }
    let wanted = in_texts(dialect, &Fragment::raw("r.\"id\""), ids);
    let template = format!("select r.\"id\" from {} r where {{}}", quoted(&form.table()));
    let mut statement = Fragment::fill(&template, [&wanted]);
    lock.add_to(&mut statement, dialect);
    Some(statement.finish())
}

/// Holds one record alone; none where there is nothing to hold.
pub fn lock(dialect: Dialect, form: &FormModel, id: &str) -> Option<Statement> {
    let template =
        format!("select \"id\" from {} where \"id\" = {{}} for update", quoted(&form.table()));
    (dialect == Dialect::Postgres)
        .then(|| Fragment::fill(&template, [&Fragment::bind(id)]).finish())
}
