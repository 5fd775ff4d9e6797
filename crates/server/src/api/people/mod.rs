//! Managing members, departments and roles. For admins.

mod departments;
mod members;
mod roles;

use serde::{Deserialize, Deserializer};
use utoipa_axum::router::OpenApiRouter;

use crate::state::ServerState;

/// The routes of these resources.
pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .merge(members::routes())
        .merge(departments::routes())
        .merge(roles::routes())
}

/// Reads a property whose absence means "as it is" and whose `null` means "none".
fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}
