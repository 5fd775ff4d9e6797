//! What people see of each field: visible, required, read-only.

use formwork_model::{FieldModel, SubformRow, Value, Values};
use indexmap::IndexMap;
use serde::Serialize;

use super::{Effect, FormRules, place::Place};
use crate::{
    Failures,
    context::{Context, Variables},
};

/// How a field stands on the form right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FieldState {
    /// Whether it is shown. What is not shown is not required.
    pub visible: bool,
    /// Whether the record is incomplete without it.
    pub required: bool,
    /// Whether people cannot type into it.
    pub read_only: bool,
}

/// The states of a form's fields: by `field`, by `subform.column`, and by
/// `subform/row/column` for the rows that differ from their column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FieldStates(IndexMap<String, FieldState>);

impl FieldStates {
    /// The state of a field, or of a column as `subform.column`.
    pub fn get(&self, name: &str) -> Option<FieldState> {
        self.0.get(name).copied()
    }

    /// The state of a column in one row.
    pub fn in_row(&self, subform: &str, row: usize, column: &str) -> Option<FieldState> {
        self.get(&format!("{subform}/{row}/{column}"))
            .or_else(|| self.get(&format!("{subform}.{column}")))
    }

    /// Every state with its name, as described above.
    pub fn iter(&self) -> impl Iterator<Item = (&str, FieldState)> {
        self.0.iter().map(|(name, state)| (name.as_str(), *state))
    }
}

impl FormRules {
    /// The states of all fields. Where a condition cannot be computed, a field is shown,
    /// cannot be changed, and need not be filled in.
    pub fn states(&self, values: &Values, failures: &Failures, context: &Context) -> FieldStates {
        let mut states = FieldStates::default();
        let record = Variables::of(values).with_failures(failures);
        for (key, field) in &self.form.fields {
            let place = Place::Field(key.clone());
            states.0.insert(key.to_string(), self.state(&place, field, &record, context));
            let rows = values.get(key).map(Value::rows).unwrap_or_default();
            let columns = field.subform.iter().flat_map(|subform| &subform.fields);
            for (column, field) in columns {
                let place = Place::Column(key.clone(), column.clone());
                self.column_states(&place, field, (record, rows), context, &mut states);
            }
        }
        states
    }

    /// The state of a column is that of its first row, or of an empty row when there is
    /// none; the rows that differ are named.
    fn column_states(
        &self,
        place: &Place,
        field: &FieldModel,
        (record, rows): (Variables<'_>, &[SubformRow]),
        context: &Context,
        states: &mut FieldStates,
    ) {
        let Place::Column(subform, column) = place else {
            return;
        };
        let empty = Values::new();
        let in_row = |at: usize, row: &Values| {
            let variables = self.row_variables(record, subform.as_str(), (at, row));
            self.state(place, field, &variables, context)
        };
        let whole = in_row(0, rows.first().map_or(&empty, |row| &row.values));
        states.0.insert(place.to_string(), whole);
        if !self.state_rules.iter().any(|rule| rule.places.contains(place)) {
            return;
        }
        for (index, row) in rows.iter().enumerate().skip(1) {
            let state = in_row(index, &row.values);
            if state != whole {
                states.0.insert(format!("{subform}/{index}/{column}"), state);
            }
        }
    }

    fn state(
        &self,
        place: &Place,
        field: &FieldModel,
        variables: &Variables,
        context: &Context,
    ) -> FieldState {
        let mut state = FieldState {
            visible: true,
            required: field.field.required,
            read_only: !field.is_typed(),
        };
        for rule in self.state_rules.iter().filter(|rule| rule.places.contains(place)) {
            let holds = rule.when.holds(variables, context);
            match rule.effect {
                Effect::Show => state.visible &= holds.unwrap_or(true),
                Effect::Require => state.required |= holds.unwrap_or(false),
                Effect::ReadOnly => state.read_only |= holds.unwrap_or(true),
            }
        }
        state.required &= state.visible;
        state
    }
}
