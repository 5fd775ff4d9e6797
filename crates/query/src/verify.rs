//! Whether what is stored agrees with the log of changes.

use formwork_model::FormModel;

use crate::{
    Statement,
    statement::{Fragment, literal, quoted},
};

/// The changes of a record that count its version up.
const COUNTING: &str = "('record_created', 'record_updated', 'record_deleted')";

/// How many records of a form have another version than the log tells of.
pub fn versions_without_events(form: &FormModel) -> Statement {
    let table = quoted(&form.table());
    Fragment::raw(format!(
        "select count(*) from {table} r where r.\"version\" <> (select count(*) from event e \
         where e.record = r.\"id\" and e.kind in {COUNTING})"
    ))
    .finish()
}

/// How many records of a form the log tells of that are not there.
pub fn events_without_records(form: &FormModel) -> Statement {
    let (table, key) = (quoted(&form.table()), literal(form.key().as_str()));
    Fragment::raw(format!(
        "select count(*) from event e where e.subject = {key} and e.kind = 'record_created' \
         and not exists (select 1 from {table} r where r.\"id\" = e.record)"
    ))
    .finish()
}
