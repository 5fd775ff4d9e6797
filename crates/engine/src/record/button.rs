//! Pressing a button of a record.

use std::sync::Arc;

use formwork_model::{
    FieldKey, Problem, Values,
    document::{Button, ButtonAction, Operation},
};
use formwork_query::FormAccess;
use serde_json::{Map, Value as Json};

use super::{
    derive::{Draft, derive},
    links::load_rule_links,
    moment::Moment,
    save::{Save, SystemFields, save},
    scope::must_not_be_carried_off,
    shown::shown_json,
    stored::Stored,
    submit::{Submission, must_be_version, must_not_be_in_flow, reach},
    typed::{read_over, typed_values, without_hidden},
    write::Identity,
};
use crate::{
    Caller, Engine, EngineError, EngineResult, catalog::CompiledForm, error::no_problems, script,
    work::Work,
};

/// What came of pressing a button.
#[derive(Debug, Clone)]
pub enum ButtonOutcome {
    /// A new record of a form for the user to complete.
    Draft {
        /// The form.
        form: String,
        /// What is filled in.
        values: Json,
    },
    /// The record was changed.
    Updated(Submission),
    /// A script ran; what it said.
    Ran(Option<String>),
}

impl Engine {
    /// Presses a button. `values` are the fields that the button asks for.
    ///
    /// # Errors
    /// `NotFound` for a record or button out of reach, `Refused` when the button is not
    /// offered now, and whatever saving answers.
    pub async fn button_press(
        &self,
        caller: &Caller,
        form: &str,
        id: &str,
        button: &str,
        version: Option<i64>,
        values: &Json,
    ) -> EngineResult<ButtonOutcome> {
        let (caller, form, id) = (caller.clone(), form.to_owned(), id.to_owned());
        let (button, values) = (button.to_owned(), values.clone());
        self.change(caller.clone(), move |work| {
            Box::pin(async move {
                let compiled = work.form(&form)?;
                let found = compiled.model.document.buttons.iter();
                let found = found.into_iter().find(|found| found.key.as_str() == button);
                let button = found.ok_or(EngineError::NotFound)?.clone();
                let operation = match button.action {
                    ButtonAction::Create { .. } => Operation::View,
                    ButtonAction::Update { .. } | ButtonAction::Script(_) => Operation::Update,
                };
                let access = caller.access(&work.catalog, &form, work.now);
                let (record, access) = reach(work, &compiled, &access, &id, operation).await?;
                if let Some(version) = version {
                    must_be_version(work, (&compiled, &access), &record, version).await?;
                }
                press(work, &caller, (&compiled, access), record, &button, &values).await
            })
        })
        .await
    }
}

async fn press(
    work: &mut Work<'_>,
    caller: &Caller,
    (form, access): (&Arc<CompiledForm>, FormAccess),
    record: Stored,
    button: &Button,
    values: &Json,
) -> EngineResult<ButtonOutcome> {
    let key = button.key.as_str();
    let mut all = record.values.clone();
    let asked = asked_values(form, &access, &record, button, values)?;
    all.extend(asked.clone());
    let (catalog, by) = (Arc::clone(&work.catalog), work.by().to_owned());
    let moment = Moment::new(&catalog, &by, work.now);
    let links = load_rule_links(work.connection, moment, &form.rules, &all).await?;
    let context = moment.context(&links);
    if !form.rules.button_offered(key, &record.values, &context) {
        return Err(EngineError::refused("button_not_offered"));
    }
    let (set, problems) = form.rules.button_values(key, &all, &context);
    no_problems(problems)?;
    match &button.action {
        ButtonAction::Create { form, .. } => draft(work, caller, form.as_str(), set).await,
        ButtonAction::Update { .. } => {
            must_not_be_in_flow(&record)?;
            let mut request = Save::typed(Arc::clone(form), access, Some(record), asked);
            request.set = set;
            Ok(ButtonOutcome::Updated(save(work, request).await?.into()))
        }
        ButtonAction::Script(script) => {
            must_not_be_in_flow(&record)?;
            let message = script::run_on_record(work, script.as_str(), form, &record).await?;
            must_not_be_carried_off(work, form, &access, &record.id).await?;
            Ok(ButtonOutcome::Ran(message))
        }
    }
}

/// Reads the fields that a button asks for; every one of them is needed, and one that the
/// record has already need not be handed in again. What they are for decides what is open: a
/// button that changes the record lets nobody type what they could not type into the record
/// itself; one that begins another record writes nothing here, and only what is hidden is
/// refused.
fn asked_values(
    form: &CompiledForm,
    access: &FormAccess,
    record: &Stored,
    button: &Button,
    json: &Json,
) -> EngineResult<Values> {
    let nothing = Json::Object(Map::new());
    let json = if json.is_null() { &nothing } else { json };
    let is_asked = |key: &&String| button.ask.iter().any(|asked| asked.as_str() == *key);
    let given = json.as_object().into_iter().flat_map(Map::keys);
    let unasked = given.filter(|key| !is_asked(key));
    let unasked =
        unasked.map(|key| Problem::new("unknown_property").with("name", key.as_str()).at(key));
    no_problems(unasked.collect())?;
    let values = match button.action {
        ButtonAction::Create { .. } => {
            let (shown, mut problems) = without_hidden(&form.model, access, json);
            let (values, found) = read_over(&form.model, Some(&record.values), &shown);
            problems.extend(found);
            no_problems(problems)?;
            values
        }
        ButtonAction::Update { .. } | ButtonAction::Script(_) => {
            typed_values(form, access, Some(record), json)?
        }
    };
    let missing = |key: &&FieldKey| {
        let value = values.get(*key).or_else(|| record.values.get(*key));
        value.is_none_or(formwork_model::Value::is_empty)
    };
    let required = button.ask.iter().filter(missing).map(|key| Problem::new("required").at(key));
    no_problems(required.collect())?;
    Ok(values)
}

/// A new record with the set fields, and what follows from them, for the user to complete.
async fn draft(
    work: &mut Work<'_>,
    caller: &Caller,
    form: &str,
    set: Values,
) -> EngineResult<ButtonOutcome> {
    let compiled = work.form(form)?;
    let access = caller.access(&work.catalog, form, work.now);
    if !access.may(Operation::Create) {
        return Err(EngineError::Forbidden);
    }
    let catalog = Arc::clone(&work.catalog);
    let moment = Moment::new(&catalog, &caller.member, work.now);
    let identity = Identity::of(moment, None, &SystemFields::default());
    let mut system = identity.system_values(&compiled.model);
    // It is no record yet.
    system.shift_remove("id");
    let draft = Draft { form: &compiled, old: None, system, set, picked: &[], unstamped: None };
    let derived = derive(work.connection, moment, draft).await?;
    let values = shown_json(work.connection, &catalog, &compiled, &access, &derived.values).await?;
    Ok(ButtonOutcome::Draft { form: form.to_owned(), values })
}
