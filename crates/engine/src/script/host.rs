//! The functions that a script is granted.

use std::time::Instant;

use formwork_insight::split_exact;
use formwork_model::Value;
use formwork_package::chance;
use formwork_rules::{
    Context, Links,
    script::{Script, engine, from_dynamic, record_to_dynamic, to_dynamic},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, Map, NativeCallContext, Scope};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::Value as Json;
use tokio::sync::{mpsc, oneshot};

use super::{
    Grants, Limits,
    call::{Call, Reply, Request},
    nothing,
};

type HostResult<T> = Result<T, Box<EvalAltResult>>;

/// The way to the transaction.
#[derive(Clone)]
pub(super) struct Host {
    pub(super) sender: mpsc::Sender<Call>,
    pub(super) grants: Grants,
}

/// When a script runs, and for whom.
pub(super) struct Moment {
    pub(super) now: Timestamp,
    pub(super) today: Date,
    pub(super) zone: TimeZone,
    pub(super) member: String,
}

/// Looking at the clock costs about as much as a few operations.
const OPERATIONS_BETWEEN_LOOKS: u64 = 64;

/// Units of a split: hundredths.
const SPLIT_PLACES: u32 = 2;

/// Runs a script to its end; answers its last value, or why it failed.
pub(super) fn evaluate(
    program: &Script,
    mut scope: Scope<'static>,
    limits: Limits,
    host: Host,
    moment: &Moment,
) -> Result<Json, String> {
    let links = Links::new();
    let context = Context {
        now: moment.now,
        today: moment.today,
        time_zone: &moment.zone,
        me: &moment.member,
        my_department: None,
        links: &links,
    };
    let mut engine = engine(&context, limits.operations);
    if let Some(time) = limits.time {
        let started = Instant::now();
        engine.on_progress(move |operations| {
            let is_over = operations % OPERATIONS_BETWEEN_LOOKS == 0 && started.elapsed() > time;
            is_over.then_some(Dynamic::UNIT)
        });
    }
    register_records(&mut engine, &host);
    engine.register_fn("split_exact", split);
    if let Some(parameters) = &host.grants.demo {
        // A company's history is held in memory until it is written down. rhai measures a
        // value anew at each step while there is a limit, which grows with its square; the
        // operations bound these scripts, which only whoever installs a package can run.
        engine.set_max_array_size(0).set_max_map_size(0).set_max_string_size(0);
        register_chance(&mut engine, parameters.seed);
        register_dates(&mut engine, moment.zone.clone());
        register_people(&mut engine, &host);
        let (seed, anchor) = (parameters.seed, parameters.anchor);
        engine.register_fn("param", move |name: &str| match name {
            "anchor" => to_dynamic(&Value::Date(anchor)),
            "seed" => Dynamic::from_int(seed.to_i64().unwrap_or_default()),
            _ => nothing(),
        });
    }
    let outcome = engine.eval_ast_with_scope::<Dynamic>(&mut scope, program.ast());
    outcome.map(from_dynamic).map_err(|error| reason(&error))
}

/// Why a script failed: a limit by its name, anything else in rhai's words.
fn reason(error: &EvalAltResult) -> String {
    match error.unwrap_inner() {
        EvalAltResult::ErrorDataTooLarge(..) => "data_too_large".to_owned(),
        EvalAltResult::ErrorTooManyOperations(_) | EvalAltResult::ErrorTerminated(..) => {
            "too_long_running".to_owned()
        }
        _ => error.to_string(),
    }
}

impl Host {
    /// Asks the transaction and waits for its answer.
    fn ask(&self, request: Request) -> HostResult<Reply> {
        let (answer, reply) = oneshot::channel();
        let gone = |_| Box::<EvalAltResult>::from("the transaction has ended");
        self.sender.blocking_send(Call { request, answer }).map_err(|_| gone(()))?;
        let reply = reply.blocking_recv().map_err(|_| gone(()))?;
        reply.map_err(Into::into)
    }

    fn ask_for_ids(&self, request: Request) -> HostResult<Vec<String>> {
        match self.ask(request)? {
            Reply::Ids(ids) => Ok(ids),
            Reply::Id(id) => Ok(vec![id]),
            _ => Ok(Vec::new()),
        }
    }

    /// Records, and where those begin that are left when only a part was asked for.
    fn find(
        &self,
        form: &str,
        values: &Json,
        part: Option<String>,
    ) -> HostResult<(Array, Option<String>)> {
        let request = Request::Find { form: form.to_owned(), values: values.clone(), part };
        match self.ask(request)? {
            Reply::Records { model, records, rest } => {
                let records = records.iter().map(|record| record_to_dynamic(&model, record));
                Ok((records.collect(), rest))
            }
            _ => Ok((Array::new(), None)),
        }
    }

    /// Gives each of the records to a function, a part of them in memory at a time, until
    /// one is answered with `false`; answers how many there were.
    fn each(
        &self,
        context: &NativeCallContext<'_>,
        (form, values): (&str, &Json),
        act: &FnPtr,
    ) -> HostResult<i64> {
        let (mut seen, mut part) = (0, Some(String::new()));
        while part.is_some() {
            let (records, rest) = self.find(form, values, part)?;
            for record in records {
                seen += 1;
                let answer: Dynamic = act.call_within_context(context, (record,))?;
                if answer.as_bool() == Ok(false) {
                    return Ok(seen);
                }
            }
            part = rest;
        }
        Ok(seen)
    }

    fn ask_for_id(&self, request: Request) -> HostResult<Dynamic> {
        Ok(self.ask_for_ids(request)?.into_iter().next().map_or_else(nothing, Into::into))
    }
}

fn map_json(map: Map) -> Json {
    from_dynamic(Dynamic::from_map(map))
}

fn register_records(engine: &mut Engine, host: &Host) {
    let own = host.clone();
    engine.register_fn("create", move |form: &str, values: Map| {
        own.ask_for_id(Request::Create { form: form.to_owned(), records: vec![map_json(values)] })
    });
    let own = host.clone();
    engine.register_fn("create_many", move |form: &str, records: Array| -> HostResult<Array> {
        let records = records.into_iter().map(from_dynamic).collect();
        let ids = own.ask_for_ids(Request::Create { form: form.to_owned(), records })?;
        Ok(ids.into_iter().map(Dynamic::from).collect())
    });
    let own = host.clone();
    engine.register_fn("update", move |form: &str, id: &str, values: Map| -> HostResult<()> {
        let (form, id) = (form.to_owned(), id.to_owned());
        own.ask(Request::Update { form, id, values: map_json(values) }).map(drop)
    });
    let own = host.clone();
    engine.register_fn("remove", move |form: &str, id: &str| -> HostResult<()> {
        own.ask(Request::Remove { form: form.to_owned(), id: id.to_owned() }).map(drop)
    });
    let own = host.clone();
    engine.register_fn("find", move |form: &str, values: Map| -> HostResult<Array> {
        Ok(own.find(form, &map_json(values), None)?.0)
    });
    let own = host.clone();
    engine.register_fn(
        "each",
        move |context: NativeCallContext<'_>, form: &str, values: Map, act: FnPtr| {
            own.each(&context, (form, &map_json(values)), &act)
        },
    );
}

fn register_people(engine: &mut Engine, host: &Host) {
    let own = host.clone();
    engine.register_fn(
        "department",
        move |key: &str, chinese: &str, english: &str, parent: Dynamic| {
            own.ask_for_id(Request::Department {
                key: key.to_owned(),
                chinese: chinese.to_owned(),
                english: english.to_owned(),
                parent: parent.into_string().ok().filter(|parent| !parent.is_empty()),
            })
        },
    );
    let own = host.clone();
    engine.register_fn(
        "member",
        move |account: &str, name: &str, department: &str, roles: Array, is_head: bool| {
            own.ask_for_id(Request::Member {
                account: account.to_owned(),
                name: name.to_owned(),
                department: department.to_owned(),
                roles: roles.into_iter().filter_map(|role| role.into_string().ok()).collect(),
                is_head,
            })
        },
    );
    let own = host.clone();
    engine.register_fn("submit", move |form: &str, values: Map, member: &str| {
        own.ask_for_id(Request::Submit {
            form: form.to_owned(),
            values: map_json(values),
            member: member.to_owned(),
        })
    });
}

fn register_chance(engine: &mut Engine, seed: u64) {
    engine.register_fn("uniform", move |key: &str| chance::uniform(seed, key));
    engine.register_fn("hash", move |key: &str| {
        i64::try_from(chance::hash(seed, key) >> 1).unwrap_or(i64::MAX)
    });
    engine.register_fn("normal", move |key: &str| {
        chance::normal_quantile(chance::uniform(seed, key))
    });
    engine.register_fn("lognormal", |median: Dynamic, sigma: Dynamic, u: Dynamic| {
        Ok::<_, Box<EvalAltResult>>(chance::lognormal_quantile(
            decimal(&median)?,
            decimal(&sigma)?,
            decimal(&u)?,
        ))
    });
}

fn register_dates(engine: &mut Engine, zone: TimeZone) {
    engine.register_fn("date_add", |date: Dynamic, days: Dynamic| -> HostResult<Dynamic> {
        let days = decimal(&days)?.to_i64().ok_or("days out of range")?;
        let moved = day(date)?.checked_add(days.days()).map_err(|error| error.to_string())?;
        Ok(to_dynamic(&Value::Date(moved)))
    });
    engine.register_fn("instant", move |date: Dynamic, hour: i64, minute: i64| {
        let time = i8::try_from(hour).and_then(|h| i8::try_from(minute).map(|m| (h, m)));
        let (hour, minute) = time.map_err(|error| error.to_string())?;
        let local = day(date)?.at(hour, minute, 0, 0);
        let moment = zone.to_timestamp(local).map_err(|error| error.to_string())?;
        Ok::<_, Box<EvalAltResult>>(to_dynamic(&Value::Instant(moment)))
    });
}

fn day(date: Dynamic) -> HostResult<Date> {
    match from_dynamic(date) {
        Json::String(text) => text.parse().map_err(|_| "not a date".into()),
        _ => Err("not a date".into()),
    }
}

fn decimal(value: &Dynamic) -> HostResult<Decimal> {
    if let Ok(number) = value.as_decimal() {
        return Ok(number);
    }
    value.as_int().map(Decimal::from).map_err(|_| "not a number".into())
}

/// `split_exact(total, weights)`: parts in hundredths that add up to the total.
fn split(total: Dynamic, weights: Array) -> HostResult<Array> {
    let scale = Decimal::from(10_i64.pow(SPLIT_PLACES));
    let units = (decimal(&total)? * scale).round().to_i64().ok_or("total out of range")?;
    let weights: HostResult<Vec<Decimal>> = weights.iter().map(decimal).collect();
    let parts = split_exact(units, &weights?, &[], &[]).map_err(|error| error.to_string())?;
    let parts =
        parts.into_iter().map(|part| Dynamic::from_decimal(Decimal::new(part, SPLIT_PLACES)));
    Ok(parts.collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use formwork_rules::script::compile;

    use super::*;

    #[test]
    fn a_script_that_goes_on_is_stopped_when_its_time_is_over() {
        let (sender, _calls) = mpsc::channel(1);
        let host = Host { sender, grants: Grants::default() };
        let moment = Moment {
            now: Timestamp::UNIX_EPOCH,
            today: jiff::civil::date(2026, 6, 30),
            zone: TimeZone::UTC,
            member: "m".to_owned(),
        };
        let limits = Limits { operations: u64::MAX, time: Some(Duration::from_millis(20)) };
        let program = compile("try { loop { } } catch { loop { } }").unwrap();
        let outcome = evaluate(&program, Scope::new(), limits, host, &moment);
        assert!(outcome.is_err(), "{outcome:?}");
    }
}
