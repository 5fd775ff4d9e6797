//! Stamps, titles and buttons.

use formwork_model::{FieldKey, FormModel, Locale, Problems, Value, Values};

use super::{FormRules, Stamp, values_of};
use crate::context::{Context, Variables};

/// Longest title, in characters.
const MAX_TITLE: usize = 200;

impl FormRules {
    /// Whether some rule sets fields when others change.
    pub fn has_stamps(&self) -> bool {
        !self.stamps.is_empty()
    }

    /// Applies the stamp rules to a record that changed from `old` (none for a new one).
    /// Answers the fields whose value it changed. A stamp that fails sets nothing.
    pub fn stamp(
        &self,
        old: Option<&Values>,
        values: &mut Values,
        context: &Context,
    ) -> Vec<FieldKey> {
        let mut stamped = Vec::new();
        for stamp in &self.stamps {
            if !stamp.on.iter().any(|key| has_changed(key, old, values)) {
                continue;
            }
            for (key, value) in stamp.values(old, values, context) {
                if values.get(&key).unwrap_or(&Value::Null) != &value {
                    values.insert(key.clone(), value);
                    stamped.push(key);
                }
            }
        }
        stamped
    }

    /// The title of a record, at most 200 characters; empty when there is nothing to show.
    pub fn title(&self, values: &Values, context: &Context) -> String {
        let title = match &self.title {
            Some(title) => title.text(&Variables::of(values), context).unwrap_or_default(),
            None => first_text(&self.form, values),
        };
        title.trim().chars().take(MAX_TITLE).collect()
    }

    /// Whether a button is offered; not when its condition fails, nor when there is none.
    pub fn button_offered(&self, key: &str, values: &Values, context: &Context) -> bool {
        let button = self.buttons.iter().find(|button| button.key == key);
        button.is_some_and(|button| {
            let when = button.when.as_ref();
            when.is_none_or(|when| when.holds(&Variables::of(values), context).unwrap_or(false))
        })
    }

    /// The values that a button sets, in this record or in the new one of another form, and
    /// a problem for each that failed or does not fit its field.
    pub fn button_values(
        &self,
        key: &str,
        values: &Values,
        context: &Context,
    ) -> (Values, Problems) {
        let button = self.buttons.iter().find(|button| button.key == key);
        button.map_or_else(Default::default, |button| {
            values_of(&button.set, &Variables::of(values), context)
        })
    }
}

impl Stamp {
    fn values(&self, old: Option<&Values>, values: &Values, context: &Context) -> Values {
        let nothing = Values::new();
        let variables = Variables::of(values).with_old(old.unwrap_or(&nothing));
        let when = self.when.as_ref();
        if when.is_none_or(|when| when.holds(&variables, context).unwrap_or(false)) {
            values_of(&self.set, &variables, context).0
        } else {
            nothing
        }
    }
}

fn has_changed(key: &FieldKey, old: Option<&Values>, values: &Values) -> bool {
    let value = values.get(key).filter(|value| !value.is_empty());
    match old {
        None => value.is_some(),
        Some(old) => value != old.get(key).filter(|value| !value.is_empty()),
    }
}

/// The first text or serial field that says something.
fn first_text(form: &FormModel, values: &Values) -> String {
    let named = form
        .fields
        .iter()
        .filter(|(_, field)| matches!(field.field.kind.as_str(), "text" | "serial"));
    let mut shown = named.filter_map(|(key, field)| {
        let value = values.get(key).filter(|value| !value.is_empty())?;
        Some(field.kind.display(value, &Locale::chinese()))
    });
    shown.next().unwrap_or_default()
}
