//! What is somebody's in processes, when people change: named before, given to others with it.

use formwork_flow::{Command, Status};
use formwork_store::{
    Connection,
    repo::instance::{InstanceRow, instance_list_following, instance_list_waiting_for},
};

use super::{
    drive::drive,
    running::{read_state, resume},
};
use crate::{EngineResult, work::Work};

/// What waits for a member in processes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Duties {
    /// Open tasks.
    pub tasks: usize,
    /// Places in the queue of a step that is decided in order.
    pub turns: usize,
    /// Records that came back and are to be submitted again.
    pub returned: usize,
}

impl Duties {
    /// Whether nothing waits.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// Counts what waits for a member.
pub(crate) async fn duties(connection: &mut Connection, member: &str) -> EngineResult<Duties> {
    let mut duties = Duties::default();
    for row in instance_list_waiting_for(connection, member).await? {
        add_duties(&mut duties, &row, member)?;
    }
    Ok(duties)
}

fn add_duties(duties: &mut Duties, row: &InstanceRow, member: &str) -> EngineResult<()> {
    let state = read_state(row)?;
    duties.tasks += state.open_tasks().filter(|task| task.member == member).count();
    let waits = |visit: &&formwork_flow::Visit| visit.waiting.iter().any(|one| one == member);
    duties.turns += state.current().into_iter().filter(waits).count();
    duties.returned += usize::from(state.status == Status::Returned && row.starter == member);
    Ok(())
}

/// Gives what waits for a member, who is no longer active, to others: to whoever holds the
/// role, or else to a member, or to the admins of each flow.
pub(crate) async fn hand_over(
    work: &mut Work<'_>,
    member: &str,
    to: Option<&str>,
) -> EngineResult<()> {
    for row in instance_list_waiting_for(work.connection, member).await? {
        let mut running = resume(work, row).await?;
        let (member, to) = (member.to_owned(), to.map(str::to_owned));
        drive(work, &mut running, Command::HandOver { member, to }).await?;
    }
    Ok(())
}

/// Gives tasks to those who hold the roles now that they were given for.
pub(crate) async fn follow_roles(work: &mut Work<'_>) -> EngineResult<()> {
    for row in instance_list_following(work.connection).await? {
        let mut running = resume(work, row).await?;
        drive(work, &mut running, Command::FollowRoles).await?;
    }
    Ok(())
}
