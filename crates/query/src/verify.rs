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
    let (table, key) = (quoted(&form.table()), literal(form.key().as_str()));
    // Joined as sets: ids are ordered otherwise than the log's index over them.
    Fragment::raw(format!(
        "select count(*) from {table} r left join (select record, count(*) as told from event \
         where subject = {key} and kind in {COUNTING} group by record) e on e.record = r.\"id\" \
         where r.\"version\" <> coalesce(e.told, 0)"
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
