//! A record before a change, by which it is judged what people may change of it: as it is
//! stored, or for a new record as its defaults make it.

use formwork_model::Values;
use formwork_rules::{FieldStates, Links, Locks};
use formwork_store::Connection;

use super::{links::LinkLoader, moment::Moment};
use crate::{EngineResult, catalog::CompiledForm};

/// The values before, and the linked records that conditions read.
pub(super) struct Before {
    values: Values,
    links: Links,
}

impl Before {
    /// Reads what is needed to judge by the record as it was.
    pub(super) async fn load(
        connection: &mut Connection,
        moment: Moment<'_>,
        form: &CompiledForm,
        (old, system): (Option<&Values>, &Values),
    ) -> EngineResult<Self> {
        let nothing = Links::new();
        let values = match old {
            Some(old) => old.clone(),
            None => {
                let mut values = system.clone();
                let context = moment.context(&nothing);
                form.rules.defaults(&mut values, &context);
                form.rules.compute(&mut values, &context);
                values
            }
        };
        let mut wanted = LinkLoader::default();
        wanted.add_needs(form.rules.lock_links_needed(), &values);
        let links = wanted.load_beside(connection, moment).await?;
        Ok(Self { values, links })
    }

    /// What people cannot change.
    pub(super) fn locks(&self, moment: Moment<'_>, form: &CompiledForm) -> Locks {
        form.rules.locks(&self.values, &moment.context(&self.links))
    }

    /// What is shown.
    pub(super) fn states(&self, moment: Moment<'_>, form: &CompiledForm) -> FieldStates {
        let failures = formwork_rules::Failures::default();
        form.rules.states(&self.values, &failures, &moment.context(&self.links))
    }

    pub(super) fn values(&self) -> &Values {
        &self.values
    }
}
