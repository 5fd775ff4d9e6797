//! A branch that was passed, when a later step changes what its condition reads.

use serde_json::json;

use super::*;
use crate::{AdminAction, Status};

fn flow(policy: Option<&str>, last: Json) -> Play {
    let steps = json!([
        approve("boss", "legal"),
        {"key": "size", "label": "分", "kind": "branch", "branches": [
            {"key": "large", "label": "大", "when": "amount > 20000", "steps": [approve("director", "lead")]},
            {"key": "small", "label": "小", "steps": [last]}
        ]},
        approve("finance", "finance")
    ]);
    let mut world = World::new();
    world.people.insert("lead".into(), vec!["wei".into()]);
    let mut play = Play::new(steps, world);
    play.version.flow.when_facts_change = policy.map(|p| serde_json::from_value(json!(p)).unwrap());
    play.send(Command::Start { by: "chen".into() }).unwrap();
    play.approve("lu").unwrap();
    play
}

fn copy() -> Json {
    json!({"key": "tell", "label": "送", "kind": "copy_to", "to": [{"role": "legal"}]})
}

/// Finance raises the amount: the condition holds from now on.
fn raise(play: &mut Play, field: &str) {
    play.world.holding.insert("amount > 20000".into());
    let task = play.state.open_tasks().find(|task| task.member == "fang").unwrap().id.clone();
    let changed = vec![field.parse().unwrap()];
    let (by, answer) = ("fang".into(), Answer::Approve);
    play.send(Command::Act { task, by, answer, comment: None, version: Some(2), changed }).unwrap();
}

#[test]
fn the_branch_is_taken_anew() {
    for policy in [None, Some("return_to_branch")] {
        let mut play = flow(policy, copy());
        raise(&mut play, "amount");
        assert_eq!((play.at(), play.open()), (Some("director"), vec!["wei"]));
        play.approve("wei").unwrap();
        assert_eq!(play.at(), Some("finance"));
        play.approve("gao").unwrap();
        assert_eq!(play.state.status, Status::Completed);
    }
}

#[test]
fn or_the_instance_stops_and_is_resumed() {
    let mut play = flow(Some("stop"), copy());
    raise(&mut play, "amount");
    assert_eq!((play.state.status, play.at()), (Status::Stuck, Some("size")));
    assert_eq!(play.state.stuck.as_ref().unwrap().reason.code, "branch_differs");
    let by = "admin".to_owned();
    play.send(Command::Administer {
        changed: Vec::new(),
        by,
        action: AdminAction::Resume,
        comment: "好".into(),
    })
    .unwrap();
    assert_eq!(play.at(), Some("director"));
}

#[test]
fn or_the_path_stays() {
    let mut play = flow(Some("ignore"), copy());
    raise(&mut play, "amount");
    assert_eq!(play.state.status, Status::Completed);
}

#[test]
fn other_fields_change_nothing() {
    let mut play = flow(None, copy());
    raise(&mut play, "note");
    assert_eq!(play.state.status, Status::Completed);
}

#[test]
fn records_are_never_made_twice() {
    let mut play = flow(None, make("book"));
    let visit = play.state.current().unwrap().id;
    play.send(Command::EffectsDone { visit }).unwrap();
    raise(&mut play, "amount");
    assert_eq!(play.state.status, Status::Stuck);
    let admin = |action| Command::Administer {
        changed: Vec::new(),
        by: "admin".into(),
        action,
        comment: "好".into(),
    };
    assert_eq!(play.send(admin(AdminAction::Resume)).unwrap_err(), Refusal::CannotReturnPastAct);
    play.send(admin(AdminAction::Jump { step: "director".parse().unwrap() })).unwrap();
    assert_eq!(play.open(), ["wei"]);
}
