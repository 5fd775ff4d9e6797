//! Permission groups, compiled: what each grants, by form.

use std::{collections::HashMap, sync::Arc};

use formwork_model::document::{FormGrant, PermissionGroup};
use formwork_query::Grant;

/// A permission group whose grants are shared by all requests.
pub struct CompiledGroup {
    /// The document.
    pub document: PermissionGroup,
    grants: HashMap<String, Arc<Grant>>,
}

impl CompiledGroup {
    /// Takes a group apart by form.
    pub(crate) fn new(document: &PermissionGroup) -> Self {
        let grants = document.forms.iter();
        let grants = grants.map(|(form, granted)| (form.to_string(), Arc::new(grant(granted))));
        Self { grants: grants.collect(), document: document.clone() }
    }

    /// What the group grants on a form.
    pub(crate) fn grant(&self, form: &str) -> Option<&Arc<Grant>> {
        self.grants.get(form)
    }
}

fn grant(grant: &FormGrant) -> Grant {
    Grant {
        operations: grant.operations.clone(),
        scope: grant.scope.clone(),
        hand_over: grant.hand_over,
        hidden: grant.hidden.clone(),
        read_only: grant.read_only.clone(),
    }
}
