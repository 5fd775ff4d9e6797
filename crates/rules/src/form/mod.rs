//! Everything that a form computes and decides, compiled from its document.

mod action;
mod check;
mod compile;
mod compute;
mod hidden;
mod lock;
mod names;
mod order;
mod place;
mod reads;
mod state;

use std::{collections::BTreeSet, sync::Arc};

use formwork_model::{
    FieldKey, FieldKind, FormKey, FormModel, Localized, Problem, Problems, Value, Values,
    form::Forms,
};
use indexmap::IndexMap;

use crate::{
    Expression,
    context::{Context, Variables},
};
use place::Place;
use reads::Reads;

pub use lock::{Lock, Locks};
pub use state::{FieldState, FieldStates};

/// What a record needs of the records that it links to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkNeed {
    /// The subform in whose rows the link stands.
    pub subform: Option<FieldKey>,
    /// The link field.
    pub link: FieldKey,
    /// The form that it leads to.
    pub form: FormKey,
    /// The fields that expressions read.
    pub fields: Vec<FieldKey>,
}

/// The rules of one form revision: formulas, defaults, title, rules and buttons.
///
/// Immutable and shared between threads; compile once for each revision.
#[derive(Debug)]
pub struct FormRules {
    form: FormModel,
    /// In dependency order.
    formulas: Vec<Formula>,
    /// In document order.
    defaults: Vec<Formula>,
    title: Option<Expression>,
    state_rules: Vec<StateRule>,
    checks: Vec<CheckRule>,
    /// What formulas read, by field: a subform's columns count as the subform.
    reads: Reads,
    stamps: Vec<Stamp>,
    buttons: Vec<Button>,
    links: Vec<LinkNeed>,
    /// What conditions of `read_only` rules alone read of linked records.
    lock_links: Vec<LinkNeed>,
}

/// An expression and the place that its result goes to.
#[derive(Debug)]
struct Formula {
    place: Place,
    expression: Expression,
    kind: Arc<dyn FieldKind>,
}

/// What a condition decides about fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    Show,
    Require,
    ReadOnly,
}

#[derive(Debug)]
struct StateRule {
    effect: Effect,
    when: Expression,
    places: Vec<Place>,
    message: Option<Localized>,
}

#[derive(Debug)]
struct CheckRule {
    that: Expression,
    message: Localized,
    places: Vec<Place>,
    /// The subform whose rows are checked one by one.
    rows_of: Option<FieldKey>,
    /// The fields that it comes down to: those that people and links fill.
    reads: BTreeSet<FieldKey>,
}

#[derive(Debug)]
struct Stamp {
    on: Vec<FieldKey>,
    when: Option<Expression>,
    set: Vec<Formula>,
}

#[derive(Debug)]
struct Button {
    key: String,
    when: Option<Expression>,
    set: Vec<Formula>,
}

impl FormRules {
    /// Compiles the rules of a form. `forms` finds the forms that its links lead to.
    ///
    /// # Errors
    /// Every problem with a pointer into the document: those of [`Expression::compile`],
    /// `unknown_name` with `name`, `unknown_form` with `form`, `formula_cycle` with `path`.
    pub fn compile(form: &FormModel, forms: &dyn Forms) -> Result<Self, Problems> {
        compile::compile(form, forms)
    }

    /// What must be loaded into [`Context::links`] before anything is evaluated.
    pub fn links_needed(&self) -> &[LinkNeed] {
        &self.links
    }

    /// The names of a row, its columns known even where the row has no value for them.
    fn row_variables<'a>(
        &'a self,
        variables: Variables<'a>,
        subform: &'a str,
        (at, row): (usize, &'a Values),
    ) -> Variables<'a> {
        Variables {
            row: Some(row),
            row_at: Some((subform, at)),
            columns: self.form.subform(subform).map(|subform| &subform.fields),
            ..variables
        }
    }
}

/// The result of an expression made to fit the field that it goes to.
fn fitted(formula: &Formula, variables: &Variables, context: &Context) -> Result<Value, Problem> {
    formula.kind.fit(formula.expression.evaluate(variables, context)?)
}

/// Values of a set of expressions, by field.
fn values_of(formulas: &[Formula], variables: &Variables, context: &Context) -> (Values, Problems) {
    let (mut values, mut problems) = (IndexMap::new(), Problems::new());
    for formula in formulas {
        let Place::Field(key) = &formula.place else {
            continue;
        };
        match fitted(formula, variables, context) {
            Ok(value) => {
                values.insert(key.clone(), value);
            }
            Err(problem) => problems.push(problem.at(key)),
        }
    }
    (values, problems)
}

#[cfg(test)]
mod tests;
