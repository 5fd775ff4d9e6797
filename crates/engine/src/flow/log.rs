//! What people do in a process, in the record's history.

use formwork_event::{Detail, InstanceSubmitted, InstanceWithdrawn, TaskAnswered};
use formwork_flow::{Answer, Command};

use super::running::Running;
use crate::{
    EngineResult,
    work::{Work, log_of_record},
};

/// Writes what somebody did into the record's history.
pub(super) async fn log_command(
    work: &mut Work<'_>,
    running: &Running,
    command: &Command,
) -> EngineResult<()> {
    let detail = match command {
        Command::Start { .. } | Command::Resubmit { .. } => {
            Detail::InstanceSubmitted(InstanceSubmitted { flow: running.row.flow.clone() })
        }
        Command::Withdraw { comment, .. } => {
            Detail::InstanceWithdrawn(InstanceWithdrawn { comment: comment.clone() })
        }
        Command::Act { task, answer, comment, .. } => {
            let visit = running.state.task(task).map(|(visit, _)| visit);
            let step = visit.and_then(|visit| running.version.step(&visit.step));
            let answered = TaskAnswered {
                step: visit.map(|visit| visit.step.to_string()),
                label: step.map(|step| step.label.clone()),
                comment: comment.clone(),
            };
            match answer {
                Answer::Approve => Detail::TaskApproved(answered),
                Answer::Reject => Detail::TaskRejected(answered),
                Answer::Return(_) => Detail::TaskReturned(answered),
                Answer::Transfer(_) => Detail::TaskTransferred(answered),
            }
        }
        Command::EffectsDone { .. } => return Ok(()),
    };
    let of = (running.row.form.as_str(), running.row.record.as_str());
    let now = work.now;
    log_of_record(work, of, now, detail).await.map(drop)
}
