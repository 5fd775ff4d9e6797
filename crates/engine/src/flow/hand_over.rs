//! What is somebody's in instances, when people change: named before, given to others with it.

use std::{collections::BTreeSet, sync::Arc};

use formwork_flow::{Command, Status};
use formwork_model::document::Approver;
use formwork_store::{
    Connection,
    repo::{
        instance::{InstanceRow, instance_get, instance_list_waiting_for, instance_need},
        task::{task_list_via, task_vias},
    },
};

use super::{
    drive::drive,
    facts::holders,
    running::{read_state, resume},
};
use crate::{Department, EngineResult, directory::Directory, work::Work};

/// What waits for a member in instances.
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
        add_duties(&mut duties, &row, member);
    }
    Ok(duties)
}

fn add_duties(duties: &mut Duties, row: &InstanceRow, member: &str) {
    let Ok(state) = read_state(row) else {
        // Something waits; what it is cannot be read.
        duties.tasks += 1;
        return;
    };
    duties.tasks += state.open_tasks().filter(|task| task.member == member).count();
    let waits = |visit: &&formwork_flow::Visit| visit.waiting.iter().any(|one| one == member);
    duties.turns += state.current().into_iter().filter(waits).count();
    duties.returned += usize::from(state.status == Status::Returned && row.starter == member);
}

/// Gives what waits for a member, who is no longer active, to others: to whoever holds the
/// role, or else to a member, or to the admins of each flow.
pub(crate) async fn hand_over(
    work: &mut Work<'_>,
    member: &str,
    to: Option<&str>,
) -> EngineResult<()> {
    for row in instance_list_waiting_for(work.connection, member).await? {
        let (member, to) = (member.to_owned(), to.map(str::to_owned));
        try_drive(work, row, Command::HandOver { member, to }).await?;
    }
    Ok(())
}

/// Gives tasks to those who hold the roles now that they were given for: only those whose
/// holder does not fit any more, since the people are no longer as they were `before`.
pub(crate) async fn follow_roles(work: &mut Work<'_>, before: &Directory) -> EngineResult<()> {
    let now = Arc::clone(&work.catalog);
    let change = PeopleChange::new(before, &now.directory);
    if change.is_empty() {
        return Ok(());
    }
    let mut concerned = BTreeSet::new();
    for via in task_vias(work.connection).await? {
        let Ok(approver) = serde_json::from_str::<Approver>(&via) else { continue };
        if !change.may_move(&approver) {
            continue;
        }
        for (instance, member) in task_list_via(work.connection, &via).await? {
            let starter = match &approver {
                Approver::StarterHead(_) => starter_of(work, &instance).await?,
                _ => String::new(),
            };
            if change.moves(&approver, &starter, &member) {
                concerned.insert(instance);
            }
        }
    }
    for instance in concerned {
        if let Some(row) = instance_get(work.connection, &instance).await? {
            try_drive(work, row, Command::FollowRoles).await?;
        }
    }
    Ok(())
}

/// Who started an instance, though somebody else may answer for it now.
async fn starter_of(work: &mut Work<'_>, instance: &str) -> EngineResult<String> {
    let Some(row) = instance_get(work.connection, instance).await? else {
        return Ok(String::new());
    };
    Ok(read_state(&row).map_or(row.starter, |state| state.starter))
}

/// Carries out a command that a change of people leads to. An instance that cannot take it is
/// left as it is, for an admin to see: people change all the same.
async fn try_drive(work: &mut Work<'_>, row: InstanceRow, command: Command) -> EngineResult<()> {
    let id = row.id.clone();
    let part = work.begin_part().await?;
    let done = resume_and_drive(work, row, command).await;
    let ended = work.end_part(part, done.is_err()).await;
    match done {
        Err(error) if error.is_refusal() || error.is_unreadable() => {
            ended?;
            tracing::error!(%error, instance = id, "an instance cannot follow a change of people");
            Ok(instance_need(work.connection, &id, work.now.as_millisecond()).await?)
        }
        Err(error) => Err(error),
        Ok(()) => Ok(ended?),
    }
}

async fn resume_and_drive(
    work: &mut Work<'_>,
    row: InstanceRow,
    command: Command,
) -> EngineResult<()> {
    let mut running = resume(work, row).await?;
    drive(work, &mut running, command).await
}

/// What a change of people changes for tasks.
struct PeopleChange<'p> {
    before: &'p Directory,
    now: &'p Directory,
    /// Those who have lost a role, or may do less, and may no longer stand in for others.
    losers: Vec<&'p str>,
    /// Whether the heads of some departments, or the departments of some members, differ.
    heads: bool,
    /// Whether the holders of some role differ.
    roles: bool,
}

impl<'p> PeopleChange<'p> {
    fn new(before: &'p Directory, now: &'p Directory) -> Self {
        let mut change = Self { before, now, losers: Vec::new(), heads: false, roles: false };
        for member in now.members() {
            let id = member.id.as_str();
            let Some(old) = before.member(id) else {
                change.roles |= !now.roles_of(id).is_empty();
                continue;
            };
            let (had, has) = (before.roles_of(id), now.roles_of(id));
            let lost_role = had.iter().any(|role| !has.contains(role));
            let gained_role = has.iter().any(|role| !had.contains(role));
            change.roles |= lost_role || gained_role || old.active != member.active;
            change.heads |= old.active != member.active || old.department != member.department;
            if lost_role || old.active && !member.active || old.is_admin && !member.is_admin {
                change.losers.push(id);
            }
        }
        let place = |department: &Department| (department.parent.clone(), department.head.clone());
        change.heads |= now.departments().iter().any(|department| {
            before.department(&department.id).map(place) != Some(place(department))
        });
        change
    }

    fn is_empty(&self) -> bool {
        self.losers.is_empty() && !self.heads && !self.roles
    }

    /// Whether tasks that are held for this may have to go to somebody else.
    fn may_move(&self, approver: &Approver) -> bool {
        let differs = || holders(self.before, approver, "") != holders(self.now, approver, "");
        match approver {
            Approver::Role(_) => !self.losers.is_empty() || self.roles && differs(),
            Approver::DepartmentHead(_) => !self.losers.is_empty() || self.heads && differs(),
            Approver::StarterHead(_) => !self.losers.is_empty() || self.heads,
            // Whom these name does not change with the people.
            Approver::Member(_) | Approver::Field(_) | Approver::Starter(_) => false,
        }
    }

    /// Whether the task of a member may have to go to somebody else.
    fn moves(&self, approver: &Approver, starter: &str, member: &str) -> bool {
        let now = holders(self.now, approver, starter);
        let fits = now.iter().any(|holder| holder == member);
        !fits && (self.losers.contains(&member) || holders(self.before, approver, starter) != now)
    }
}
