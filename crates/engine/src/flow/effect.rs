//! Changing records in the name of an instance.

use std::sync::Arc;

use formwork_flow::Status;
use formwork_model::{FieldKey, FormModel, Problem, Value, Values, document::Effect};
use formwork_rules::{Failures, Links, Variables};
use formwork_store::Part;
use indexmap::IndexMap;

use super::{
    facts::linked_form,
    running::{Running, change_record, record_of},
};
use crate::{
    EngineError, EngineResult,
    record::{
        LinkLoader, failed_formulas,
        save::{Save, SystemFields, Writer, save},
        stored::load_held,
    },
    work::{Work, rule_context},
};

type Expressions = IndexMap<FieldKey, String>;

/// Carries out one effect of an `act` step.
pub(super) async fn run(
    work: &mut Work<'_>,
    running: &mut Running,
    effect: &Effect,
) -> EngineResult<()> {
    let record = record_of(work, running).await?.values.clone();
    let failures = failed_formulas(work, &Arc::clone(&running.form), &record).await?;
    match effect {
        Effect::Create { form, set, for_each, when } => {
            let target = work.form(form.as_str())?;
            let links = links_of(work, running, set, when.as_deref(), &record).await?;
            let rows: Vec<Option<&Values>> = match for_each {
                None => vec![None],
                Some(subform) => {
                    let rows = record.get(subform).map_or(&[][..], Value::rows);
                    rows.iter().map(|row| Some(&row.values)).collect()
                }
            };
            let mut records = Vec::new();
            for row in rows {
                let mut variables = Variables::of(&record).with_failures(&failures);
                if let Some(row) = row {
                    variables = variables.in_row(row);
                }
                if holds((work, running), when.as_deref(), &variables, &links)? {
                    records.push(evaluate(
                        (work, running),
                        set,
                        &target.model,
                        &variables,
                        &links,
                    )?);
                }
            }
            for values in records {
                save(work, Save::set(Arc::clone(&target), Writer::Flow, None, values)).await?;
            }
            Ok(())
        }
        Effect::Update { link: None, set, when } => {
            let links = links_of(work, running, set, when.as_deref(), &record).await?;
            let variables = Variables::of(&record).with_target(&record).with_failures(&failures);
            if !holds((work, running), when.as_deref(), &variables, &links)? {
                return Ok(());
            }
            let values = evaluate((work, running), set, &running.form.model, &variables, &links)?;
            change_record(work, running, values, SystemFields::default()).await
        }
        Effect::Update { link: Some(link), set, when } => {
            let set = (set, when.as_deref());
            update_linked(work, running, link, set, (&record, &failures)).await
        }
    }
}

async fn update_linked(
    work: &mut Work<'_>,
    running: &mut Running,
    link: &FieldKey,
    (set, when): (&Expressions, Option<&str>),
    (record, failures): (&Values, &Failures),
) -> EngineResult<()> {
    let Some(form) = linked_form(&running.form, link) else { return Ok(()) };
    let Some(id) = record.get(link).and_then(Value::as_text) else { return Ok(()) };
    let target = work.form(&form)?;
    let old = load_held(work, &target.model, id).await?;
    let links = links_of(work, running, set, when, record).await?;
    let target_values = old.values.clone();
    let variables = Variables::of(record).with_target(&target_values).with_failures(failures);
    if !holds((work, running), when, &variables, &links)? {
        return Ok(());
    }
    let values = evaluate((work, running), set, &target.model, &variables, &links)?;
    save(work, Save::set(target, Writer::Flow, Some(old), values)).await?;
    if form == running.row.form && id == running.row.record {
        // The link leads back to where it starts: what was read of it is no more.
        running.record = None;
    }
    Ok(())
}

/// Sets the record's flow status, and what the flow sets with it.
pub(super) async fn set_status(
    work: &mut Work<'_>,
    running: &mut Running,
    status: Status,
    set: &Expressions,
) -> EngineResult<()> {
    let record = record_of(work, running).await?.values.clone();
    let links = links_of(work, running, set, None, &record).await?;
    let values =
        evaluate((work, running), set, &running.form.model, &Variables::of(&record), &links)?;
    let flow_status = Some(Some(status.flow_status().to_owned()));
    let system = SystemFields { flow_status, ..SystemFields::default() };
    change_record(work, running, values, system).await
}

/// Ends a part of the change that may be refused ([`Work::begin_part`]): when it was, it alone
/// is undone, and the reason answered. A failure of the machinery undoes it too, and goes on to
/// whoever ends the whole.
pub(super) async fn end_part(
    work: &mut Work<'_>,
    running: &mut Running,
    part: Part,
    done: EngineResult<()>,
) -> EngineResult<Option<Problem>> {
    let Err(error) = done else {
        work.end_part(part, false).await?;
        return Ok(None);
    };
    running.record = None;
    let ended = work.end_part(part, true).await;
    // What went wrong first is the reason, also when the connection is gone with it.
    let reason = refusal_of(error)?;
    ended?;
    Ok(Some(reason))
}

/// What a change was refused for. Failures of the machinery are none: they end the whole.
fn refusal_of(error: EngineError) -> EngineResult<Problem> {
    match error {
        EngineError::Problems(mut problems) if !problems.is_empty() => Ok(problems.swap_remove(0)),
        EngineError::Refused(problem) => Ok(problem),
        EngineError::NotFound => Ok(Problem::new("unknown_record")),
        EngineError::Forbidden => Ok(Problem::new("forbidden")),
        EngineError::VersionConflict { version, .. } => {
            Ok(Problem::new("version_conflict").with("version", version))
        }
        other => Err(other),
    }
}

async fn links_of(
    work: &mut Work<'_>,
    running: &Running,
    set: &Expressions,
    when: Option<&str>,
    record: &Values,
) -> EngineResult<Links> {
    let mut loader = LinkLoader::default();
    for text in set.values().map(String::as_str).chain(when) {
        let expression = running.version.expression(text).map_err(EngineError::problem)?;
        loader.add_expression(&running.form.model, &expression, record);
    }
    loader.load(work.connection, &work.catalog).await
}

fn holds(
    (work, running): (&Work<'_>, &Running),
    when: Option<&str>,
    variables: &Variables<'_>,
    links: &Links,
) -> EngineResult<bool> {
    let Some(when) = when else { return Ok(true) };
    let context = rule_context(&work.catalog, work.principal.by(), work.now, links);
    let verdict = running.version.expression(when).and_then(|when| when.holds(variables, &context));
    verdict.map_err(EngineError::problem)
}

/// The values of expressions, made to fit the fields of the record that they are for.
fn evaluate(
    (work, running): (&Work<'_>, &Running),
    set: &Expressions,
    target: &FormModel,
    variables: &Variables<'_>,
    links: &Links,
) -> EngineResult<Values> {
    let context = rule_context(&work.catalog, work.principal.by(), work.now, links);
    let mut values = Values::new();
    for (key, text) in set {
        // It was there when the flow was published: the form has retired it since, and the
        // instance goes on without.
        let Some(field) = target.field(key.as_str()) else { continue };
        let value = running
            .version
            .expression(text)
            .and_then(|expression| expression.evaluate(variables, &context))
            .and_then(|value| field.kind.fit(value))
            .map_err(|problem| EngineError::problem(problem.at(key)))?;
        values.insert(key.clone(), value);
    }
    Ok(values)
}
