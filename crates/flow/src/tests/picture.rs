//! The picture of an instance.

use formwork_model::document::ReturnTarget;
use serde_json::json;

use super::*;
use crate::{PathStep, StepState, path};

fn states(steps: &[PathStep]) -> Vec<(String, StepState)> {
    let mut all = Vec::new();
    for step in steps {
        all.push((step.key.to_string(), step.state));
        for branch in &step.branches {
            all.extend(states(&branch.steps));
        }
    }
    all
}

fn drawn(play: &Play) -> Vec<(String, StepState)> {
    states(&path(&play.version, &play.state).steps)
}

fn expect(expected: &[(&str, StepState)]) -> Vec<(String, StepState)> {
    expected.iter().map(|(key, state)| ((*key).to_owned(), *state)).collect()
}

#[test]
fn what_happened_is_and_comes_is_told_apart() {
    let split = json!({"key": "split", "label": "分", "kind": "branch", "branches": [
        {"key": "large", "label": "大", "when": "large", "steps": [approve("x", "finance")]},
        {"key": "other", "label": "其他", "steps": [approve("y", "legal")]},
    ]});
    let steps = json!([
        step("approve", "a", "finance", json!({"mode": "in_order"})),
        split,
        approve("z", "legal")
    ]);
    let mut play = Play::started(steps, World::new());
    let to_come = StepState::ToCome;
    assert_eq!(
        drawn(&play),
        expect(&[
            ("a", StepState::Current),
            ("split", to_come),
            ("x", to_come),
            ("y", to_come),
            ("z", to_come)
        ])
    );
    let people = serde_json::to_value(&path(&play.version, &play.state).steps[0].people).unwrap();
    assert_eq!(
        people,
        json!([{"task": "1-1", "member": "fang", "state": "open"}, {"member": "gao", "state": "waiting"}])
    );

    play.approve("fang").unwrap();
    play.act("gao", Answer::Approve, "可以").unwrap();
    assert_eq!(
        drawn(&play),
        expect(&[
            ("a", StepState::Done),
            ("split", StepState::Done),
            ("x", StepState::Skipped),
            ("y", StepState::Current),
            ("z", to_come)
        ])
    );
    let picture = path(&play.version, &play.state);
    let taken: Vec<bool> = picture.steps[1].branches.iter().map(|branch| branch.taken).collect();
    assert_eq!(taken, [false, true]);
    assert_eq!(picture.log.last().unwrap().comment.as_deref(), Some("可以"));
}

#[test]
fn a_return_shows_who_sent_it_back() {
    let mut play =
        Play::started(json!([approve("a", "legal"), approve("b", "finance")]), World::new());
    play.approve("lu").unwrap();
    play.act("gao", Answer::Return(ReturnTarget::Starter), "补").unwrap();
    assert_eq!(drawn(&play), expect(&[("a", StepState::ToCome), ("b", StepState::Returned)]));
    let picture = serde_json::to_value(path(&play.version, &play.state)).unwrap();
    assert_eq!(picture["state"], json!("returned"));
    assert_eq!(picture["steps"][1]["people"][1]["state"], json!("returned"));
    assert_eq!(picture["log"][2]["target"], json!("starter"));
}

#[test]
fn what_was_never_reached_is_skipped_in_the_end() {
    let mut play =
        Play::started(json!([approve("a", "legal"), approve("b", "finance")]), World::new());
    play.act("lu", Answer::Reject, "不").unwrap();
    assert_eq!(drawn(&play), expect(&[("a", StepState::Done), ("b", StepState::Skipped)]));
}
