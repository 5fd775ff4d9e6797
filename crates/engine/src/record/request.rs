//! What is asked of a save.

use std::{collections::BTreeSet, sync::Arc};

use formwork_model::{FieldKey, FormModel, Problem, Problems, Value, Values};
use formwork_query::FormAccess;
use jiff::Timestamp;

use super::{
    stored::Stored,
    writer::{Demand, Writer},
};
use crate::catalog::CompiledForm;

/// What is to become of a record.
pub(crate) struct Save {
    pub(crate) form: Arc<CompiledForm>,
    /// The record before; none for a new one.
    pub(crate) old: Option<Stored>,
    /// Who writes it.
    pub(crate) writer: Writer,
    /// The fields that a person typed, within what the access lets them type.
    pub(crate) typed: Values,
    /// The fields that a definition sets: a button, a step, a script. The others stay.
    pub(crate) set: Values,
    /// System fields that are set.
    pub(crate) system: SystemFields,
    /// How complete and correct it must be.
    pub(crate) demand: Demand,
    /// The fields that were typed or set, once the save is under way: what else they lead to,
    /// such as what a link fills in, is not the writer's to mend.
    pub(super) named: BTreeSet<FieldKey>,
}

/// System fields that a save sets; the others follow from who saves, or stay.
#[derive(Default)]
pub(crate) struct SystemFields {
    pub(crate) owner: Option<String>,
    pub(crate) department: Option<String>,
    /// The state of its process; an inner none takes it away.
    pub(crate) flow_status: Option<Option<String>>,
    /// For records that tell of the past.
    pub(crate) created_at: Option<Timestamp>,
}

impl Save {
    /// What a person types into a new record, which must then be complete, or into a stored
    /// one, which must keep the rules that this concerns.
    pub(crate) fn typed(
        form: Arc<CompiledForm>,
        access: FormAccess,
        old: Option<Stored>,
        typed: Values,
    ) -> Self {
        Self { typed, ..Self::set(form, Writer::Member(Box::new(access)), old, Values::new()) }
    }

    /// What a definition sets: of a new record, which must be complete, or of a stored one,
    /// which must be no worse than it was.
    pub(crate) fn set(
        form: Arc<CompiledForm>,
        writer: Writer,
        old: Option<Stored>,
        set: Values,
    ) -> Self {
        let demand = match (&writer, &old) {
            (_, None) => Demand::Whole,
            (Writer::Member(_), Some(_)) => Demand::Touched,
            (_, Some(old)) if old.flow_status.as_deref() == Some("draft") => Demand::Nothing,
            (_, Some(_)) => Demand::NoWorse,
        };
        let (typed, system) = (Values::new(), SystemFields::default());
        Self { form, old, writer, typed, set, system, demand, named: BTreeSet::new() }
    }

    /// The same with system fields set.
    pub(crate) fn with_system(self, system: SystemFields) -> Self {
        Self { system, ..self }
    }
}

/// Problems of fields that a definition sets and that only the engine decides. Example data
/// tells of the past, with the numbers that were drawn then.
pub(super) fn unsettable(form: &FormModel, writer: &Writer, set: &Values) -> Problems {
    if matches!(writer, Writer::Seed) {
        return Problems::new();
    }
    // System fields are judged where they are taken to their place.
    let own = set.keys().filter(|key| form.fields.contains_key(*key));
    own.filter_map(|key| Some(form.set_problem(key.as_str())?.at(key))).collect()
}

/// Moves the system fields that may be set to their place; the others are problems.
pub(super) fn take_system(
    form: &FormModel,
    values: &mut Values,
    system: &mut SystemFields,
) -> Problems {
    let mut problems = Problems::new();
    let named: Vec<FieldKey> =
        values.keys().filter(|key| form.system.contains_key(*key)).cloned().collect();
    for key in named {
        match (key.as_str(), values.shift_remove(&key)) {
            ("owner", Some(Value::Text(id))) => system.owner = Some(id),
            ("department", Some(Value::Text(id))) => system.department = Some(id),
            // Every record has an owner; the department follows.
            ("owner" | "department", _) => {}
            _ => problems.push(Problem::new("field_not_writable").at(&key)),
        }
    }
    problems
}
