//! Fields that no rule shows: they are empty for computing and saving.

use std::collections::HashSet;

use formwork_model::{FieldKey, FieldModel, Value, Values, kind::Shape};

use super::{Effect, FormRules, place::Place};
use crate::{
    Failures,
    context::{Context, Variables},
};

/// Places that were found hidden; a cell by its row's place.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    fields: HashSet<FieldKey>,
    cells: HashSet<(FieldKey, usize, FieldKey)>,
}

impl Hidden {
    pub(super) fn field(&self, key: &FieldKey) -> bool {
        self.fields.contains(key)
    }

    pub(super) fn cell(&self, subform: &FieldKey, row: usize, column: &FieldKey) -> bool {
        !self.cells.is_empty() && self.cells.contains(&(subform.clone(), row, column.clone()))
    }
}

impl FormRules {
    /// Whether some rule can leave fields unshown.
    pub fn can_hide(&self) -> bool {
        self.state_rules.iter().any(|rule| rule.effect == Effect::Show)
    }

    /// Computes every formula and empties what no rule shows, until nothing more is hidden: a
    /// place that was hidden stays so, whatever follows from its being empty. Fields that keep
    /// their value when hidden, and serial numbers, are left as they are.
    pub fn settle(&self, values: &mut Values, context: &Context) -> Failures {
        let mut hidden = Hidden::default();
        let mut failures = self.compute_shown(values, &hidden, context);
        while self.hide_more(values, &failures, &mut hidden, context) {
            failures = self.compute_shown(values, &hidden, context);
        }
        failures
    }

    /// Empties what is hidden now and was not before; answers whether there was any.
    fn hide_more(
        &self,
        values: &mut Values,
        failures: &Failures,
        hidden: &mut Hidden,
        context: &Context,
    ) -> bool {
        let mut more = false;
        let showing = self.state_rules.iter().filter(|rule| rule.effect == Effect::Show);
        for rule in showing {
            for place in rule.places.iter().filter(|place| self.is_emptied(place)) {
                let variables = Variables::of(values).with_failures(failures);
                match place {
                    Place::Field(key) => {
                        let shown = rule.when.holds(&variables, context).unwrap_or(true);
                        if !shown && hidden.fields.insert(key.clone()) {
                            more = true;
                            values.insert(key.clone(), self.nothing_at(key));
                        }
                    }
                    Place::Column(subform, column) => {
                        let rows = values.get(subform).map(Value::rows).unwrap_or_default();
                        let shown = rows.iter().enumerate().map(|(at, row)| {
                            let row = (at, &row.values);
                            let variables = self.row_variables(variables, subform.as_str(), row);
                            rule.when.holds(&variables, context).unwrap_or(true)
                        });
                        let shown: Vec<bool> = shown.collect();
                        more |= hide_cells(values, hidden, (subform, column), &shown);
                    }
                }
            }
        }
        more
    }

    fn is_emptied(&self, place: &Place) -> bool {
        let empties = |field: &FieldModel| {
            !field.field.keep_when_hidden && !matches!(field.kind.shape(), Shape::Serial(_))
        };
        place.field(&self.form).is_some_and(empties)
    }

    fn nothing_at(&self, key: &FieldKey) -> Value {
        match self.form.subform(key.as_str()) {
            Some(_) => Value::Rows(Vec::new()),
            None => Value::Null,
        }
    }
}

fn hide_cells(
    values: &mut Values,
    hidden: &mut Hidden,
    (subform, column): (&FieldKey, &FieldKey),
    shown: &[bool],
) -> bool {
    let Some(Value::Rows(rows)) = values.get_mut(subform) else { return false };
    let mut more = false;
    for (at, (row, shown)) in rows.iter_mut().zip(shown).enumerate() {
        if !shown && hidden.cells.insert((subform.clone(), at, column.clone())) {
            more = true;
            row.values.insert(column.clone(), Value::Null);
        }
    }
    more
}
