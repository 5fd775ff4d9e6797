//! Linked records that are read once for many records that are saved together.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use formwork_model::{FieldKey, FormKey};
use formwork_rules::Links;

/// Ids and fields, by form.
pub(super) type Asked = HashMap<FormKey, (BTreeSet<String>, BTreeSet<FieldKey>)>;

/// Records that a change has read for all that it saves, and which nobody changes meanwhile.
pub(super) struct Known {
    asked: Asked,
    links: Links,
}

impl Known {
    /// What was asked for, and what was found.
    pub(super) fn new(asked: Asked, links: Links) -> Self {
        Self { asked, links }
    }

    /// Those of some records that are not known, and what is known of the others.
    pub(super) fn of(
        &self,
        form: &FormKey,
        ids: BTreeSet<String>,
        fields: &BTreeSet<FieldKey>,
    ) -> (BTreeSet<String>, Links) {
        let asked = self.asked.get(form).filter(|(_, known)| fields.is_subset(known));
        let Some((asked, _)) = asked else { return (ids, Links::new()) };
        let (known, unknown): (BTreeSet<String>, _) =
            ids.into_iter().partition(|id| asked.contains(id));
        let found = known.into_iter().filter_map(|id| {
            let values = Arc::clone(self.links.get(&id)?);
            Some((id, values))
        });
        (unknown, found.collect())
    }
}
