//! Many changes of one form in one request: through the same door as single ones.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use formwork_model::{
    FieldKey, Filter, Operator, Problem, Problems, Value, document::Operation, problem::capped,
};
use serde_json::Value as Json;

use super::{
    list::first_ids_where,
    stored::hold,
    submit::{Submission, create, create_many, remove, update},
    typed::is_typed,
};
use crate::{
    Caller, Engine, EngineError, EngineResult, catalog::CompiledForm, error::no_problems,
    work::Work,
};

/// The longest that a batch may hold its transaction; what takes longer is undone.
const LONGEST_BATCH: Duration = Duration::from_secs(20);
/// Most records that are made together; between them it is looked how long it has taken.
const MOST_TOGETHER: usize = 250;
/// Most items of a batch.
const MAX_BATCH: usize = 1000;

/// What becomes of the others when one item of a batch is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchMode {
    /// Nothing is done.
    All,
    /// They are done all the same.
    Each,
}

/// One change of a batch.
#[derive(Debug, Clone)]
pub enum BatchItem {
    /// A new record.
    Create {
        /// Values by field.
        values: Json,
        /// Keeps it as a draft.
        draft: bool,
    },
    /// A change of a record.
    Update {
        /// Its id.
        id: String,
        /// The version that the change was made from; none for whatever is stored.
        version: Option<i64>,
        /// Values by field.
        values: Json,
    },
    /// A change of the record that has the same value in a unique field, or a new one.
    Upsert {
        /// The unique field.
        by: FieldKey,
        /// Values by field, that one included.
        values: Json,
    },
    /// A deletion.
    Delete {
        /// The record's id.
        id: String,
        /// The version that the deletion was decided on; none for whatever is stored.
        version: Option<i64>,
    },
    /// What could not be read as any of these, and why.
    Unreadable(Problems),
}

impl BatchItem {
    /// Whether it makes a record, whatever is stored.
    fn is_new(&self) -> bool {
        matches!(self, Self::Create { .. })
    }
}

/// What came of an item.
#[derive(Debug)]
pub enum BatchOutcome {
    /// A record was made.
    Created(Submission),
    /// A record was changed, or was so already.
    Updated(Submission),
    /// A record was deleted.
    Deleted {
        /// Its id.
        id: String,
    },
    /// Nothing was done.
    Refused(EngineError),
}

impl Engine {
    /// Carries out a batch in one transaction: each item as if it came alone, one after the
    /// other, so that an item sees what those before it did.
    ///
    /// # Errors
    /// `NotFound` for an unknown form; with [`BatchMode::All`] every problem of every item
    /// under `items/{index}`; a failure of the database, which undoes all.
    pub async fn record_batch(
        &self,
        caller: &Caller,
        form: &str,
        mode: BatchMode,
        items: Vec<BatchItem>,
    ) -> EngineResult<Vec<BatchOutcome>> {
        if items.len() > MAX_BATCH {
            let problem = Problem::new("too_many_values").with("max", MAX_BATCH).at("items");
            return Err(EngineError::problem(problem));
        }
        let (caller, form) = (caller.clone(), form.to_owned());
        self.change(caller.clone(), move |work| {
            Box::pin(async move {
                work.form(&form)?;
                let access = caller.access(&work.catalog, &form, work.now);
                if !access.may(Operation::View) && !access.may(Operation::Create) {
                    return Err(EngineError::NotFound);
                }
                hold_in_order(work, &form, &items).await?;
                let mut outcomes = Vec::with_capacity(items.len());
                let begun = Instant::now();
                for run in items.chunk_by(|one, other| one.is_new() && other.is_new()) {
                    for run in run.chunks(MOST_TOGETHER) {
                        if begun.elapsed() > LONGEST_BATCH {
                            return Err(EngineError::TooSlow);
                        }
                        outcomes.extend(carry_out_run(work, &caller, &form, run).await?);
                    }
                }
                match mode {
                    BatchMode::Each => Ok(outcomes),
                    BatchMode::All => all_or_nothing(outcomes),
                }
            })
        })
        .await
    }
}

/// Holds every record that is named, by value or by id, in one order: batches that name the
/// same ones wait for each other rather than stand in each other's way.
async fn hold_in_order(work: &mut Work<'_>, form: &str, items: &[BatchItem]) -> EngineResult<()> {
    let named = items.iter().filter_map(|item| match item {
        BatchItem::Update { id, .. } | BatchItem::Delete { id, .. } => Some(id),
        BatchItem::Create { .. } | BatchItem::Upsert { .. } | BatchItem::Unreadable(_) => None,
    });
    // What is no id is held by nobody, and found by nobody either.
    let named: BTreeSet<&String> = named.filter(|id| !id.contains('\0')).collect();
    let compiled = work.form(form)?;
    let sought = items.iter().filter_map(|item| match item {
        BatchItem::Upsert { by, values } => {
            let value = unique_value(&compiled, by, values).ok()?;
            Some(format!("{form}.{by}={}", value.to_json()))
        }
        _ => None,
    });
    work.connection.hold_names(&sought.collect::<Vec<_>>()).await?;
    for id in named {
        hold(work.connection, &compiled.model, id).await?;
    }
    Ok(())
}

/// Carries out items that stand together: all of them make records, or there is just one.
async fn carry_out_run(
    work: &mut Work<'_>,
    caller: &Caller,
    form: &str,
    run: &[BatchItem],
) -> EngineResult<Vec<BatchOutcome>> {
    let new: Vec<(&Json, bool)> = run
        .iter()
        .filter_map(|item| match item {
            BatchItem::Create { values, draft } => Some((values, *draft)),
            _ => None,
        })
        .collect();
    if new.len() == run.len()
        && let Some(made) = made_together(work, caller, form, &new).await?
    {
        return made.into_iter().map(|made| outcome(made.map(BatchOutcome::Created))).collect();
    }
    let mut outcomes = Vec::with_capacity(run.len());
    for item in run {
        outcomes.push(carry_out(work, caller, form, item).await?);
    }
    Ok(outcomes)
}

/// Makes records together; nothing is done where one of them has to be refused in a way that
/// does not say which.
async fn made_together(
    work: &mut Work<'_>,
    caller: &Caller,
    form: &str,
    new: &[(&Json, bool)],
) -> EngineResult<Option<Vec<EngineResult<Submission>>>> {
    let part = work.begin_part().await?;
    let done = Box::pin(create_many(work, caller, form, new)).await;
    work.end_part(part, !matches!(done, Ok(Some(_)))).await?;
    match done {
        Err(error) if error.is_refusal() => Ok(None),
        done => done,
    }
}

/// What became of an item; a failure that is not its own is one of the batch.
fn outcome(done: EngineResult<BatchOutcome>) -> EngineResult<BatchOutcome> {
    match done {
        Err(error) if error.is_refusal() => Ok(BatchOutcome::Refused(error)),
        done => done,
    }
}

/// Carries out one item; a refused one leaves nothing behind.
async fn carry_out(
    work: &mut Work<'_>,
    caller: &Caller,
    form: &str,
    item: &BatchItem,
) -> EngineResult<BatchOutcome> {
    let outcome = attempt(work, caller, form, item).await?;
    match (&outcome, item) {
        // Somebody else has just made it: this time it is found.
        (BatchOutcome::Refused(EngineError::Problems(problems)), BatchItem::Upsert { by, .. })
            if problems.iter().any(|p| p.code == "not_unique" && p.pointer == format!("/{by}")) =>
        {
            attempt(work, caller, form, item).await
        }
        _ => Ok(outcome),
    }
}

async fn attempt(
    work: &mut Work<'_>,
    caller: &Caller,
    form: &str,
    item: &BatchItem,
) -> EngineResult<BatchOutcome> {
    let part = work.begin_part().await?;
    let done = Box::pin(one(work, caller, form, item)).await;
    work.end_part(part, done.is_err()).await?;
    outcome(done)
}

async fn one(
    work: &mut Work<'_>,
    caller: &Caller,
    form: &str,
    item: &BatchItem,
) -> EngineResult<BatchOutcome> {
    match item {
        BatchItem::Create { values, draft } => {
            create(work, caller, form, values, *draft).await.map(BatchOutcome::Created)
        }
        BatchItem::Update { id, version, values } => {
            update(work, caller, (form, id), *version, values).await.map(BatchOutcome::Updated)
        }
        BatchItem::Upsert { by, values } => upsert(work, caller, form, by, values).await,
        BatchItem::Delete { id, version } => {
            remove(work, caller, (form, id), *version).await?;
            Ok(BatchOutcome::Deleted { id: id.clone() })
        }
        BatchItem::Unreadable(problems) => Err(problems.clone().into()),
    }
}

/// Changes the record that has the value already, or makes one. Which one it is, the database
/// tells by the column alone, as it tells that a value is not unique; whether the caller may
/// change it, its access says.
async fn upsert(
    work: &mut Work<'_>,
    caller: &Caller,
    form: &str,
    by: &FieldKey,
    values: &Json,
) -> EngineResult<BatchOutcome> {
    let compiled = work.form(form)?;
    // Whoever may not type the value does not learn by it what there is.
    let access = caller.access(&work.catalog, form, work.now);
    if compiled.model.fields.contains_key(by) && !is_typed(&compiled, &access, by) {
        return Err(EngineError::problem(Problem::new("field_not_writable").at(by)));
    }
    let value = unique_value(&compiled, by, values)?;
    let found = first_id_with(work, &compiled, by, value).await?;
    let Some(id) = found else {
        return create(work, caller, form, values, false).await.map(BatchOutcome::Created);
    };
    match update(work, caller, (form, &id), None, values).await {
        Ok(saved) => Ok(BatchOutcome::Updated(saved)),
        // There is one, and the caller may not know of it: as when a new one is saved.
        Err(EngineError::NotFound) => Err(EngineError::problem(Problem::new("not_unique").at(by))),
        Err(error) => Err(error),
    }
}

/// The value of a unique field, as saving reads it.
fn unique_value(form: &CompiledForm, by: &FieldKey, values: &Json) -> EngineResult<Value> {
    let field = form.model.fields.get(by).filter(|field| field.field.unique);
    let field =
        field.ok_or_else(|| EngineError::problem(Problem::new("field_not_unique").at("by")))?;
    let given = values.get(by.as_str()).filter(|value| !value.is_null());
    let required = || EngineError::problem(Problem::new("required").at(by));
    let value = field
        .kind
        .read(given.ok_or_else(required)?)
        .map_err(|problem| EngineError::problem(problem.at(by)))?;
    if value.is_empty() { Err(required()) } else { Ok(value) }
}

/// The record that has a value in a unique field.
async fn first_id_with(
    work: &mut Work<'_>,
    form: &CompiledForm,
    by: &FieldKey,
    value: Value,
) -> EngineResult<Option<String>> {
    let access = work.system_access();
    let filter = Filter::condition(by.as_str(), Operator::Eq, value.to_json());
    let catalog = Arc::clone(&work.catalog);
    let of = (form.model.as_ref(), &access);
    Ok(first_ids_where(work.connection, &catalog, of, filter).await?.into_iter().next())
}

/// The outcomes, or every problem of those that were refused.
fn all_or_nothing(outcomes: Vec<BatchOutcome>) -> EngineResult<Vec<BatchOutcome>> {
    let mut problems = Problems::new();
    for (index, outcome) in outcomes.iter().enumerate() {
        if let BatchOutcome::Refused(error) = outcome {
            problems
                .extend(error.problems().into_iter().map(|problem| problem.at(index).at("items")));
        }
    }
    no_problems(capped(problems)).map(|()| outcomes)
}
