//! Returns, submitting again, and taking back.

use formwork_model::document::ReturnTarget;
use serde_json::json;

use super::*;
use crate::{Status, VisitState, return_targets};

fn target(step: &str) -> Answer {
    Answer::Return(ReturnTarget::Step(step.parse().unwrap()))
}

fn resubmit() -> Command {
    Command::Resubmit { by: "chen".to_owned() }
}

fn withdraw() -> Command {
    Command::Withdraw { by: "chen".to_owned(), comment: None }
}

fn three_steps() -> Json {
    json!([approve("a", "legal"), approve("b", "finance"), approve("c", "legal")])
}

#[test]
fn a_return_to_a_step_undoes_all_from_there() {
    let mut play = Play::started(three_steps(), World::new());
    play.approve("lu").unwrap();
    play.approve("gao").unwrap();
    assert_eq!(play.act("lu", target("c"), "不").unwrap_err(), Refusal::UnknownTarget);
    assert_eq!(play.act("lu", target("zzz"), "不").unwrap_err(), Refusal::UnknownTarget);
    assert_eq!(play.act("lu", target("a"), "").unwrap_err(), Refusal::CommentRequired);
    play.act("lu", target("a"), "再看").unwrap();
    assert_eq!((play.at(), play.open()), (Some("a"), vec!["lu"]));
    let states: Vec<_> = play.state.visits.iter().map(|visit| visit.state).collect();
    assert_eq!(
        states,
        [VisitState::Undone, VisitState::Undone, VisitState::Returned, VisitState::Open]
    );
    for by in ["lu", "fang", "lu"] {
        play.approve(by).unwrap();
    }
    assert_eq!(play.state.status, Status::Completed);
}

#[test]
fn a_return_to_the_starter_waits_for_a_resubmit_and_begins_again() {
    let mut play = Play::started(three_steps(), World::new());
    play.approve("lu").unwrap();
    play.act("fang", Answer::Return(ReturnTarget::Starter), "补附件").unwrap();
    assert_eq!((play.state.status, play.open()), (Status::Returned, vec![]));
    assert!(matches!(
        play.effects.last(),
        Some(Effect::StatusChanged { status: Status::Returned, .. })
    ));
    let other = Command::Resubmit { by: "fang".to_owned() };
    assert_eq!(play.send(other).unwrap_err(), Refusal::NotTheStarter);
    play.send(resubmit()).unwrap();
    assert_eq!((play.state.status, play.at()), (Status::Running, Some("a")));
}

#[test]
fn return_targets_are_the_starter_and_steps_where_people_decided() {
    let steps = json!([
        approve("a", "legal"),
        act("note"),
        approve("b", "legal"),
        make("contract"),
        approve("c", "legal")
    ]);
    let mut play = Play::started(steps, World::new());
    play.approve("lu").unwrap();
    play.send(Command::EffectsDone { visit: 2 }).unwrap();
    let targets = return_targets(&play.version, &play.state);
    assert_eq!(targets, [ReturnTarget::Starter, ReturnTarget::Step("a".parse().unwrap())]);
    play.approve("lu").unwrap();
    play.send(Command::EffectsDone { visit: 4 }).unwrap();
    assert_eq!(return_targets(&play.version, &play.state), []);
    assert_eq!(play.act("lu", target("a"), "不").unwrap_err(), Refusal::CannotReturnPastAct);
    assert_eq!(
        play.act("lu", Answer::Return(ReturnTarget::Starter), "不").unwrap_err(),
        Refusal::CannotReturnPastAct
    );
}

#[test]
fn a_return_into_a_branch_stays_on_it() {
    let split = json!({"key": "split", "label": "分", "kind": "branch", "mode": "every", "branches": [
        {"key": "one", "label": "一", "when": "x", "steps": [approve("a", "legal")]},
        {"key": "two", "label": "二", "when": "y", "steps": [approve("b", "legal")]},
    ]});
    let mut play =
        Play::started(json!([split, approve("c", "legal")]), World::new().holding(&["x", "y"]));
    play.approve("lu").unwrap();
    play.approve("lu").unwrap();
    play.act("lu", target("a"), "再看").unwrap();
    assert_eq!(play.at(), Some("a"));
    play.approve("lu").unwrap();
    assert_eq!(play.at(), Some("b"));
}

#[test]
fn the_starter_takes_back_until_somebody_decides() {
    let mut play = Play::started(three_steps(), World::new());
    let other = Command::Withdraw { by: "lu".to_owned(), comment: None };
    assert_eq!(play.send(other).unwrap_err(), Refusal::NotTheStarter);
    play.approve("lu").unwrap();
    assert_eq!(play.send(withdraw()).unwrap_err(), Refusal::CannotWithdrawNow);
    play.act("fang", Answer::Return(ReturnTarget::Starter), "补").unwrap();
    play.send(resubmit()).unwrap();
    play.send(withdraw()).unwrap();
    assert_eq!((play.state.status, play.open()), (Status::Withdrawn, vec![]));
    assert_eq!(play.send(withdraw()).unwrap_err(), Refusal::NotRunning);
    assert_eq!(play.send(resubmit()).unwrap_err(), Refusal::NotRunning);
}

#[test]
fn a_transfer_does_not_keep_the_starter_from_taking_back() {
    let mut play = Play::started(three_steps(), World::new());
    play.act("lu", Answer::Transfer("hu".to_owned()), "").unwrap();
    assert!(play.state.can_withdraw());
}

#[test]
fn changed_records_do_not_keep_the_starter_from_taking_back_but_made_ones_do() {
    for (step, expected) in [(act("note"), true), (make("contract"), false)] {
        let mut play = Play::started(json!([step, approve("a", "legal")]), World::new());
        assert!(!play.state.can_withdraw(), "while records are being changed");
        play.send(Command::EffectsDone { visit: 1 }).unwrap();
        assert_eq!(play.state.can_withdraw(), expected);
    }
}

#[test]
fn fields_are_set_when_the_record_goes_back() {
    let mut play = Play::started(three_steps(), World::new());
    play.version.flow.on_returned.insert("stage".parse().unwrap(), "'again'".to_owned());
    play.version.flow.on_withdrawn.insert("stage".parse().unwrap(), "'draft'".to_owned());
    let set_now = |play: &Play| match play.effects.last() {
        Some(Effect::StatusChanged { set, .. }) => set.get("stage").cloned(),
        _ => None,
    };
    play.act("lu", Answer::Return(ReturnTarget::Starter), "补").unwrap();
    assert_eq!(set_now(&play).as_deref(), Some("'again'"));
    play.send(withdraw()).unwrap();
    assert_eq!(set_now(&play).as_deref(), Some("'draft'"));
}

#[test]
fn a_returned_record_can_be_given_up() {
    let mut play = Play::started(three_steps(), World::new());
    play.act("lu", Answer::Return(ReturnTarget::Starter), "补").unwrap();
    play.send(withdraw()).unwrap();
    assert_eq!(play.state.status, Status::Withdrawn);
}
