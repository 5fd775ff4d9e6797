//! How far an API key reaches.

use std::collections::BTreeSet;

use formwork_model::{FormKey, Problem, Problems};
use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;

/// What a key opens of what its member may do; it never opens more than that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyScope {
    /// Whether it changes anything.
    pub writes: bool,
    /// Whether it does what only admins do, where its member is one.
    pub administers: bool,
    /// The forms whose records it reaches, and nothing else; none for all that is there.
    pub forms: Option<BTreeSet<FormKey>>,
}

impl KeyScope {
    /// All that its member may do.
    pub fn everything() -> Self {
        Self { writes: true, administers: true, forms: None }
    }

    /// Nothing at all: what is left of a scope that cannot be read.
    fn nothing() -> Self {
        Self { writes: false, administers: false, forms: Some(BTreeSet::new()) }
    }

    /// As it is stored; none for everything.
    pub(crate) fn to_stored(&self) -> Option<String> {
        (*self != Self::everything()).then(|| serde_json::to_string(self).unwrap_or_default())
    }

    /// Reads what is stored of a key; none for everything. What cannot be read opens nothing.
    pub fn from_stored(text: Option<&str>) -> Self {
        match text {
            None => Self::everything(),
            Some(text) => serde_json::from_str(text).unwrap_or_else(|_| Self::nothing()),
        }
    }

    /// Whether records of a form are within reach.
    pub fn reaches(&self, form: &str) -> bool {
        self.forms.as_ref().is_none_or(|forms| forms.iter().any(|one| one.as_str() == form))
    }

    /// What is wrong with a scope that somebody asks for.
    pub(crate) fn check(&self, catalog: &Catalog) -> Problems {
        let mut problems = Problems::new();
        if self.administers && !(self.writes && self.forms.is_none()) {
            problems.push(Problem::new("key_scope_contradictory").at("administers"));
        }
        if self.forms.as_ref().is_some_and(BTreeSet::is_empty) {
            problems.push(Problem::new("required").at("forms"));
        }
        for (index, form) in self.forms.iter().flatten().enumerate() {
            if catalog.compiled(form.as_str()).is_none() {
                let problem = Problem::new("unknown_form").with("form", form.as_str());
                problems.push(problem.at(index).at("forms"));
            }
        }
        problems
    }
}
