//! Running rhai scripts against records, inside a transaction.
//!
//! rhai is synchronous and the database is not: the script runs on a thread of its own and
//! sends each call of a host function to the transaction, which answers it. Whatever the
//! script does, it does through the same door as everybody else.

mod call;
mod host;

use std::{sync::Arc, time::Duration};

use formwork_model::Problem;
use formwork_rules::script::{Script, compile, record_to_dynamic};
use jiff::civil::Date;
use rhai::{Dynamic, Scope};
use serde_json::Value as Json;

use crate::{
    EngineError, EngineResult,
    catalog::CompiledForm,
    package::SampleAccounts,
    record::stored::{Stored, parse, record_json},
    work::Work,
};
use call::{Call, Caught};

/// Most operations of a script that a button runs.
const BUTTON_OPERATIONS: u64 = 5_000_000;
/// Longest that a script of a button runs: it holds a transaction, and on SQLite the only one.
const BUTTON_TIME: Duration = Duration::from_secs(10);
/// Most operations of a script that makes example data.
const DEMO_OPERATIONS: u64 = 2_000_000_000;

/// How long a script may go on.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) operations: u64,
    pub(crate) time: Option<Duration>,
}

/// What a script may do beyond reading and writing records.
#[derive(Clone, Default)]
pub(crate) struct Grants {
    /// Parameters of the example data; grants making people and placing records in time.
    pub(crate) demo: Option<DemoParameters>,
}

/// What example data is made from.
#[derive(Debug, Clone)]
pub(crate) struct DemoParameters {
    pub(crate) seed: u64,
    pub(crate) anchor: Date,
}

/// Runs a script of the app with a record as `record`; answers what it returned as text.
///
/// # Errors
/// `NotFound` for an unknown script, `script_failed`, and whatever its calls lead to.
pub(crate) async fn run_on_record(
    work: &mut Work<'_>,
    script: &str,
    form: &Arc<CompiledForm>,
    record: &Stored,
) -> EngineResult<Option<String>> {
    let script = Arc::clone(work.catalog.script(script).ok_or(EngineError::NotFound)?);
    let (catalog, access) = (Arc::clone(&work.catalog), work.system_access());
    let json = record_json(work.connection, &catalog, &form.model, &access, &record.id).await?;
    let value = record_to_dynamic(&form.model, &parse(&json)?);
    let mut scope = Scope::new();
    scope.push_constant_dynamic("record", value);
    let limits = Limits { operations: BUTTON_OPERATIONS, time: Some(BUTTON_TIME) };
    let result =
        run(work, script.program.clone(), scope, limits, Grants::default(), &mut None).await?;
    Ok(match result {
        Json::String(text) => Some(text),
        _ => None,
    })
}

/// Runs the script that makes example data.
pub(crate) async fn run_demo(
    work: &mut Work<'_>,
    source: String,
    parameters: DemoParameters,
    accounts: SampleAccounts,
) -> EngineResult<SampleAccounts> {
    let mut accounts = Some(accounts);
    let grants = Grants { demo: Some(parameters) };
    let limits = Limits { operations: DEMO_OPERATIONS, time: None };
    let program = compile(&source).map_err(EngineError::problem)?;
    run(work, program, Scope::new(), limits, grants, &mut accounts).await?;
    Ok(accounts.unwrap_or_default())
}

async fn run(
    work: &mut Work<'_>,
    program: Script,
    scope: Scope<'static>,
    limits: Limits,
    grants: Grants,
    accounts: &mut Option<SampleAccounts>,
) -> EngineResult<Json> {
    let (sender, mut calls) = tokio::sync::mpsc::channel::<Call>(1);
    let caught = Caught::default();
    let host = host::Host { sender, grants };
    let moment = host::Moment {
        now: work.now,
        today: work.today(),
        zone: work.catalog.settings.zone().clone(),
        member: work.by().to_owned(),
    };
    let script =
        tokio::task::spawn_blocking(move || host::evaluate(&program, scope, limits, host, &moment));
    // The channel closes when the script has ended and dropped its host functions.
    while let Some(call) = calls.recv().await {
        call::answer(work, call, &caught, accounts).await;
    }
    let outcome = script.await.map_err(EngineError::unexpected_in("the thread of a script"))?;
    match (outcome, caught.take()) {
        (Ok(value), _) => Ok(value),
        (Err(_), Some(error)) => Err(error),
        (Err(reason), None) => {
            Err(EngineError::problem(Problem::new("script_failed").with("reason", reason)))
        }
    }
}

/// A value that is nothing.
pub(super) fn nothing() -> Dynamic {
    Dynamic::UNIT
}
