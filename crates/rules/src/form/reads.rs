//! What formulas and checks come down to: the fields that no formula computes.

use std::collections::{BTreeMap, BTreeSet};

use formwork_model::FieldKey;

use super::{order::Draft, place::Place};

/// What each computed field reads. A subform counts as one, with all of its columns.
#[derive(Debug, Default)]
pub(super) struct Reads(BTreeMap<FieldKey, BTreeSet<FieldKey>>);

impl Reads {
    pub(super) fn of(formulas: &[Draft]) -> Self {
        let mut reads = Self::default();
        for draft in formulas {
            let place = top(&draft.formula.place);
            let read = reads.0.entry(place.clone()).or_default();
            if matches!(draft.formula.place, Place::Column(..)) {
                // The other columns are typed.
                read.insert(place.clone());
            }
            read.extend(draft.reads.iter().map(top).cloned());
        }
        reads
    }

    /// What is read in the end, by way of formulas.
    pub(super) fn sources<'k>(
        &self,
        read: impl IntoIterator<Item = &'k FieldKey>,
    ) -> BTreeSet<FieldKey> {
        let mut seen: BTreeSet<FieldKey> = BTreeSet::new();
        let mut sources = BTreeSet::new();
        let mut open: Vec<FieldKey> = read.into_iter().cloned().collect();
        while let Some(key) = open.pop() {
            if !seen.insert(key.clone()) {
                continue;
            }
            let computed = self.0.get(&key);
            if computed.is_none_or(|read| read.contains(&key)) {
                sources.insert(key);
            }
            open.extend(computed.into_iter().flatten().cloned());
        }
        sources
    }
}

/// The field of the record where a place lies.
pub(super) fn top(place: &Place) -> &FieldKey {
    match place {
        Place::Field(key) | Place::Column(key, _) => key,
    }
}
