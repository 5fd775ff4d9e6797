//! A record as its page shows it to one member.

use super::{
    links::load_rule_links,
    locked::{failures_of, locks_of, shows},
    moment::Moment,
    stored::{Reached, Stored, reached, read_grants, record_json},
};
use crate::{
    Caller, Engine, EngineError, EngineResult,
    caller::operations,
    catalog::{Catalog, CompiledForm},
    flow,
};
use formwork_model::{FieldKey, Problems, Values, document::Operation};
use formwork_query::{FieldAccess, FormAccess, reaching_grants};
use formwork_rules::Locks;
use formwork_store::{
    Connection,
    repo::{instance::instance_of_record, task::task_of_member_on_record},
};

/// A record and what the member can do with it.
#[derive(Debug, Clone)]
pub struct OpenRecord {
    /// The record as the JSON text that the database built, masked.
    pub record: String,
    /// The fields that are shown, and whether they can be changed.
    pub fields: Vec<(FieldKey, FieldAccess)>,
    /// What may be done.
    pub operations: Vec<Operation>,
    /// The buttons that are offered.
    pub buttons: Vec<String>,
    /// The member's open task on it.
    pub task: Option<String>,
    /// Whether it is or was in a process.
    pub has_instance: bool,
    /// Whether the member may take it back out of its process now.
    pub can_withdraw: bool,
    /// Why formulas that are shown have no value.
    pub failures: Problems,
}

/// What the rules of a form say of a record as it stands.
#[derive(Default)]
struct Now {
    buttons: Vec<String>,
    locks: Locks,
    failures: Problems,
}

impl Engine {
    /// A record within the member's reach: by permission, or because the member takes part
    /// in its process.
    ///
    /// # Errors
    /// `NotFound` out of reach.
    pub async fn record_open(
        &self,
        caller: &Caller,
        form: &str,
        id: &str,
    ) -> EngineResult<OpenRecord> {
        let catalog = self.catalog();
        let compiled = catalog.compiled(form).ok_or(EngineError::NotFound)?;
        let mut connection = self.store().read().await?;
        let (access, record, found) =
            self.opened(&mut connection, &catalog, caller, compiled, id).await?;
        // A record that never was in a process has no status; most have none.
        let instance = match &found.flow_status {
            Some(_) => instance_of_record(&mut connection, id).await?,
            None => None,
        };
        let repairs =
            instance.as_ref().is_some_and(|row| flow::may_repair(&catalog, row, &caller.member));
        let running = found.flow_status.as_deref() == Some("running") && !repairs;
        let of = (&found, &access);
        let Now { buttons, locks, failures } =
            self.judged_now(&mut connection, &catalog, caller, compiled, of).await?;
        let mut operations = operations(&access);
        if running {
            operations.retain(|one| !matches!(one, Operation::Update | Operation::Delete));
        }
        let can_withdraw = match &instance {
            Some(instance) => flow::can_withdraw(instance, &caller.member)?,
            None => false,
        };
        Ok(OpenRecord {
            record: record.unwrap_or(found.json),
            fields: shown_fields(compiled, &access, running)
                .into_iter()
                .map(|(key, open)| match locks.field(&key) {
                    Some(_) => (key, FieldAccess::Read),
                    None => (key, open),
                })
                .collect(),
            operations,
            buttons,
            task: match &instance {
                Some(_) => task_of_member_on_record(&mut connection, id, &caller.member).await?,
                None => None,
            },
            has_instance: instance.is_some(),
            can_withdraw,
            failures,
        })
    }

    /// A record within the member's reach as its JSON, with what is hidden left out.
    ///
    /// # Errors
    /// `NotFound` out of reach.
    pub async fn record_json(&self, caller: &Caller, form: &str, id: &str) -> EngineResult<String> {
        let catalog = self.catalog();
        let compiled = catalog.compiled(form).ok_or(EngineError::NotFound)?;
        let mut connection = self.store().read().await?;
        let access = caller.access(&catalog, form, self.now());
        let found = reached(&mut connection, &catalog, compiled, &access, id).await?;
        if let Some(found) = found
            && found.access.may(Operation::View)
            && found.access.shows_all()
        {
            return Ok(found.json);
        }
        let access = self.seen(&mut connection, &catalog, caller, compiled, id).await?;
        record_json(&mut connection, &catalog, &compiled.model, &access, id).await
    }

    /// A record with the access to it: as the member sees it where that differs, and as it
    /// is.
    async fn opened(
        &self,
        connection: &mut Connection,
        catalog: &Catalog,
        caller: &Caller,
        form: &CompiledForm,
        id: &str,
    ) -> EngineResult<(FormAccess, Option<String>, Reached)> {
        let model = &form.model;
        let access = caller.access(catalog, model.key().as_str(), self.now());
        let found = reached(connection, catalog, form, &access, id).await?;
        let found = found.ok_or(EngineError::NotFound)?;
        let access = if found.access.may(Operation::View) {
            found.access.clone().only_record(id)
        } else {
            flow::participant_access(self, connection, catalog, caller, form, id).await?
        };
        let seen = if access.shows_all() {
            None
        } else {
            Some(record_json(connection, catalog, model, &access, id).await?)
        };
        Ok((access, seen, found))
    }

    /// The access with which a member sees a record, narrowed to it.
    pub(crate) async fn seen(
        &self,
        connection: &mut Connection,
        catalog: &Catalog,
        caller: &Caller,
        form: &CompiledForm,
        id: &str,
    ) -> EngineResult<FormAccess> {
        let access = caller.access(catalog, form.model.key().as_str(), self.now());
        let dialect = connection.dialect();
        let statement = reaching_grants(dialect, catalog, &form.model, &access, id);
        if let Some(row) = connection.fetch(&statement).await?.first() {
            let narrowed = access.narrowed_to(&read_grants(&row.text(0)?)?);
            if narrowed.may(Operation::View) {
                return Ok(narrowed.only_record(id));
            }
        }
        flow::participant_access(self, connection, catalog, caller, form, id).await
    }

    /// Refuses members who do not see a record; answers their access to it.
    pub(crate) async fn must_see(
        &self,
        caller: &Caller,
        form: &str,
        id: &str,
    ) -> EngineResult<FormAccess> {
        let catalog = self.catalog();
        let compiled = catalog.compiled(form).ok_or(EngineError::NotFound)?;
        let mut connection = self.store().read().await?;
        let access = self.seen(&mut connection, &catalog, caller, compiled, id).await?;
        record_json(&mut connection, &catalog, &compiled.model, &access, id).await?;
        Ok(access)
    }

    /// What the form's rules say of a record as it stands. One without buttons, formulas and
    /// `read_only` rules is not even read.
    async fn judged_now(
        &self,
        connection: &mut Connection,
        catalog: &Catalog,
        caller: &Caller,
        form: &CompiledForm,
        (found, access): (&Reached, &FormAccess),
    ) -> EngineResult<Now> {
        let mut now = Now::default();
        let running = found.flow_status.as_deref() == Some("running");
        let has_buttons = !running && !form.model.document.buttons.is_empty();
        let may_lock = access.may(Operation::Update) && form.rules.can_lock();
        if !has_buttons && !may_lock && !form.rules.has_formulas() {
            return Ok(now);
        }
        let stored = found.stored(&form.model)?;
        let moment = Moment::new(catalog, &caller.member, self.now());
        if has_buttons {
            now.buttons = self.offered_buttons(connection, catalog, caller, form, &stored).await?;
        }
        if may_lock {
            now.locks = locks_of(connection, moment, form, &stored).await?;
        }
        now.failures = failures_of(connection, moment, form, &stored.values).await?.problems();
        now.failures.retain(|problem| shows(access, &problem.pointer));
        Ok(now)
    }

    async fn offered_buttons(
        &self,
        connection: &mut Connection,
        catalog: &Catalog,
        caller: &Caller,
        form: &CompiledForm,
        record: &Stored,
    ) -> EngineResult<Vec<String>> {
        let values: &Values = &record.values;
        let moment = Moment::new(catalog, &caller.member, self.now());
        let links = load_rule_links(connection, moment, &form.rules, values).await?;
        let context = moment.context(&links);
        let buttons = form.model.document.buttons.iter().map(|button| button.key.as_str());
        let offered = buttons.filter(|key| form.rules.button_offered(key, values, &context));
        Ok(offered.map(str::to_owned).collect())
    }
}

/// The fields that are shown, and whether this member may type into them now.
pub(crate) fn shown_fields(
    form: &CompiledForm,
    access: &FormAccess,
    locked: bool,
) -> Vec<(FieldKey, FieldAccess)> {
    let all = form.model.fields.iter().chain(&form.model.system);
    all.filter_map(|(key, field)| match access.field(key) {
        FieldAccess::Hidden => None,
        FieldAccess::Edit if field.is_typed() && !locked => Some((key.clone(), FieldAccess::Edit)),
        _ => Some((key.clone(), FieldAccess::Read)),
    })
    .collect()
}
