//! The picture of a record's process.

use formwork_flow::{Path, path};
use formwork_store::repo::instance::instance_of_record;

use super::{running::read_state, versions::flow_version};
use crate::{Caller, Engine, EngineError, EngineResult};

impl Engine {
    /// The latest process of a record that the member sees.
    ///
    /// # Errors
    /// `NotFound` out of reach, or when there never was one.
    pub async fn record_process(
        &self,
        caller: &Caller,
        form: &str,
        record: &str,
    ) -> EngineResult<Path> {
        self.must_see(caller, form, record).await?;
        let catalog = self.catalog();
        let mut connection = self.store().read().await?;
        let instance = instance_of_record(&mut connection, record).await?;
        let instance = instance.ok_or(EngineError::NotFound)?;
        let version = flow_version(
            &mut connection,
            &catalog,
            &instance.form,
            &instance.flow,
            instance.flow_version,
        )
        .await?;
        Ok(path(&version, &read_state(&instance)?))
    }
}
