//! The admins of a flow reassign, jump and end.

use serde_json::json;

use super::*;
use crate::{AdminAction, Ending, LogAction, Status, StepState, path};

fn administer(play: &mut Play, by: &str, action: AdminAction) -> Result<Decision, Refusal> {
    play.send(Command::Administer {
        changed: Vec::new(),
        by: by.into(),
        action,
        comment: "有原因".into(),
    })
}

fn jump(to: &str) -> AdminAction {
    AdminAction::Jump { step: to.parse().unwrap() }
}

fn nested() -> Json {
    json!([
        approve("boss", "legal"),
        {"key": "size", "label": "分", "kind": "branch", "branches": [
            {"key": "large", "label": "大", "when": "large", "steps": [
                {"key": "kind", "label": "类", "kind": "branch", "branches": [
                    {"key": "odd", "label": "特", "when": "odd", "steps": [approve("expert", "finance"), approve("chief", "finance")]}
                ]}
            ]},
            {"key": "small", "label": "小", "steps": []}
        ]},
        approve("last", "legal")
    ])
}

#[test]
fn only_admins_and_only_with_a_reason() {
    let mut play = Play::started(nested(), World::new());
    let end = AdminAction::End(Ending::Approved);
    assert_eq!(administer(&mut play, "lu", end.clone()).unwrap_err(), Refusal::NotAFlowAdmin);
    let silent = Command::Administer {
        changed: Vec::new(),
        by: "admin".into(),
        action: end,
        comment: " ".into(),
    };
    assert_eq!(play.send(silent).unwrap_err(), Refusal::CommentRequired);
}

#[test]
fn a_task_goes_to_another_member() {
    let mut play = Play::started(nested(), World::new());
    let task = play.state.open_tasks().next().unwrap().id.clone();
    let to = AdminAction::Reassign { task: task.clone(), to: "fang".into() };
    administer(&mut play, "admin", to).unwrap();
    assert_eq!(play.open(), ["fang"]);
    let line = play.state.log.last().unwrap();
    assert_eq!((line.action, line.from.as_deref()), (LogAction::Reassign, Some("lu")));
    assert_eq!(
        (&line.members[..], line.comment.as_deref()),
        (&["fang".to_owned()][..], Some("有原因"))
    );
    let again = AdminAction::Reassign { task, to: "gao".into() };
    assert_eq!(administer(&mut play, "admin", again).unwrap_err(), Refusal::TaskNotOpen);
}

#[test]
fn a_jump_into_a_branch_takes_all_that_lead_to_it_and_goes_on_from_there() {
    let mut play = Play::started(nested(), World::new());
    administer(&mut play, "admin", jump("expert")).unwrap();
    assert_eq!((play.at(), play.open()), (Some("expert"), vec!["fang", "gao"]));
    let picture = path(&play.version, &play.state);
    assert_eq!(picture.steps[0].state, StepState::Skipped);
    assert!(picture.steps[1].branches[0].taken);
    play.approve("fang").unwrap();
    play.approve("gao").unwrap();
    assert_eq!(play.at(), Some("last"));
    play.approve("lu").unwrap();
    assert_eq!(play.state.status, Status::Completed);
}

#[test]
fn a_jump_back_undoes_what_came_after_and_never_makes_records_twice() {
    let steps = json!([approve("boss", "legal"), act("mark"), approve("last", "finance")]);
    let mut play = Play::started(steps, World::new());
    play.approve("lu").unwrap();
    play.send(Command::EffectsDone { visit: 2 }).unwrap();
    administer(&mut play, "admin", jump("boss")).unwrap();
    assert_eq!((play.at(), play.open()), (Some("boss"), vec!["lu"]));

    let steps = json!([approve("boss", "legal"), make("book"), approve("last", "finance")]);
    let mut play = Play::started(steps, World::new());
    play.approve("lu").unwrap();
    play.send(Command::EffectsDone { visit: 2 }).unwrap();
    let refused = administer(&mut play, "admin", jump("boss")).unwrap_err();
    assert_eq!(refused, Refusal::CannotReturnPastAct);
    assert_eq!(
        administer(&mut play, "admin", jump("nowhere")).unwrap_err(),
        Refusal::UnknownTarget
    );
}

#[test]
fn a_returned_instance_can_be_taken_up() {
    let mut play = Play::started(nested(), World::new());
    play.act("lu", Answer::Return(formwork_model::document::ReturnTarget::Starter), "补").unwrap();
    administer(&mut play, "admin", jump("last")).unwrap();
    assert_eq!((play.state.status, play.at()), (Status::Running, Some("last")));
    assert!(
        play.effects
            .iter()
            .any(|effect| matches!(effect, Effect::StatusChanged { status: Status::Running, .. }))
    );
}

#[test]
fn an_instance_is_ended_in_three_ways() {
    let cases = [
        (Ending::Approved, Status::Completed, "approved"),
        (Ending::Rejected, Status::Rejected, "rejected"),
        (Ending::Cancelled, Status::Cancelled, "cancelled"),
    ];
    for (how, status, of_record) in cases {
        let mut play = Play::started(nested(), World::new());
        administer(&mut play, "admin", AdminAction::End(how)).unwrap();
        assert_eq!((play.state.status, status.flow_status()), (status, of_record));
        assert!(play.open().is_empty());
        let again = administer(&mut play, "admin", AdminAction::End(how));
        assert_eq!(again.unwrap_err(), Refusal::NotRunning);
    }
}
