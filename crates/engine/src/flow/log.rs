//! What people do in a process, in the record's history.

use formwork_flow::{Answer, Command};
use formwork_store::repo::event::{NewEvent, event_append};
use serde_json::json;

use super::running::Running;
use crate::{EngineResult, work::Work};

/// Writes what somebody did into the record's history.
pub(super) async fn log_command(
    work: &mut Work<'_>,
    running: &Running,
    command: &Command,
) -> EngineResult<()> {
    let (kind, detail) = match command {
        Command::Start { .. } | Command::Resubmit { .. } => {
            ("process_submitted", json!({ "flow": running.row.flow }))
        }
        Command::Withdraw { comment, .. } => ("process_withdrawn", json!({ "comment": comment })),
        Command::Act { task, answer, comment, .. } => {
            let kind = match answer {
                Answer::Approve => "process_approved",
                Answer::Reject => "process_rejected",
                Answer::Return(_) => "process_returned",
                Answer::Transfer(_) => "process_transferred",
            };
            let step = running.state.task(task).map(|(visit, _)| visit.step.to_string());
            let label = running
                .state
                .task(task)
                .and_then(|(visit, _)| running.version.step(&visit.step))
                .map(|step| step.label.clone());
            (kind, json!({ "step": step, "label": label, "comment": comment }))
        }
        Command::EffectsDone { .. } => return Ok(()),
    };
    let event = NewEvent {
        at: work.now_ms(),
        by: work.by.clone(),
        kind,
        subject: running.row.form.clone(),
        record: Some(running.row.record.clone()),
        detail: detail.to_string(),
    };
    Ok(event_append(work.connection, &event).await?)
}
