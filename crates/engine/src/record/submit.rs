//! Submitting new records and changing stored ones, in a member's name.

use std::sync::Arc;

use formwork_model::document::Operation;
use formwork_query::FormAccess;
use formwork_store::repo::instance::instance_of_record;
use serde_json::Value as Json;

use super::{
    conflict::conflict,
    save::{Demand, Save, Saved, delete, save},
    save_many::save_many,
    stored::{Stored, hold, reached},
    typed::typed_values,
};
use crate::{Caller, Engine, EngineError, EngineResult, catalog::CompiledForm, flow, work::Work};

/// A record as it stands after a submit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// Its title.
    pub title: String,
}

impl Engine {
    /// Submits a new record; with a flow its process starts. A draft is kept unchecked for
    /// completeness and starts nothing.
    ///
    /// # Errors
    /// `NotFound` for an unknown form, `Forbidden` without the right to create, every
    /// problem of the values at once.
    pub async fn record_create(
        &self,
        caller: &Caller,
        form: &str,
        values: &Json,
        draft: bool,
    ) -> EngineResult<Submission> {
        let (caller, form, values) = (caller.clone(), form.to_owned(), values.clone());
        self.change(caller.clone(), move |work| {
            Box::pin(async move { create(work, &caller, &form, &values, draft).await })
        })
        .await
    }

    /// Changes fields of a record.
    ///
    /// # Errors
    /// `NotFound` out of reach, `Forbidden` without the right to update, `VersionConflict`
    /// when it changed since `version`, every problem of the values at once.
    pub async fn record_update(
        &self,
        caller: &Caller,
        form: &str,
        id: &str,
        version: i64,
        values: &Json,
    ) -> EngineResult<Submission> {
        let (caller, form, id) = (caller.clone(), form.to_owned(), id.to_owned());
        let values = values.clone();
        self.change(caller.clone(), move |work| {
            Box::pin(
                async move { update(work, &caller, (&form, &id), Some(version), &values).await },
            )
        })
        .await
    }

    /// Submits a draft, or a record that came back to its starter.
    ///
    /// # Errors
    /// As [`Engine::record_update`]; `Refused` when it is not waiting to be submitted.
    pub async fn record_submit(
        &self,
        caller: &Caller,
        form: &str,
        id: &str,
        version: i64,
        values: &Json,
    ) -> EngineResult<Submission> {
        let (caller, form, id) = (caller.clone(), form.to_owned(), id.to_owned());
        let values = values.clone();
        self.change(caller.clone(), move |work| {
            Box::pin(async move {
                let compiled = work.form(&form)?;
                let access = caller.access(&work.catalog, &form, work.now);
                let (old, access) = reach(work, &compiled, &access, &id, Operation::Update).await?;
                must_be_version(work, (&compiled, &access), &old, version).await?;
                let status = old.flow_status.clone().unwrap_or_default();
                if !matches!(status.as_str(), "draft" | "returned" | "withdrawn" | "cancelled") {
                    return Err(EngineError::refused("not_to_be_submitted"));
                }
                must_not_pass_a_flow_by(work, &form)?;
                let typed = typed_values(&compiled, &access, Some(&old), &values)?;
                let mut request = Save::typed(Arc::clone(&compiled), access, Some(old), typed);
                request.demand = Demand::Whole;
                if work.catalog.flow_of(&form).is_none() {
                    // Complete is all that it can become.
                    request.system.flow_status = Some(None);
                }
                let saved = save(work, request).await?;
                flow::submit_again(work, &compiled, &saved).await?;
                Ok(saved.into())
            })
        })
        .await
    }

    /// Deletes a record. It can no longer be seen; its history is kept.
    ///
    /// # Errors
    /// As [`Engine::record_update`].
    pub async fn record_delete(
        &self,
        caller: &Caller,
        form: &str,
        id: &str,
        version: i64,
    ) -> EngineResult<()> {
        let (caller, form, id) = (caller.clone(), form.to_owned(), id.to_owned());
        self.change(caller.clone(), move |work| {
            Box::pin(async move { remove(work, &caller, (&form, &id), Some(version)).await })
        })
        .await
    }
}

impl From<Saved> for Submission {
    fn from(saved: Saved) -> Self {
        Self { id: saved.id, version: saved.version, title: saved.title }
    }
}

/// Makes a record of what a member typed, and starts its process.
pub(super) async fn create(
    work: &mut Work<'_>,
    caller: &Caller,
    form: &str,
    values: &Json,
    draft: bool,
) -> EngineResult<Submission> {
    let compiled = work.form(form)?;
    let access = caller.access(&work.catalog, form, work.now);
    if !access.may(Operation::Create) {
        return Err(refused_operation(&access));
    }
    let typed = typed_values(&compiled, &access, None, values)?;
    create_and_start(work, Save::typed(compiled, access, None, typed), draft).await
}

/// Makes records of what a member typed, together, where no process starts with them. What
/// became of each, in their order; no answer when what was written must be undone and they
/// are to be made one by one.
pub(super) async fn create_many(
    work: &mut Work<'_>,
    caller: &Caller,
    form: &str,
    items: &[(&Json, bool)],
) -> EngineResult<Option<Vec<EngineResult<Submission>>>> {
    let compiled = work.form(form)?;
    let access = caller.access(&work.catalog, form, work.now);
    let starts = work.catalog.flow_of(form).is_some() || work.catalog.has_disabled_flow(form);
    if !access.may(Operation::Create) || (starts && items.iter().any(|(_, draft)| !draft)) {
        return Ok(None);
    }
    let (mut outcomes, mut requests) = (Vec::with_capacity(items.len()), Vec::new());
    for (values, draft) in items {
        let typed = typed_values(&compiled, &access, None, values);
        outcomes.push(typed.map(|typed| {
            let mut request = Save::typed(Arc::clone(&compiled), access.clone(), None, typed);
            if *draft {
                request.system.flow_status = Some(Some("draft".to_owned()));
                request.demand = Demand::Nothing;
            }
            requests.push(request);
        }));
    }
    let Some(saved) = save_many(work, &compiled, requests).await? else { return Ok(None) };
    let mut saved = saved.into_iter();
    let lost = || Err(EngineError::unexpected("a record without an outcome"));
    let outcome = |read: EngineResult<()>| read.and_then(|()| saved.next().unwrap_or_else(lost));
    let outcomes = outcomes.into_iter().map(outcome);
    Ok(Some(outcomes.map(|saved| saved.map(Submission::from)).collect()))
}

/// Changes what a member typed of a record, at a version or whatever is stored.
pub(super) async fn update(
    work: &mut Work<'_>,
    caller: &Caller,
    (form, id): (&str, &str),
    version: Option<i64>,
    values: &Json,
) -> EngineResult<Submission> {
    let compiled = work.form(form)?;
    let access = caller.access(&work.catalog, form, work.now);
    let (old, access) = reach(work, &compiled, &access, id, Operation::Update).await?;
    must_be_open(work, &old).await?;
    if let Some(version) = version {
        must_be_version(work, (&compiled, &access), &old, version).await?;
    }
    let typed = typed_values(&compiled, &access, Some(&old), values)?;
    let is_draft = old.flow_status.as_deref() == Some("draft");
    let mut request = Save::typed(compiled, access, Some(old), typed);
    if is_draft {
        request.demand = Demand::Nothing;
    }
    Ok(save(work, request).await?.into())
}

/// Deletes a record in a member's name, at a version or whatever is stored.
pub(super) async fn remove(
    work: &mut Work<'_>,
    caller: &Caller,
    (form, id): (&str, &str),
    version: Option<i64>,
) -> EngineResult<()> {
    let compiled = work.form(form)?;
    let access = caller.access(&work.catalog, form, work.now);
    let (old, access) = reach(work, &compiled, &access, id, Operation::Delete).await?;
    must_not_be_in_flow(&old)?;
    if let Some(version) = version {
        must_be_version(work, (&compiled, &access), &old, version).await?;
    }
    delete(work, (&compiled, Some(&access)), &old).await
}

/// Saves a new record and starts its process, when its form has one.
pub(crate) async fn create_and_start(
    work: &mut Work<'_>,
    mut request: Save,
    draft: bool,
) -> EngineResult<Submission> {
    let form = Arc::clone(&request.form);
    if !draft {
        must_not_pass_a_flow_by(work, form.model.key().as_str())?;
    }
    let has_flow = work.catalog.flow_of(form.model.key().as_str()).is_some();
    request.system.flow_status = (has_flow || draft).then(|| Some("draft".to_owned()));
    if draft {
        request.demand = Demand::Nothing;
    }
    let saved = save(work, request).await?;
    if has_flow && !draft {
        flow::start(work, &form, &saved).await?;
    }
    Ok(saved.into())
}

/// A form's records wait while its flow cannot run: none goes its way without it.
fn must_not_pass_a_flow_by(work: &Work<'_>, form: &str) -> EngineResult<()> {
    if work.catalog.has_disabled_flow(form) {
        return Err(EngineError::refused("flow_disabled"));
    }
    Ok(())
}

/// Loads a record for an operation: not found when the member does not see it, forbidden
/// when it is seen and the operation is not granted there. What is going to change is held
/// until the transaction ends: what is decided by its state holds until then.
pub(crate) async fn reach(
    work: &mut Work<'_>,
    form: &CompiledForm,
    access: &FormAccess,
    id: &str,
    operation: Operation,
) -> EngineResult<(Stored, FormAccess)> {
    let catalog = Arc::clone(&work.catalog);
    if operation != Operation::View {
        hold(work.connection, &form.model, id).await?;
    }
    let found = reached(work.connection, &catalog, form, access, id).await?;
    let found = found.filter(|found| found.access.may(Operation::View));
    let found = found.ok_or(EngineError::NotFound)?;
    if !found.access.may(operation) {
        return Err(EngineError::Forbidden);
    }
    Ok((found.stored(&form.model)?, found.access))
}

fn refused_operation(access: &FormAccess) -> EngineError {
    if access.may(Operation::View) { EngineError::Forbidden } else { EngineError::NotFound }
}

/// While others decide, a record changes only through their tasks.
pub(crate) fn must_not_be_in_flow(record: &Stored) -> EngineResult<()> {
    if record.flow_status.as_deref() == Some("running") {
        return Err(EngineError::refused("record_in_flow"));
    }
    Ok(())
}

/// The same; those who look after a flow also mend a record on which an instance is stuck.
async fn must_be_open(work: &mut Work<'_>, record: &Stored) -> EngineResult<()> {
    let Err(refused) = must_not_be_in_flow(record) else { return Ok(()) };
    let instance = instance_of_record(work.connection, &record.id).await?;
    match instance {
        Some(instance) if flow::may_repair(&work.catalog, &instance, work.by()) => Ok(()),
        _ => Err(refused),
    }
}

/// Refuses a change that was made from another version, and says what happened since as far
/// as the access shows it.
pub(crate) async fn must_be_version(
    work: &mut Work<'_>,
    (form, access): (&CompiledForm, &FormAccess),
    record: &Stored,
    version: i64,
) -> EngineResult<()> {
    if record.version == version {
        return Ok(());
    }
    let seen = (form.model.as_ref(), access);
    Err(conflict(work, seen, &record.id, (version, record.version)).await?)
}
