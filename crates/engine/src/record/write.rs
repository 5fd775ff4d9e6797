//! A record's row and its event: what a save comes to in the database.

use std::sync::Arc;

use formwork_event::{Change, Detail, RecordCreated, RecordDeleted, RecordUpdated};
use formwork_model::{FormModel, Problem, Value, Values};
use formwork_query::{
    Deletion, FormAccess, NewRow, RowChange, insert, insert_many, soft_delete, update,
};
use formwork_store::StoreError;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{
    conflict::conflict,
    moment::Moment,
    request::SystemFields,
    stored::{Stored, load},
};
use crate::{EngineError, EngineResult, catalog::CompiledForm, work::Work};

/// A record as it was saved.
pub(crate) struct Saved {
    pub(crate) id: String,
    pub(crate) version: i64,
    pub(crate) title: String,
}

/// Who and where a record is, beside its fields.
pub(super) struct Identity {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) owner: Option<String>,
    pub(super) department: Option<String>,
    pub(super) flow_status: Option<String>,
    pub(super) created_at: Timestamp,
}

impl Identity {
    /// Who and where a record becomes: it is its maker's, and the department follows its
    /// owner when that changes.
    pub(super) fn of(moment: Moment<'_>, old: Option<&Stored>, system: &SystemFields) -> Self {
        let directory = &moment.catalog.directory;
        let owner = system.owner.clone().or_else(|| {
            old.map_or_else(|| Some(moment.member.to_owned()), |old| old.owner.clone())
        });
        let owner_changes = old.is_none_or(|old| old.owner != owner);
        let department = system.department.clone().or_else(|| {
            if owner_changes {
                owner.as_deref().and_then(|id| directory.member(id)?.department.clone())
            } else {
                old.and_then(|old| old.department.clone())
            }
        });
        let before = || old.and_then(|old| old.flow_status.clone());
        Self {
            id: old.map_or_else(|| Uuid::now_v7().to_string(), |old| old.id.clone()),
            title: String::new(),
            owner,
            department,
            flow_status: system.flow_status.clone().unwrap_or_else(before),
            created_at: system.created_at.unwrap_or(moment.now),
        }
    }

    /// The system fields that a save decides, as rules see them.
    pub(super) fn system_values(&self, form: &FormModel) -> Values {
        let system = [
            ("id", Some(self.id.as_str())),
            ("owner", self.owner.as_deref()),
            ("department", self.department.as_deref()),
            ("flow_status", self.flow_status.as_deref()),
        ];
        let values = system.into_iter().filter_map(|(key, value)| {
            let (key, _) = form.system.get_key_value(key)?;
            let value = value.map_or(Value::Null, |text| Value::Text(text.to_owned()));
            Some((key.clone(), value))
        });
        values.collect()
    }
}

/// Writes a new record.
pub(super) async fn insert_record(
    work: &mut Work<'_>,
    form: &CompiledForm,
    identity: Identity,
    values: Values,
) -> EngineResult<Saved> {
    let row = new_row(work, form, identity);
    let statements = insert(work.connection.dialect(), &form.model, &row, &values)?;
    for statement in &statements {
        work.connection.run(statement).await.map_err(|error| not_unique(form, error))?;
    }
    let of = (form.model.key().as_str(), row.id.as_str());
    work.log_of_record(of, row.created_at, created(&values));
    Ok(Saved { id: row.id, version: 1, title: row.title })
}

/// Writes new records together. Nobody has looked whether they are alone with what must be
/// unique: the database refuses those that are not.
pub(super) async fn insert_records(
    work: &mut Work<'_>,
    form: &CompiledForm,
    records: Vec<(Identity, Values)>,
) -> EngineResult<Vec<Saved>> {
    let records: Vec<(NewRow, Values)> = records
        .into_iter()
        .map(|(identity, values)| (new_row(work, form, identity), values))
        .collect();
    for statement in insert_many(work.connection.dialect(), &form.model, &records)? {
        work.connection.run(&statement).await.map_err(|error| not_unique(form, error))?;
    }
    for (row, values) in &records {
        let of = (form.model.key().as_str(), row.id.as_str());
        work.log_of_record(of, row.created_at, created(values));
    }
    let saved = |(row, _): (NewRow, Values)| Saved { id: row.id, version: 1, title: row.title };
    Ok(records.into_iter().map(saved).collect())
}

fn new_row(work: &Work<'_>, form: &CompiledForm, identity: Identity) -> NewRow {
    NewRow {
        id: identity.id,
        version: 1,
        revision: form.model.revision,
        title: identity.title,
        owner: identity.owner,
        department: identity.department,
        flow_status: identity.flow_status,
        created_at: identity.created_at,
        created_by: work.by().to_owned(),
    }
}

/// That a record was made, with all that is filled in.
fn created(values: &Values) -> Detail {
    let filled = values.iter().filter(|(_, value)| !value.is_empty());
    let values = filled.map(|(key, value)| (key.to_string(), value.to_json())).collect();
    Detail::RecordCreated(RecordCreated { version: 1, values })
}

/// Writes what differs from the record before; nothing when nothing does.
pub(super) async fn update_record(
    work: &mut Work<'_>,
    (form, seen): (&CompiledForm, Option<&FormAccess>),
    old: &Stored,
    identity: Identity,
    values: Values,
) -> EngineResult<Saved> {
    let changed: Values = values
        .iter()
        .filter(|(key, value)| !same(old.values.get(*key), value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let changes = differences(old, &identity, &changed);
    if changes.is_empty() && old.title == identity.title {
        let (id, version, title) = (old.id.clone(), old.version, old.title.clone());
        return Ok(Saved { id, version, title });
    }
    let change = RowChange {
        id: identity.id,
        expected_version: old.version,
        new_version: old.version.saturating_add(1),
        revision: form.model.revision,
        title: identity.title,
        owner: identity.owner,
        department: identity.department,
        flow_status: identity.flow_status,
        updated_at: work.now,
        updated_by: work.by().to_owned(),
    };
    let statements = update(work.connection.dialect(), &form.model, &change, &changed)?;
    for (index, statement) in statements.iter().enumerate() {
        let touched =
            work.connection.run(statement).await.map_err(|error| not_unique(form, error))?;
        if index == 0 && touched == 0 {
            return Err(overtaken(work, (form, seen), old).await?);
        }
    }
    let (of, now) = ((form.model.key().as_str(), change.id.as_str()), work.now);
    let detail = Detail::RecordUpdated(RecordUpdated { version: change.new_version, changes });
    work.log_of_record(of, now, detail);
    Ok(Saved { id: change.id, version: change.new_version, title: change.title })
}

/// Somebody else was faster, between reading the record and writing it: what they did, as far
/// as the member sees it.
async fn overtaken(
    work: &mut Work<'_>,
    (form, seen): (&CompiledForm, Option<&FormAccess>),
    old: &Stored,
) -> EngineResult<EngineError> {
    let (catalog, access) = (Arc::clone(&work.catalog), work.system_access());
    let now = load(work.connection, &catalog, &form.model, &access, &old.id).await?;
    let Some(seen) = seen else {
        return Ok(EngineError::VersionConflict { version: now.version, changed: Vec::new() });
    };
    conflict(work, (&form.model, seen), &old.id, (old.version, now.version)).await
}

/// Empty is empty, whether it was never set or taken away.
pub(super) fn same(before: Option<&Value>, after: &Value) -> bool {
    match before {
        None => after.is_empty(),
        Some(before) => before == after || (before.is_empty() && after.is_empty()),
    }
}

fn differences(old: &Stored, identity: &Identity, changed: &Values) -> Vec<Change> {
    let mut found: Vec<Change> = changed
        .iter()
        .map(|(key, value)| {
            let before = old.values.get(key).map_or(Json::Null, Value::to_json);
            Change { field: key.to_string(), from: before, to: value.to_json() }
        })
        .collect();
    let system = [
        ("owner", &old.owner, &identity.owner),
        ("department", &old.department, &identity.department),
        ("flow_status", &old.flow_status, &identity.flow_status),
    ];
    for (field, before, after) in system.into_iter().filter(|(_, before, after)| before != after) {
        found.push(Change { field: field.to_owned(), from: json!(before), to: json!(after) });
    }
    found
}

/// A unique index speaks of a column; the user thinks of a field.
fn not_unique(form: &CompiledForm, error: StoreError) -> EngineError {
    let StoreError::NotUnique { constraint, .. } = &error else { return error.into() };
    let named = |column: &str| {
        let index = formwork_model::schema::Index {
            table: form.model.table(),
            columns: vec![(column.to_owned(), false)],
            unique: true,
        };
        constraint.contains(&index.name()) || constraint.ends_with(&format!(".{column}"))
    };
    let field = form.model.stored_fields().find(|(_, field)| named(&field.column));
    match field {
        Some((key, _)) => EngineError::problem(Problem::new("not_unique").at(key)),
        None => error.into(),
    }
}

/// Marks a record as deleted.
///
/// # Errors
/// A version conflict, or a failure of the database.
pub(crate) async fn delete(
    work: &mut Work<'_>,
    (form, seen): (&CompiledForm, Option<&FormAccess>),
    old: &Stored,
) -> EngineResult<()> {
    let deletion = Deletion {
        id: old.id.clone(),
        expected_version: old.version,
        new_version: old.version.saturating_add(1),
        at: work.now,
        by: work.by().to_owned(),
    };
    let statement = soft_delete(work.connection.dialect(), &form.model, &deletion);
    if work.connection.run(&statement).await? == 0 {
        return Err(overtaken(work, (form, seen), old).await?);
    }
    let (version, title) = (deletion.new_version, old.title.clone());
    let (of, now) = ((form.model.key().as_str(), old.id.as_str()), work.now);
    let detail = Detail::RecordDeleted(RecordDeleted { version, title });
    work.log_of_record(of, now, detail);
    Ok(())
}
