//! The picture of a record's instance.

use formwork_flow::{Path, path};
use formwork_store::repo::instance::instance_of_record;

use super::{
    facts::{flow_admins, is_flow_admin},
    running::read_state,
    versions::flow_version,
};
use crate::{Caller, Engine, EngineError, EngineResult};

/// The picture of an instance, and whether the member may step in.
#[derive(Debug, Clone)]
pub struct OpenInstance {
    /// The picture.
    pub path: Path,
    /// Whether the member is an admin of the flow.
    pub may_administer: bool,
    /// Those who step in: member ids.
    pub admins: Vec<String>,
}

impl Engine {
    /// The latest instance of a record that the member sees.
    ///
    /// # Errors
    /// `NotFound` out of reach, or when there never was one.
    pub async fn record_instance(
        &self,
        caller: &Caller,
        form: &str,
        record: &str,
    ) -> EngineResult<OpenInstance> {
        self.must_see(caller, form, record).await?;
        let catalog = self.catalog();
        let mut connection = self.store().read().await?;
        let instance = instance_of_record(&mut connection, record).await?;
        let instance = instance.ok_or(EngineError::NotFound)?;
        let version = flow_version(
            &mut connection,
            &catalog,
            (&instance.form, &instance.flow, instance.flow_version),
        )
        .await?;
        let admins = &version.flow.admins;
        let may_administer = is_flow_admin(&catalog.directory, admins, &caller.member);
        let path = path(&version, &read_state(&instance)?);
        Ok(OpenInstance { path, may_administer, admins: flow_admins(&catalog.directory, admins) })
    }
}
