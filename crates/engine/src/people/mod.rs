//! Changing members, departments and roles.

mod department;
mod leaving;
mod member;
mod role;

use std::sync::Arc;

use formwork_model::Problem;
use formwork_store::StoreError;

pub(crate) use self::member::add_member;
pub use self::{
    department::DepartmentChange,
    leaving::{HandOver, MemberHoldings},
    member::{MemberChange, NewMember, OwnChange},
};
use crate::{EngineError, EngineResult, flow, work::Work};

/// Reads the people as they are now, and gives on the tasks of those who do not fit any more.
async fn follow_roles(work: &mut Work<'_>) -> EngineResult<()> {
    let before = Arc::clone(&work.catalog);
    work.catalog = Arc::new(before.with_people(work.connection).await?);
    flow::follow_roles(work, &before.directory).await
}

/// Somebody has it already.
fn taken(error: StoreError, field: &str) -> EngineError {
    match error {
        StoreError::NotUnique { .. } => EngineError::problem(Problem::new("not_unique").at(field)),
        other => other.into(),
    }
}
