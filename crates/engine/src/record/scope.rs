//! A record stays within the scope in which its writer may write it.

use std::sync::Arc;

use formwork_model::{FieldKey, Problem, Values, document::Operation};
use formwork_query::{Bounds, FormAccess, within};

use super::{
    request::Save,
    stored::{Stored, load},
    write::{Identity, Saved, same},
};
use crate::{EngineError, EngineResult, catalog::CompiledForm, work::Work};

/// Refuses a record that was just written and lies where its writer may not create or change
/// one, unless the permission group says that handing over is meant. Nothing is asked of the
/// database where the change cannot have moved the record, or its owner or department says
/// enough.
pub(super) async fn must_stay(
    work: &mut Work<'_>,
    request: &Save,
    saved: &Saved,
    now: &Whereabouts,
) -> EngineResult<()> {
    let Some(moved) = may_have_left(request, now) else { return Ok(()) };
    if !stay(work, request, std::slice::from_ref(&saved.id)).await? {
        return Err(EngineError::problem(Problem::new("out_of_scope").at(moved)));
    }
    Ok(())
}

/// The field by which a record may have left the bounds of its writer.
pub(super) fn may_have_left(request: &Save, now: &Whereabouts) -> Option<String> {
    let (_, bounds) = bounds(request)?;
    let moved = bounds.fields().into_iter().find(|field| now.has_moved(request, field))?;
    let holds = bounds.plainly_hold(now.owner.as_deref(), now.department.as_deref());
    (!holds).then(|| moved.to_owned())
}

/// Whether records that were just written, all as the one that is handed in, lie where their
/// writer may write them.
pub(super) async fn stay(
    work: &mut Work<'_>,
    request: &Save,
    ids: &[String],
) -> EngineResult<bool> {
    let Some((access, bounds)) = bounds(request) else { return Ok(true) };
    let catalog = Arc::clone(&work.catalog);
    let dialect = work.connection.dialect();
    let of = (access, &bounds);
    let statement = within(dialect, catalog.as_ref(), &request.form.model, of, ids);
    Ok(work.connection.fetch(&statement).await?.len() == ids.len())
}

/// Refuses a script that has put the record, on which a member ran it, where the member may
/// change none. One that it has deleted is nowhere.
pub(super) async fn must_not_be_carried_off(
    work: &mut Work<'_>,
    form: &CompiledForm,
    access: &FormAccess,
    id: &str,
) -> EngineResult<()> {
    let Some(bounds) = access.bounds(Operation::Update) else { return Ok(()) };
    let (catalog, dialect) = (Arc::clone(&work.catalog), work.connection.dialect());
    let ids = [id.to_owned()];
    let lies_within = within(dialect, catalog.as_ref(), &form.model, (access, &bounds), &ids);
    if !work.connection.fetch(&lies_within).await?.is_empty() {
        return Ok(());
    }
    let everywhere = work.system_access();
    match load(work.connection, &catalog, &form.model, &everywhere, id).await {
        Ok(_) => Err(EngineError::problem(Problem::new("out_of_scope"))),
        Err(EngineError::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Within which bounds the writer may write.
fn bounds(request: &Save) -> Option<(&FormAccess, Bounds<'_>)> {
    let access = request.writer.access()?;
    let operation = match &request.old {
        None => Operation::Create,
        Some(_) => Operation::Update,
    };
    Some((access, access.bounds(operation)?))
}

/// Where a record lies as it is written.
pub(super) struct Whereabouts {
    owner: Option<String>,
    department: Option<String>,
    /// The fields of the form that changed.
    changed: Vec<FieldKey>,
}

impl Whereabouts {
    /// Where a record is about to lie; none when it may lie anywhere.
    pub(super) fn of(request: &Save, identity: &Identity, values: &Values) -> Option<Self> {
        bounds(request)?;
        let before = request.old.as_ref().map(|old| &old.values);
        let differs = |key: &&FieldKey| {
            let before = before.and_then(|before| before.get(*key));
            values.get(*key).is_some_and(|value| !same(before, value))
        };
        Some(Self {
            owner: identity.owner.clone(),
            department: identity.department.clone(),
            changed: values.keys().filter(differs).cloned().collect(),
        })
    }

    fn has_moved(&self, request: &Save, field: &str) -> bool {
        let Some(Stored { owner, department, .. }) = &request.old else { return true };
        match field {
            "owner" => *owner != self.owner,
            "department" => *department != self.department,
            "id" | "created_at" | "created_by" => false,
            // The database tells what the other system fields come to.
            _ if request.form.model.system.contains_key(field) => true,
            _ => self.changed.iter().any(|changed| changed.as_str() == field),
        }
    }
}
