//! Approving, filling in, rejecting, transferring, and who gets a task.

use serde_json::json;

use super::*;
use crate::{LogAction, Outcome, Status, VisitState, task_actions};

#[test]
fn one_decision_settles_a_step_and_voids_the_other_tasks() {
    let mut play =
        Play::started(json!([approve("a", "finance"), approve("b", "legal")]), World::new());
    assert_eq!(play.open(), ["fang", "gao"]);
    play.approve("gao").unwrap();
    assert_eq!((play.at(), play.open()), (Some("b"), vec!["lu"]));
    assert_eq!(
        play.task_states(),
        [("1-1", TaskState::Void), ("1-2", TaskState::Done), ("2-1", TaskState::Open)]
    );
    play.approve("lu").unwrap();
    assert_eq!(play.state.status, Status::Completed);
    assert!(matches!(
        play.effects.as_slice(),
        [Effect::TaskClosed { .. }, Effect::StatusChanged { status: Status::Completed, .. }]
    ));
}

#[test]
fn all_need_everyone_and_in_order_takes_turns() {
    let all = json!([step("approve", "a", "finance", json!({"mode": "all"}))]);
    let mut play = Play::started(all, World::new());
    play.approve("fang").unwrap();
    assert_eq!(play.open(), ["gao"]);
    play.approve("gao").unwrap();
    assert_eq!(play.state.status, Status::Completed);

    let turns = json!([step("approve", "a", "finance", json!({"mode": "in_order"}))]);
    let mut play = Play::started(turns, World::new());
    assert_eq!(play.open(), ["fang"]);
    assert_eq!(play.approve("gao").unwrap_err(), Refusal::UnknownTask);
    play.approve("fang").unwrap();
    assert_eq!(play.open(), ["gao"]);
    play.approve("gao").unwrap();
    assert_eq!(play.state.status, Status::Completed);
}

#[test]
fn members_named_twice_get_one_task() {
    let assignees =
        json!({"assignees": [{"role": "finance"}, {"member": "gao"}, {"role": "legal"}]});
    let play = Play::started(json!([step("approve", "a", "x", assignees)]), World::new());
    assert_eq!(play.open(), ["fang", "gao", "lu"]);
}

#[test]
fn required_fields_and_comments_are_asked_for() {
    let fields = json!({"fields": {"editable": ["cost"], "required": ["cost", "due"]}});
    let mut play = Play::started(json!([step("fill", "a", "legal", fields)]), World::new());
    play.world.filled.insert("due".to_owned());
    let fields = vec!["cost".parse().unwrap()];
    assert_eq!(play.approve("lu").unwrap_err(), Refusal::FieldRequired { fields });
    play.world.filled.insert("cost".to_owned());
    play.approve("lu").unwrap();
    assert_eq!(play.state.log.last().unwrap().action, LogAction::Fill);

    let mut play = Play::started(json!([approve("a", "legal")]), World::new());
    assert_eq!(play.act("lu", Answer::Reject, "  ").unwrap_err(), Refusal::CommentRequired);
}

#[test]
fn a_rejection_ends_everything_and_sets_fields() {
    let mut play = Play::started(
        json!([step("approve", "a", "finance", json!({"mode": "all"})), approve("b", "legal")]),
        World::new(),
    );
    play.act("gao", Answer::Reject, "太贵").unwrap();
    assert_eq!(play.state.status, Status::Rejected);
    assert_eq!(play.state.visits[0].state, VisitState::Rejected);
    let Some(Effect::StatusChanged { status: Status::Rejected, set }) = play.effects.last() else {
        panic!("{:?}", play.effects);
    };
    assert_eq!(set["stage"], "'lost'");
    assert!(play.open().is_empty());
}

#[test]
fn wrong_hands_and_wrong_moments_are_refused() {
    let mut play =
        Play::started(json!([approve("a", "finance"), approve("b", "legal")]), World::new());
    let act = |task: &str, by: &str| Command::Act {
        task: task.to_owned(),
        by: by.to_owned(),
        answer: Answer::Approve,
        comment: None,
        version: None,
        changed: Vec::new(),
    };
    assert_eq!(play.send(act("1-1", "gao")).unwrap_err(), Refusal::NotYourTask);
    assert_eq!(play.send(act("9-1", "gao")).unwrap_err(), Refusal::UnknownTask);
    play.send(act("1-1", "fang")).unwrap();
    assert_eq!(play.send(act("1-1", "fang")).unwrap_err(), Refusal::AlreadyDecided);
    assert_eq!(play.send(act("1-2", "gao")).unwrap_err(), Refusal::TaskNotOpen);
    let again = Command::Start { by: "chen".to_owned() };
    assert_eq!(play.send(again).unwrap_err(), Refusal::AlreadyStarted);
    let resubmit = Command::Resubmit { by: "chen".to_owned() };
    assert_eq!(play.send(resubmit).unwrap_err(), Refusal::NotRunning);
    assert_eq!(play.send(Command::EffectsDone { visit: 2 }).unwrap_err(), Refusal::NotActing);
    play.version.version = 4;
    assert_eq!(play.approve("lu").unwrap_err(), Refusal::WrongVersion);
}

#[test]
fn nobody_goes_to_admins_is_skipped_or_is_refused() {
    let steps = |policy: &str| {
        json!([
            step("approve", "a", "nobody", json!({"when_nobody": policy})),
            approve("b", "legal")
        ])
    };
    let play = Play::started(steps("admins"), World::new());
    assert_eq!(play.open(), ["admin"]);
    let play = Play::started(steps("skip"), World::new());
    assert_eq!((play.open(), play.state.visits[0].state), (vec!["lu"], VisitState::Skipped));
    let mut play = Play::new(steps("refuse"), World::new());
    let refusal = play.send(Command::Start { by: "chen".to_owned() }).unwrap_err();
    assert_eq!(refusal, Refusal::NobodyToApprove { step: "a".parse().unwrap() });
    assert_eq!(play.state, State::default());
}

#[test]
fn those_who_submitted_or_decided_just_before_are_left_out() {
    let skipping = |key: &str, members: Json| {
        step("approve", key, "x", json!({"assignees": members, "skip_repeated": true}))
    };
    let steps = json!([
        skipping("a", json!([{"starter": true}, {"member": "gao"}])),
        skipping("b", json!([{"member": "gao"}])),
        skipping("c", json!([{"member": "gao"}, {"member": "lu"}])),
    ]);
    let mut play = Play::started(steps, World::new());
    assert_eq!(play.open(), ["gao"]);
    play.approve("gao").unwrap();
    assert_eq!((play.at(), play.open()), (Some("c"), vec!["lu"]));
    assert_eq!(play.state.log[2].action, LogAction::Skip);
}

#[test]
fn a_transferred_task_belongs_to_its_new_member_alone() {
    let mut play = Play::started(
        json!([step("approve", "a", "finance", json!({"mode": "all"}))]),
        World::new(),
    );
    let to = |member: &str| Answer::Transfer(member.to_owned());
    assert_eq!(play.act("fang", to("fang"), "").unwrap_err(), Refusal::TransferToSelf);
    assert_eq!(play.act("fang", to("gao"), "").unwrap_err(), Refusal::AlreadyAssigned);
    play.act("fang", to("hu"), "我休假").unwrap();
    assert_eq!(play.open(), ["gao", "hu"]);
    let (_, task) = play.state.task("1-3").unwrap();
    assert_eq!(task.from.as_deref(), Some("fang"));
    assert_eq!(play.state.task("1-1").unwrap().1.outcome, Some(Outcome::Transferred));
    play.approve("hu").unwrap();
    play.approve("gao").unwrap();
    assert_eq!(play.state.status, Status::Completed);
}

#[test]
fn a_step_allows_what_it_names_and_filling_in_never_rejects() {
    let only = json!({"actions": ["transfer"]});
    let mut play = Play::started(json!([step("approve", "a", "legal", only)]), World::new());
    assert_eq!(play.act("lu", Answer::Reject, "no").unwrap_err(), Refusal::ActionNotAllowed);
    let mut play = Play::started(json!([step("fill", "a", "legal", json!({}))]), World::new());
    assert_eq!(play.act("lu", Answer::Reject, "no").unwrap_err(), Refusal::ActionNotAllowed);
    let names = serde_json::to_value(task_actions(&play.version, &play.state, "1-1")).unwrap();
    assert_eq!(names, json!(["approve", "return", "transfer"]));
}
