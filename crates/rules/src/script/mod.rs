//! rhai scripts with the functions and operators of the rule language.
//!
//! A script is several steps with variables, loops and functions of its own. It has no
//! I/O: the caller registers the host functions that it grants. Numbers are exact: a
//! literal `12` counts and indexes, `12.5` and every division are decimals.

mod convert;
mod library;

use std::sync::{Arc, LazyLock};

use formwork_model::Problem;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rhai::{
    AST, Engine, OptimizationLevel,
    packages::{
        ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage,
        BasicMapPackage, BasicMathPackage, BasicStringPackage, LogicPackage, MoreStringPackage,
        Package,
    },
};

pub use convert::{from_dynamic, json_to_dynamic, record_to_dynamic, to_dynamic};

use crate::{
    context::{Context, Links},
    misspelt,
};

/// Deepest nesting of expressions in a script, and in a function of a script.
const MAX_DEPTH: (usize, usize) = (64, 48);
/// Deepest nesting of calls.
const MAX_CALLS: usize = 24;
/// Longest text, in bytes; of a list or map, all of its texts together.
const MAX_TEXT_BYTES: usize = 4_000_000;
/// Most items of a list.
const MAX_ITEMS: usize = 20_000;
/// Most entries of a map; of a list of maps, all of them together.
const MAX_ENTRIES: usize = 200_000;
/// Most variables at a time.
const MAX_VARIABLES: usize = 250;
/// Most functions that a script may define.
const MAX_FUNCTIONS: usize = 100;

/// An engine for one run of a script: every limit set, no I/O, the function library with
/// the clock and the member of `context`. Linked records are for the host to offer.
///
/// `max_operations` bounds the run; one operation is about one node of the script.
pub fn engine(context: &Context, max_operations: u64) -> Engine {
    let mut engine = bounded();
    for package in [
        ArithmeticPackage::new().as_shared_module(),
        BasicStringPackage::new().as_shared_module(),
        BasicIteratorPackage::new().as_shared_module(),
        BasicFnPackage::new().as_shared_module(),
        LogicPackage::new().as_shared_module(),
        BasicMathPackage::new().as_shared_module(),
        BasicArrayPackage::new().as_shared_module(),
        BasicMapPackage::new().as_shared_module(),
        MoreStringPackage::new().as_shared_module(),
    ] {
        engine.register_global_module(package);
    }
    engine.set_max_operations(max_operations);
    library::register(&mut engine, context);
    engine
}

/// An engine with every limit on the size of a script and its values, and no functions.
fn bounded() -> Engine {
    let mut engine = Engine::new_raw();
    engine
        .set_max_expr_depths(MAX_DEPTH.0, MAX_DEPTH.1)
        .set_max_call_levels(MAX_CALLS)
        .set_max_string_size(MAX_TEXT_BYTES)
        .set_max_array_size(MAX_ITEMS)
        .set_max_map_size(MAX_ENTRIES)
        .set_max_variables(MAX_VARIABLES)
        .set_max_functions(MAX_FUNCTIONS)
        .set_max_modules(0)
        .set_fast_operators(false)
        .disable_symbol("eval")
        .disable_symbol("import")
        .disable_symbol("export");
    engine
}

/// rhai only reads scripts here, and leaves them as they are written. The library is syntax of
/// its own, which whoever reads must know; what it does is the engine's that runs the script.
static READER: LazyLock<Engine> = LazyLock::new(|| {
    let mut engine = bounded();
    let links = Links::new();
    let nobody = Context {
        now: Timestamp::UNIX_EPOCH,
        today: Date::constant(1970, 1, 1),
        time_zone: &TimeZone::UTC,
        me: "",
        my_department: None,
        links: &links,
    };
    library::register(&mut engine, &nobody);
    engine.set_optimization_level(OptimizationLevel::None);
    engine
});

/// A script that was read once and can be run often, by any engine of [`engine`]. Cheap to
/// clone; shared between threads.
#[derive(Debug, Clone)]
pub struct Script {
    ast: Arc<AST>,
}

impl Script {
    /// What rhai runs.
    pub fn ast(&self) -> &AST {
        &self.ast
    }
}

/// Reads a script.
///
/// # Errors
/// `formula_syntax` with `line`, `column` and `reason`.
pub fn compile(source: &str) -> Result<Script, Problem> {
    let read = READER.compile(source).map_err(|error| misspelt::problem(source, &error))?;
    Ok(Script { ast: Arc::new(read) })
}

#[cfg(test)]
mod tests;
