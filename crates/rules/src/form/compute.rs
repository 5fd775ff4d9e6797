//! Formulas and defaults: filling in what nobody types.

use formwork_model::{FieldKey, Problem, Value, Values};

use super::{FormRules, Formula, fitted, hidden::Hidden, place::Place};
use crate::{
    Failures,
    context::{Context, Variables},
};

impl FormRules {
    /// Computes every formula, each after those that it reads, rows included. A formula
    /// that lacks a value gives null; one that fails, or reads one that failed, gives null
    /// and is among the failures.
    pub fn compute(&self, values: &mut Values, context: &Context) -> Failures {
        self.compute_shown(values, &Hidden::default(), context)
    }

    /// The same where formulas of hidden places give nothing.
    pub(super) fn compute_shown(
        &self,
        values: &mut Values,
        hidden: &Hidden,
        context: &Context,
    ) -> Failures {
        let mut failures = Failures::default();
        for formula in &self.formulas {
            match &formula.place {
                Place::Field(key) if hidden.field(key) => {
                    values.insert(key.clone(), Value::Null);
                }
                Place::Field(key) => {
                    let variables = Variables::of(values).with_failures(&failures);
                    let value = match fitted(formula, &variables, context) {
                        Ok(value) => value,
                        Err(problem) => {
                            failures.add_field(key, problem);
                            Value::Null
                        }
                    };
                    values.insert(key.clone(), value);
                }
                Place::Column(subform, column) => {
                    let results = self.compute_column(formula, subform, values, &failures, context);
                    let mut computed = Vec::with_capacity(results.len());
                    for (row, result) in results.into_iter().enumerate() {
                        computed.push(match result {
                            _ if hidden.cell(subform, row, column) => Value::Null,
                            Ok(value) => value,
                            Err(problem) => {
                                failures.add_cell(subform, row, column, problem);
                                Value::Null
                            }
                        });
                    }
                    put_column(values, subform, column, computed);
                }
            }
        }
        failures
    }

    fn compute_column(
        &self,
        formula: &Formula,
        subform: &FieldKey,
        values: &Values,
        failures: &Failures,
        context: &Context,
    ) -> Vec<Result<Value, Problem>> {
        let rows = values.get(subform).map(Value::rows).unwrap_or_default();
        let variables = Variables::of(values).with_failures(failures);
        rows.iter()
            .enumerate()
            .map(|(at, row)| {
                let row = (at, &row.values);
                let variables = self.row_variables(variables, subform.as_str(), row);
                fitted(formula, &variables, context)
            })
            .collect()
    }

    /// Whether some field or column is computed.
    pub fn has_formulas(&self) -> bool {
        !self.formulas.is_empty()
    }

    /// Whether some field or column has a default.
    pub fn has_defaults(&self) -> bool {
        !self.defaults.is_empty()
    }

    /// Fills in the defaults of a new record, and of rows that are not stored yet, where a
    /// field is absent. A field that was emptied on purpose (null) stays empty, and a
    /// default that fails fills in nothing.
    pub fn defaults(&self, values: &mut Values, context: &Context) {
        for formula in &self.defaults {
            match &formula.place {
                Place::Field(key) if values.contains_key(key) => {}
                Place::Field(key) => {
                    if let Ok(value) = fitted(formula, &Variables::of(values), context) {
                        values.insert(key.clone(), value);
                    }
                }
                Place::Column(..) => self.default_column(formula, values, context),
            }
        }
    }

    /// Fills in the defaults of the rows alone, for rows added to a stored record.
    pub fn row_defaults(&self, values: &mut Values, context: &Context) {
        for formula in &self.defaults {
            self.default_column(formula, values, context);
        }
    }

    fn default_column(&self, formula: &Formula, values: &mut Values, context: &Context) {
        let Place::Column(subform, column) = &formula.place else {
            return;
        };
        let wanted: Vec<bool> = values
            .get(subform)
            .map(Value::rows)
            .unwrap_or_default()
            .iter()
            .map(|row| row.id.is_none() && !row.values.contains_key(column))
            .collect();
        if !wanted.contains(&true) {
            return;
        }
        let results = self.compute_column(formula, subform, values, &Failures::default(), context);
        let Some(Value::Rows(rows)) = values.get_mut(subform) else {
            return;
        };
        for ((row, wanted), result) in rows.iter_mut().zip(wanted).zip(results) {
            if let (true, Ok(value)) = (wanted, result) {
                row.values.insert(column.clone(), value);
            }
        }
    }
}

fn put_column(values: &mut Values, subform: &FieldKey, column: &FieldKey, computed: Vec<Value>) {
    let Some(Value::Rows(rows)) = values.get_mut(subform) else {
        return;
    };
    for (row, value) in rows.iter_mut().zip(computed) {
        row.values.insert(column.clone(), value);
    }
}
