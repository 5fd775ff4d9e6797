//! The function library and the operators, made known to rhai.

use std::{
    any::TypeId,
    cell::{Cell, RefCell},
    sync::Arc,
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rhai::{
    Dynamic, Engine, EvalAltResult, EvalContext, Expression, INT, ImmutableString, Position,
};
use rust_decimal::Decimal;

use super::convert::{dynamic_to_term, term_to_dynamic};
use crate::{
    context::{Context, Links},
    failure::Failure,
    function::{self, Arguments, Body, Branches, Function},
    operator::Operator,
    term::{Outcome, Term},
};

/// A context that an engine can keep.
struct Setting {
    now: Timestamp,
    today: Date,
    time_zone: TimeZone,
    me: String,
    my_department: Option<String>,
    links: Links,
}

impl Setting {
    fn context(&self) -> Context<'_> {
        Context {
            now: self.now,
            today: self.today,
            time_zone: &self.time_zone,
            me: &self.me,
            my_department: self.my_department.as_deref(),
            links: &self.links,
        }
    }
}

/// Registers every function of the library and the operators on mixed types.
pub(super) fn register(engine: &mut Engine, context: &Context) {
    let setting = Arc::new(Setting {
        now: context.now,
        today: context.today,
        time_zone: context.time_zone.clone(),
        me: context.me.to_owned(),
        my_department: context.my_department.map(str::to_owned),
        links: Links::new(),
    });
    engine.register_type_with_name::<Date>("Date");
    engine.register_type_with_name::<Timestamp>("DateTime");
    let zone = context.time_zone.clone();
    engine.register_fn("to_string", |date: Date| date.to_string());
    engine.register_fn("to_string", move |instant: Timestamp| {
        Term::Instant(instant).display(&zone).into_owned()
    });
    for function in function::all() {
        let setting = Arc::clone(&setting);
        engine.register_custom_syntax_with_state_raw(
            function.name,
            |symbols, look_ahead, _| Ok(next_symbol(symbols, look_ahead)),
            false,
            move |context, inputs, _| call(function, context, inputs, &setting),
        );
    }
    register_operators(engine, context.time_zone);
}

/// A call looks as everywhere: name, `(`, expressions with commas between, `)`. rhai reads
/// `()` as one symbol.
fn next_symbol(symbols: &[ImmutableString], look_ahead: &str) -> Option<ImmutableString> {
    let last = symbols.last().map(ImmutableString::as_str);
    match last {
        Some(")" | "()") => None,
        _ if symbols.len() == 1 && look_ahead == "()" => Some("()".into()),
        _ if symbols.len() == 1 => Some("(".into()),
        Some("(") if look_ahead == ")" => Some(")".into()),
        Some("(" | ",") => Some("$expr$".into()),
        _ if look_ahead == "," => Some(",".into()),
        _ => Some(")".into()),
    }
}

fn call(
    function: &'static Function,
    context: &mut EvalContext,
    inputs: &[Expression],
    setting: &Setting,
) -> Result<Dynamic, Box<EvalAltResult>> {
    if !function.takes(inputs.len()) {
        let text = format!("wrong_argument_count: {}", function.signature());
        return Err(text.into());
    }
    let inputs = Inputs {
        context: RefCell::new(context),
        inputs,
        zone: &setting.time_zone,
        raised: Cell::new(None),
    };
    let outcome = match function.body {
        Body::Lazy(body) => body(&inputs),
        Body::Eager(body) => {
            let terms: Result<Vec<_>, _> =
                (0..inputs.count()).map(|index| inputs.take(index)).collect();
            let context = setting.context();
            terms.and_then(|terms| body(Arguments { terms: &terms, context: &context }))
        }
    };
    outcome.map(term_to_dynamic).map_err(|failure| match (failure, inputs.raised.take()) {
        (Failure::Script | Failure::TooLongRunning, Some(error)) => error,
        (failure, _) => raise(failure),
    })
}

fn raise(failure: Failure) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(failure.to_string().into(), Position::NONE).into()
}

/// The arguments of a call in a script, evaluated when they are taken. The script's own
/// error is kept aside while the function decides whether it matters.
struct Inputs<'i, 'c, 'e, 's, 'p, 'g, 'k, 't> {
    context: RefCell<&'c mut EvalContext<'e, 's, 'p, 'g, 'k, 't>>,
    inputs: &'i [Expression<'i>],
    zone: &'i TimeZone,
    raised: Cell<Option<Box<EvalAltResult>>>,
}

impl<'v> Branches<'v> for Inputs<'_, '_, '_, '_, '_, '_, '_, '_> {
    fn count(&self) -> usize {
        self.inputs.len()
    }

    fn take(&self, index: usize) -> Outcome<'v> {
        let Some(input) = self.inputs.get(index) else {
            return Ok(Term::Null);
        };
        let evaluated = self.context.borrow_mut().eval_expression_tree(input);
        match evaluated {
            Ok(value) => dynamic_to_term(&value),
            Err(error) => {
                let is_final = matches!(
                    error.unwrap_inner(),
                    EvalAltResult::ErrorTooManyOperations(..) | EvalAltResult::ErrorTerminated(..)
                );
                self.raised.set(Some(error));
                Err(if is_final { Failure::TooLongRunning } else { Failure::Script })
            }
        }
    }

    fn time_zone(&self) -> &TimeZone {
        self.zone
    }
}

/// rhai's own operators stay for two integers, but for `/`, and for two texts.
fn register_operators(engine: &mut Engine, zone: &TimeZone) {
    let types = [
        TypeId::of::<INT>(),
        TypeId::of::<Decimal>(),
        TypeId::of::<ImmutableString>(),
        TypeId::of::<()>(),
        TypeId::of::<Date>(),
        TypeId::of::<Timestamp>(),
    ];
    let [integer, _, text, ..] = types;
    for (sign, operator) in Operator::ALL {
        for left in types {
            for right in types {
                let both = |own| left == own && right == own;
                if both(text) || (both(integer) && operator != Operator::Divide) {
                    continue;
                }
                let zone = zone.clone();
                engine.register_raw_fn(sign, [left, right], move |_, operands| {
                    let [left, right] = operands else {
                        return Err(raise(Failure::WrongType));
                    };
                    let (left, right) = (dynamic_to_term(left), dynamic_to_term(right));
                    let outcome = left
                        .and_then(|left| operator.apply(&left, &right?, &zone))
                        .map(|term| no_instead_of_nothing(operator, term));
                    outcome.map(term_to_dynamic).map_err(raise)
                });
            }
        }
    }
}

/// rhai wants a yes or no where a comparison stands.
fn no_instead_of_nothing<'v>(operator: Operator, term: Term<'v>) -> Term<'v> {
    match term {
        Term::Null if operator.is_comparison() => Term::Bool(false),
        term => term,
    }
}
