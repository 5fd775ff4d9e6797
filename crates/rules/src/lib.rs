//! The rule language: expressions, the function library, and the rules of a form.
//!
//! An expression is read by rhai, whose syntax it has, and compiled into a tree of this
//! crate that is evaluated over borrowed values. That gives formulas what people expect of
//! them and what a general scripting language does not: exact decimals throughout (`7 / 2`
//! is `3.5`), empty fields that stay empty instead of failing, functions that take only
//! the branch they need, and work that is bounded by the size of the expression.
//! [`script`] offers the same functions and operators to rhai scripts of several steps.
//!
//! Pure: the clock, the reader and linked records are handed in through [`Context`].

mod context;
mod expression;
mod failure;
mod failures;
mod form;
mod function;
#[cfg(test)]
mod fuzz;
pub mod mention;
mod misspelt;
mod node;
mod operator;
mod path;
pub mod script;
mod syntax;
mod term;

pub use context::{Context, Links, Variables};
pub use expression::Expression;
pub use failures::Failures;
pub use form::{FieldState, FieldStates, FormRules, LinkNeed, Lock, Locks};
pub use function::{FunctionEntry, functions};
pub use path::Path;
