//! What people do in an instance, in the record's history.

use formwork_event::{
    Detail, InstanceAdministered, InstanceSubmitted, InstanceWithdrawn, Standing, TaskAnswered,
};
use formwork_flow::{AdminAction, Answer, Command, Ending, Status};
use formwork_model::DocumentKey;

use super::running::Running;
use crate::work::Work;

/// Writes what somebody did into the record's history.
pub(super) fn log_command(work: &mut Work<'_>, running: &Running, command: &Command) {
    let detail = match command {
        Command::Start { .. } | Command::Resubmit { .. } => {
            Detail::InstanceSubmitted(InstanceSubmitted { flow: running.row.flow.clone() })
        }
        Command::Withdraw { comment, .. } => {
            Detail::InstanceWithdrawn(InstanceWithdrawn { comment: comment.clone() })
        }
        Command::Act { task, answer, comment, version, .. } => {
            let visit = running.state.task(task).map(|(visit, _)| visit);
            let step = visit.and_then(|visit| running.version.step(&visit.step));
            let answered = TaskAnswered {
                step: visit.map(|visit| visit.step.to_string()),
                label: step.map(|step| step.label.clone()),
                comment: comment.clone(),
                version: *version,
            };
            match answer {
                Answer::Approve => Detail::TaskApproved(answered),
                Answer::Reject => Detail::TaskRejected(answered),
                Answer::Return(_) => Detail::TaskReturned(answered),
                Answer::Transfer(_) => Detail::TaskTransferred(answered),
            }
        }
        Command::Administer { action, comment, .. } => {
            let administered = stepped_in(running, action, comment);
            match action {
                AdminAction::Reassign { .. } => Detail::TaskReassigned(administered),
                AdminAction::Jump { .. } => Detail::InstanceJumped(administered),
                AdminAction::End(_) => Detail::InstanceEnded(administered),
                AdminAction::Resume => Detail::InstanceResumed(administered),
            }
        }
        // They are seen in the instance itself.
        Command::EffectsDone { .. }
        | Command::EffectsFailed { .. }
        | Command::HandOver { .. }
        | Command::FollowRoles => return,
    };
    let of = (running.row.form.as_str(), running.row.record.as_str());
    let now = work.now;
    work.log_of_record(of, now, detail);
}

/// What an admin changed, with how it was before.
fn stepped_in(running: &Running, action: &AdminAction, comment: &str) -> InstanceAdministered {
    let label = |key: &DocumentKey| running.version.step(key).map(|step| step.label.clone());
    let here = running.state.current().map(|visit| visit.step.clone());
    let at = |step: Option<&DocumentKey>| Standing {
        step: step.map(ToString::to_string),
        label: step.and_then(label),
        ..Standing::default()
    };
    let of = |member: Option<String>| Standing { member, ..Standing::default() };
    let status = |status: Status| Standing {
        status: serde_json::to_value(status).ok().and_then(|s| s.as_str().map(str::to_owned)),
        ..Standing::default()
    };
    let (before, after) = match action {
        AdminAction::Reassign { task, to } => {
            let holder = running.state.task(task).map(|(_, task)| task.member.clone());
            (of(holder), of(Some(to.clone())))
        }
        AdminAction::Jump { step } => (at(here.as_ref()), at(Some(step))),
        AdminAction::End(how) => {
            let after = match how {
                Ending::Approved => Status::Completed,
                Ending::Rejected => Status::Rejected,
                Ending::Cancelled => Status::Cancelled,
            };
            (status(running.state.status), status(after))
        }
        AdminAction::Resume => {
            let reason = running.state.stuck.as_ref().map(|stuck| stuck.reason.clone());
            (Standing { reason, ..status(running.state.status) }, Standing::default())
        }
    };
    let Standing { step, label, .. } = at(here.as_ref());
    InstanceAdministered { step, label, comment: comment.to_owned(), before, after }
}
