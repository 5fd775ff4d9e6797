//! Formulas and defaults: filling in what nobody types.

use formwork_model::{FieldKey, Problem, Problems, Value, Values};

use super::{FormRules, Formula, fitted, place::Place};
use crate::context::{Context, Variables};

impl FormRules {
    /// Computes every formula, each after those that it reads, rows included. A formula
    /// that lacks a value gives null; one that fails gives null and a problem.
    pub fn compute(&self, values: &mut Values, context: &Context) -> Problems {
        let mut problems = Problems::new();
        for formula in &self.formulas {
            match &formula.place {
                Place::Field(key) => {
                    let result = fitted(formula, &Variables::of(values), context);
                    let value = result.unwrap_or_else(|problem| {
                        problems.push(problem.at(key));
                        Value::Null
                    });
                    values.insert(key.clone(), value);
                }
                Place::Column(subform, column) => {
                    let results = self.compute_column(formula, subform, values, context);
                    let mut computed = Vec::with_capacity(results.len());
                    for (index, result) in results.into_iter().enumerate() {
                        computed.push(result.unwrap_or_else(|problem| {
                            problems.push(problem.at(column).at(index).at(subform));
                            Value::Null
                        }));
                    }
                    put_column(values, subform, column, computed);
                }
            }
        }
        problems
    }

    fn compute_column(
        &self,
        formula: &Formula,
        subform: &FieldKey,
        values: &Values,
        context: &Context,
    ) -> Vec<Result<Value, Problem>> {
        let rows = values.get(subform).map(Value::rows).unwrap_or_default();
        let variables = Variables::of(values);
        rows.iter()
            .map(|row| {
                let variables = self.row_variables(variables, subform.as_str(), &row.values);
                fitted(formula, &variables, context)
            })
            .collect()
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
        let results = self.compute_column(formula, subform, values, context);
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
