//! Roles.

use formwork_event::{Detail, RoleSaved};
use formwork_model::{Localized, Problem, name::names_problem};
use formwork_store::repo::member::{role_insert, role_rename};

use super::taken;
use crate::{Caller, Engine, EngineError, EngineResult};

impl Engine {
    /// Adds a role.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; problems of the input, `not_unique` when the key is
    /// taken.
    pub async fn role_add(&self, caller: &Caller, key: &str, label: Localized) -> EngineResult<()> {
        caller.must_be_admin()?;
        let key = key.to_owned();
        self.change_people(caller.clone(), move |work| {
            Box::pin(async move {
                if key.parse::<formwork_model::DocumentKey>().is_err() {
                    return Err(EngineError::problem(Problem::new("invalid_key").at("key")));
                }
                let text = role_label(&label)?;
                role_insert(work.connection, &key, &text)
                    .await
                    .map_err(|error| taken(error, "key"))?;
                work.log(Detail::RoleSaved(RoleSaved { role: key, label }));
                Ok(())
            })
        })
        .await
    }

    /// Renames a role.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `NotFound`; problems of the input.
    pub async fn role_rename(
        &self,
        caller: &Caller,
        key: &str,
        label: Localized,
    ) -> EngineResult<()> {
        caller.must_be_admin()?;
        let key = key.to_owned();
        self.change_people(caller.clone(), move |work| {
            Box::pin(async move {
                let text = role_label(&label)?;
                if !role_rename(work.connection, &key, &text).await? {
                    return Err(EngineError::NotFound);
                }
                work.log(Detail::RoleSaved(RoleSaved { role: key, label }));
                Ok(())
            })
        })
        .await
    }
}

fn role_label(label: &Localized) -> EngineResult<String> {
    if let Some(problem) = names_problem(label) {
        return Err(EngineError::problem(problem.at("label")));
    }
    Ok(serde_json::to_string(label).unwrap_or_default())
}
