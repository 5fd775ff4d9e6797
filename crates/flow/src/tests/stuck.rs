//! What fails never means "otherwise": the instance stops, visibly, and can be taken up again.

use serde_json::json;

use super::*;
use crate::{AdminAction, Ending, LogAction, Status, path};

fn sized() -> Json {
    json!([
        approve("boss", "legal"),
        {"key": "size", "label": "分", "kind": "branch", "branches": [
            {"key": "large", "label": "大", "when": "amount > 100", "steps": [approve("director", "finance")]},
            {"key": "small", "label": "小", "steps": []}
        ]},
        approve("last", "finance")
    ])
}

fn failing(when: &str) -> World {
    World { failing: BTreeSet::from([when.to_owned()]), ..World::new() }
}

fn administer(play: &mut Play, action: AdminAction) -> Result<Decision, Refusal> {
    play.send(Command::Administer {
        changed: Vec::new(),
        by: "admin".into(),
        action,
        comment: "看过了".into(),
    })
}

#[test]
fn a_condition_that_fails_is_not_otherwise() {
    let mut play = Play::started(sized(), failing("amount > 100"));
    play.approve("lu").unwrap();
    assert_eq!(play.state.status, Status::Stuck);
    assert_eq!(play.at(), Some("size"));
    assert!(play.open().is_empty());
    assert!(play.effects.contains(&Effect::StuckTold { members: vec!["admin".into()] }));
    let stuck = play.state.stuck.clone().unwrap();
    assert_eq!(stuck.reason.code, "branch_undecided");
    assert_eq!(stuck.reason.params["reason"], "division_by_zero");
    assert_eq!(stuck.reason.params["branch"]["und"], "大");
    let picture = path(&play.version, &play.state);
    assert_eq!(picture.stuck, Some(stuck));
    assert_eq!(play.state.log.last().unwrap().action, LogAction::Stuck);

    play.world = World::new().holding(&["amount > 100"]);
    administer(&mut play, AdminAction::Resume).unwrap();
    assert_eq!((play.at(), play.open()), (Some("director"), vec!["fang", "gao"]));
    assert!(play.effects.contains(&Effect::StuckOver));
    assert_eq!(administer(&mut play, AdminAction::Resume).unwrap_err(), Refusal::NotStuck);
}

#[test]
fn what_still_fails_is_stuck_again_and_can_be_ended() {
    let mut play = Play::started(sized(), failing("amount > 100"));
    play.approve("lu").unwrap();
    administer(&mut play, AdminAction::Resume).unwrap();
    assert_eq!(play.state.status, Status::Stuck);
    administer(&mut play, AdminAction::End(Ending::Cancelled)).unwrap();
    assert_eq!((play.state.status, &play.state.stuck), (Status::Cancelled, &None));
    assert_eq!(play.state.log.last().unwrap().status, Some(Status::Cancelled));
}

#[test]
fn changes_that_are_refused_leave_what_was_decided_and_stop() {
    let mut play = Play::started(json!([approve("boss", "legal"), make("book")]), World::new());
    play.approve("lu").unwrap();
    let visit = play.state.current().unwrap().id;
    let reason = Problem::new("check_failed");
    play.send(Command::EffectsFailed { visit: Some(visit), reason: reason.clone() }).unwrap();
    assert_eq!(play.state.status, Status::Stuck);
    assert_eq!(play.state.stuck.as_ref().unwrap().reason, reason);
    assert!(!play.state.visits[1].made_records, "nothing was kept");
    administer(&mut play, AdminAction::Resume).unwrap();
    assert!(
        matches!(play.effects.last(), Some(Effect::Run { visit: again, .. }) if *again == visit)
    );
    play.send(Command::EffectsDone { visit }).unwrap();
    assert_eq!(play.state.status, Status::Completed);
}

#[test]
fn a_status_holds_though_its_fields_cannot_be_set() {
    let mut play = Play::started(json!([approve("boss", "legal")]), World::new());
    play.act("lu", Answer::Reject, "不行").unwrap();
    let reason = Problem::new("formula_failed");
    play.send(Command::EffectsFailed { visit: None, reason }).unwrap();
    assert_eq!(play.state.status, Status::Rejected);
    assert!(play.state.stuck.is_some());
    administer(&mut play, AdminAction::Resume).unwrap();
    assert!(play.state.stuck.is_none());
    let set = &play.version.flow.on_rejected;
    assert!(
        play.effects
            .contains(&Effect::StatusChanged { status: Status::Rejected, set: set.clone() })
    );
}

#[test]
fn the_starter_can_take_back_what_is_stuck_before_anybody_decided() {
    let steps = sized()[1].clone();
    let mut play = Play::started(json!([steps]), failing("amount > 100"));
    assert_eq!(play.state.status, Status::Stuck);
    play.send(Command::Withdraw { by: "chen".into(), comment: None }).unwrap();
    assert_eq!(play.state.status, Status::Withdrawn);
    assert!(play.effects.contains(&Effect::StuckOver));
}

#[test]
fn states_and_events_of_before_can_be_read() {
    let state = json!({
        "status": "running", "version": 1, "starter": "chen", "started_at": null,
        "finished_at": null, "visits": [{"id": 1, "step": "boss", "state": "open",
            "entered_at": "2026-01-01T00:00:00Z", "tasks": [{"id": "1-1", "member": "lu",
            "state": "open", "opened_at": "2026-01-01T00:00:00Z"}]}],
        "log": [{"at": "2026-01-01T00:00:00Z", "by": "chen", "action": "submit"}],
        "visits_before_submit": 0
    });
    let state: State = serde_json::from_value(state).unwrap();
    assert_eq!(state.open_tasks().count(), 1);
    let events = [
        json!({"kind": "task_opened", "visit": 1, "task": "1-1", "member": "lu"}),
        json!({"kind": "task_done", "task": "1-1", "outcome": "approved"}),
        json!({"kind": "finished", "status": "completed"}),
    ];
    for mut event in events {
        event["format"] = json!(1);
        event["at"] = json!("2026-01-01T00:00:00Z");
        event["by"] = json!("lu");
        serde_json::from_value::<crate::Event>(event).unwrap();
    }
}
