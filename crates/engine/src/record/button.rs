//! Pressing a button of a record.

use std::{collections::HashSet, sync::Arc};

use formwork_model::{
    FieldKey, Problem, Problems, Values,
    document::{Button, ButtonAction, Operation},
};
use formwork_query::FormAccess;
use serde_json::{Map, Value as Json};

use super::{
    evaluate::{settle, shown_json},
    fill,
    links::load_rule_links,
    save::{Save, save},
    stored::Stored,
    submit::{Submission, must_be_version, must_not_be_in_process, reach},
};
use crate::{
    Caller, Engine, EngineError, EngineResult,
    catalog::CompiledForm,
    error::no_problems,
    script,
    work::{Work, rule_context},
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
    let asked = asked_values(form, &record.values, button, values)?;
    all.extend(asked.clone());
    let links = load_rule_links(work.connection, &work.catalog, &form.rules, &all).await?;
    let context = rule_context(&work.catalog, work.principal.by(), work.now, &links);
    if !form.rules.button_offered(key, &record.values, &context) {
        return Err(EngineError::refused("button_not_offered"));
    }
    let (set, problems) = form.rules.button_values(key, &all, &context);
    no_problems(problems)?;
    match &button.action {
        ButtonAction::Create { form, .. } => draft(work, caller, form.as_str(), set).await,
        ButtonAction::Update { .. } => {
            must_not_be_in_process(&record)?;
            let mut changes = asked;
            changes.extend(set);
            let request = Save::change(Arc::clone(form), record, changes).seen_with(access);
            Ok(ButtonOutcome::Updated(save(work, request).await?.into()))
        }
        ButtonAction::Script(script) => {
            must_not_be_in_process(&record)?;
            let message = script::run_on_record(work, script.as_str(), form, &record).await?;
            Ok(ButtonOutcome::Ran(message))
        }
    }
}

/// Reads the fields that a button asks for; every one of them is needed, and one that the
/// record has already need not be handed in again.
fn asked_values(
    form: &CompiledForm,
    record: &Values,
    button: &Button,
    json: &Json,
) -> EngineResult<Values> {
    let given = json.as_object().cloned().unwrap_or_default();
    let asked: Map<String, Json> = given
        .into_iter()
        .filter(|(key, _)| button.ask.iter().any(|asked| asked.as_str() == key))
        .collect();
    let (values, mut problems) = form.model.read_values(&Json::Object(asked));
    let missing = |key: &&FieldKey| {
        let value = values.get(*key).or_else(|| record.get(*key));
        value.is_none_or(formwork_model::Value::is_empty)
    };
    let required: Problems =
        button.ask.iter().filter(missing).map(|key| Problem::new("required").at(key)).collect();
    problems.extend(required);
    no_problems(problems)?;
    Ok(values)
}

/// A new record with the set fields, and what follows from them, for the user to complete.
async fn draft(
    work: &mut Work<'_>,
    caller: &Caller,
    form: &str,
    mut values: Values,
) -> EngineResult<ButtonOutcome> {
    let compiled = work.form(form)?;
    let access = caller.access(&work.catalog, form, work.now);
    if !access.may(Operation::Create) {
        return Err(EngineError::Forbidden);
    }
    let given: HashSet<FieldKey> = values.keys().cloned().collect();
    let catalog = Arc::clone(&work.catalog);
    let picked = fill::picked(&compiled.model, None, &values);
    let mut filled = values.clone();
    settle(
        work.connection,
        &catalog,
        &compiled,
        (work.principal.by(), work.now),
        &mut filled,
        true,
        &picked,
    )
    .await?;
    // What the button sets itself wins over what its links fill in.
    for key in given {
        if let Some(value) = values.shift_remove(&key) {
            filled.insert(key, value);
        }
    }
    let nested: Vec<fill::Picked> = fill::picked(&compiled.model, None, &filled)
        .into_iter()
        .filter(|pick| matches!(pick, fill::Picked::Cell(..)))
        .collect();
    let keep = HashSet::new();
    let keep = fill::Given::Fields(&keep);
    fill::fill(work.connection, &catalog, &compiled.model, &mut filled, &nested, keep).await?;
    let links = load_rule_links(work.connection, &catalog, &compiled.rules, &filled).await?;
    let context = rule_context(&catalog, work.principal.by(), work.now, &links);
    compiled.rules.compute(&mut filled, &context);
    let values = shown_json(work.connection, &catalog, &compiled, &access, &filled).await?;
    Ok(ButtonOutcome::Draft { form: form.to_owned(), values })
}
