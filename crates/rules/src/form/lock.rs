//! What people cannot change in a record as it stands: rules of the kind `read_only`.

use std::collections::{BTreeSet, HashMap};

use formwork_model::{FieldKey, Localized, SubformRow, Value, Values};

use super::{Effect, FormRules, LinkNeed, StateRule, place::Place};
use crate::context::{Context, Variables};

/// Why a place cannot be changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// What the rule tells whoever tries.
    pub message: Option<Localized>,
}

/// The places of one record that people cannot change.
#[derive(Debug, Clone, Default)]
pub struct Locks {
    fields: HashMap<FieldKey, Lock>,
    /// By subform, the row's id (none for a row that is added), and column.
    cells: HashMap<(FieldKey, Option<String>, FieldKey), Lock>,
}

impl Locks {
    /// Whether everything is open.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.cells.is_empty()
    }

    /// The locked fields.
    pub fn fields(&self) -> impl Iterator<Item = &FieldKey> {
        self.fields.keys()
    }

    /// The columns that are locked in some row, or in rows that are added.
    pub fn columns(&self) -> BTreeSet<(&FieldKey, &FieldKey)> {
        self.cells.keys().map(|(subform, _, column)| (subform, column)).collect()
    }

    /// The lock on a field.
    pub fn field(&self, key: &FieldKey) -> Option<&Lock> {
        self.fields.get(key)
    }

    /// The lock on a column in the row with an id, or in a row that is added.
    pub fn cell(&self, subform: &FieldKey, row: Option<&str>, column: &FieldKey) -> Option<&Lock> {
        if self.cells.is_empty() {
            return None;
        }
        self.cells.get(&(subform.clone(), row.map(str::to_owned), column.clone()))
    }
}

impl FormRules {
    /// Whether some rule makes fields read-only.
    pub fn can_lock(&self) -> bool {
        self.state_rules.iter().any(|rule| rule.effect == Effect::ReadOnly)
    }

    /// What must be loaded before [`FormRules::locks`].
    pub fn lock_links_needed(&self) -> &[LinkNeed] {
        &self.lock_links
    }

    /// The fields that conditions of `read_only` rules read of the record itself.
    pub fn lock_reads(&self) -> Vec<FieldKey> {
        let mut reads: Vec<FieldKey> = Vec::new();
        for path in self.locking().flat_map(|rule| rule.when.paths()) {
            let name = match path.member.as_deref() {
                Some(member) if &*path.root == "record" => member,
                _ => &*path.root,
            };
            let known = self.form.fields.get_key_value(name);
            if let Some((key, _)) = known.or_else(|| self.form.system.get_key_value(name))
                && !reads.contains(key)
            {
                reads.push(key.clone());
            }
        }
        reads
    }

    /// What people cannot change in a record with these values, before a change. A condition
    /// that cannot be computed locks.
    pub fn locks(&self, values: &Values, context: &Context) -> Locks {
        let mut locks = Locks::default();
        let record = Variables::of(values);
        for rule in self.locking() {
            for place in &rule.places {
                match place {
                    Place::Field(key) => {
                        if rule.when.holds(&record, context).unwrap_or(true) {
                            locks.fields.entry(key.clone()).or_insert_with(|| rule.lock());
                        }
                    }
                    Place::Column(subform, column) => {
                        let place = (subform, column);
                        self.lock_cells(rule, place, values, context, &mut locks);
                    }
                }
            }
        }
        locks
    }

    fn lock_cells(
        &self,
        rule: &StateRule,
        (subform, column): (&FieldKey, &FieldKey),
        values: &Values,
        context: &Context,
        locks: &mut Locks,
    ) {
        let stored = values.get(subform).map(Value::rows).unwrap_or_default();
        let added = self.added_row(subform, values, context);
        let rows = stored.iter().filter(|row| row.id.is_some()).chain([&added]);
        for (at, row) in rows.enumerate() {
            let in_row = (at, &row.values);
            let record = Variables::of(values);
            let variables = self.row_variables(record, subform.as_str(), in_row);
            if rule.when.holds(&variables, context).unwrap_or(true) {
                let cell = (subform.clone(), row.id.clone(), column.clone());
                locks.cells.entry(cell).or_insert_with(|| rule.lock());
            }
        }
    }

    /// A row as it is added, with its defaults.
    fn added_row(&self, subform: &FieldKey, values: &Values, context: &Context) -> SubformRow {
        let mut with_row = values.clone();
        with_row.insert(subform.clone(), Value::Rows(vec![SubformRow::default()]));
        self.row_defaults(&mut with_row, context);
        match with_row.shift_remove(subform) {
            Some(Value::Rows(mut rows)) => rows.pop().unwrap_or_default(),
            _ => SubformRow::default(),
        }
    }

    fn locking(&self) -> impl Iterator<Item = &StateRule> {
        self.state_rules.iter().filter(|rule| rule.effect == Effect::ReadOnly)
    }
}

impl StateRule {
    fn lock(&self) -> Lock {
        Lock { message: self.message.clone() }
    }
}
