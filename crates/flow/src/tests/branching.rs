//! Branches, telling people, and changing records.

use serde_json::json;

use super::*;
use crate::{Status, VisitState};

fn branch(mode: &str, branches: Json) -> Json {
    json!({"key": "split", "label": "分", "kind": "branch", "mode": mode, "branches": branches})
}

fn way(key: &str, when: Option<&str>, steps: Json) -> Json {
    let mut way = json!({"key": key, "label": key, "steps": steps});
    if let Some(when) = when {
        way["when"] = json!(when);
    }
    way
}

fn three_ways(mode: &str) -> Json {
    let ways = json!([
        way("large", Some("amount > 100"), json!([approve("a", "finance")])),
        way("risky", Some("risk"), json!([approve("b", "legal")])),
        way("other", None, json!([approve("c", "head")])),
    ]);
    json!([branch(mode, ways), approve("last", "legal")])
}

#[test]
fn the_first_branch_that_holds_is_taken() {
    let cases = [(vec!["amount > 100", "risk"], "a"), (vec!["risk"], "b"), (vec![], "c")];
    for (holding, expected) in cases {
        let world = World { admins: vec!["admin".to_owned()], ..World::new() }.holding(&holding);
        let play = Play::started(three_ways("first"), world);
        assert_eq!(play.at(), Some(expected), "{holding:?}");
    }
}

#[test]
fn every_branch_that_holds_is_taken_one_after_the_other() {
    let mut play =
        Play::started(three_ways("every"), World::new().holding(&["amount > 100", "risk"]));
    assert_eq!(play.at(), Some("a"));
    play.approve("fang").unwrap();
    assert_eq!(play.at(), Some("b"));
    play.approve("lu").unwrap();
    assert_eq!(play.at(), Some("last"));
    play.approve("lu").unwrap();
    assert_eq!(play.state.status, Status::Completed);
}

#[test]
fn without_a_branch_that_holds_the_process_goes_on() {
    let inner =
        branch("first", json!([way("never", Some("never"), json!([approve("x", "legal")]))]));
    let outer = json!({"key": "outer", "label": "外", "kind": "branch", "branches": [
        way("in", None, json!([inner])),
    ]});
    let play = Play::started(json!([outer, approve("last", "legal")]), World::new());
    assert_eq!(play.at(), Some("last"));
}

#[test]
fn people_are_told_and_not_waited_for() {
    let told = json!({"key": "tell", "label": "抄送", "kind": "copy_to", "to": [{"role": "finance"}, {"member": "gao"}]});
    let play = Play::started(json!([told, approve("last", "legal")]), World::new());
    assert_eq!(play.at(), Some("last"));
    let members = vec!["fang".to_owned(), "gao".to_owned()];
    let step = "tell".parse().unwrap();
    assert!(play.effects.contains(&Effect::CopySent { visit: 1, step, members }));
}

#[test]
fn a_branch_after_an_act_sees_the_changed_record() {
    let after = branch(
        "first",
        json!([
            way("won", Some("stage == 'won'"), json!([approve("a", "legal")])),
            way("no", None, json!([]))
        ]),
    );
    let mut play = Play::started(json!([act("win"), after]), World::new());
    assert_eq!(play.state.current().unwrap().state, VisitState::Acting);
    assert!(matches!(play.effects.last(), Some(Effect::Run { visit: 1, .. })));
    play.world.holding.insert("stage == 'won'".to_owned());
    play.send(Command::EffectsDone { visit: 1 }).unwrap();
    assert_eq!(play.at(), Some("a"));
    assert_eq!(play.send(Command::EffectsDone { visit: 1 }).unwrap_err(), Refusal::NotActing);
}
