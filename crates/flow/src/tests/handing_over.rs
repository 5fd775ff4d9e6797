//! What is somebody's who leaves goes to whoever has the role, to a member, or to the admins.

use serde_json::json;

use super::*;
use crate::{LogAction, Status};

fn leave(play: &mut Play, member: &str, to: Option<&str>) {
    play.world.gone.insert(member.to_owned());
    let to = to.map(str::to_owned);
    play.send(Command::HandOver { member: member.to_owned(), to }).unwrap();
}

fn by_name(key: &str, members: &[&str], mode: &str) -> Json {
    let people: Vec<Json> = members.iter().map(|member| json!({"member": member})).collect();
    step(key_kind(), key, "x", json!({"assignees": people, "mode": mode}))
}

fn key_kind() -> &'static str {
    "approve"
}

#[test]
fn a_task_by_name_goes_to_the_member_named_or_to_the_admins() {
    let steps = json!([by_name("a", &["lu"], "any")]);
    let mut play = Play::started(steps.clone(), World::new());
    leave(&mut play, "lu", Some("gao"));
    assert_eq!(play.open(), ["gao"]);
    let line = play.state.log.last().unwrap();
    assert_eq!((line.action, line.from.as_deref()), (LogAction::HandOver, Some("lu")));
    let mut play = Play::started(steps, World::new());
    leave(&mut play, "lu", None);
    assert_eq!(play.open(), ["admin"]);
}

#[test]
fn a_role_has_its_task_done_by_whoever_is_left() {
    let mut play = Play::started(json!([approve("a", "finance")]), World::new());
    leave(&mut play, "fang", Some("lu"));
    assert_eq!(play.open(), ["gao"]);
}

#[test]
fn a_role_without_anybody_is_stood_in_for_until_there_is_a_next_holder() {
    let mut play = Play::started(json!([approve("a", "legal")]), World::new());
    leave(&mut play, "lu", None);
    assert_eq!(play.open(), ["admin"]);
    play.send(Command::FollowRoles).unwrap();
    assert_eq!(play.open(), ["admin"], "nobody is there yet");
    play.world.people.insert("legal".into(), vec!["wei".into()]);
    play.send(Command::FollowRoles).unwrap();
    assert_eq!(play.open(), ["wei"]);
}

#[test]
fn the_first_holder_of_an_empty_role_takes_over_from_the_admins() {
    let mut play = Play::started(json!([approve("a", "nobody")]), World::new());
    assert_eq!(play.open(), ["admin"]);
    play.world.people.insert("nobody".into(), vec!["wei".into()]);
    play.send(Command::FollowRoles).unwrap();
    assert_eq!(play.open(), ["wei"]);
}

#[test]
fn who_loses_a_role_loses_its_tasks() {
    let mut play = Play::started(json!([approve("a", "legal")]), World::new());
    play.world.people.insert("legal".into(), vec!["wei".into()]);
    play.send(Command::FollowRoles).unwrap();
    assert_eq!(play.open(), ["wei"]);
}

#[test]
fn those_who_agreed_suffice_when_the_last_one_leaves_to_somebody_who_has_agreed() {
    let mut play = Play::started(json!([by_name("a", &["fang", "lu"], "all")]), World::new());
    play.approve("fang").unwrap();
    leave(&mut play, "lu", Some("fang"));
    assert_eq!(play.state.status, Status::Completed);
}

#[test]
fn nobodys_turn_is_passed_over() {
    let mut play =
        Play::started(json!([by_name("a", &["fang", "lu", "gao"], "in_order")]), World::new());
    leave(&mut play, "lu", None);
    play.approve("fang").unwrap();
    assert_eq!(play.open(), ["admin"]);
    play.approve("admin").unwrap();
    assert_eq!(play.open(), ["gao"]);
    let mut play = Play::started(json!([by_name("a", &["fang", "lu"], "in_order")]), World::new());
    leave(&mut play, "lu", Some("wei"));
    play.approve("fang").unwrap();
    assert_eq!(play.open(), ["wei"]);
}

#[test]
fn what_is_the_starters_goes_to_who_stands_in_or_to_the_admins() {
    use formwork_model::document::ReturnTarget;
    let steps = json!([approve("a", "legal")]);
    for to in [Some("wei"), None] {
        let mut play = Play::started(steps.clone(), World::new());
        play.act("lu", Answer::Return(ReturnTarget::Starter), "补").unwrap();
        leave(&mut play, "chen", to);
        let stranger = play.send(Command::Resubmit { by: "gao".into() });
        assert_eq!(stranger.unwrap_err(), Refusal::NotTheStarter);
        play.send(Command::Resubmit { by: to.unwrap_or("admin").into() }).unwrap();
        assert_eq!(play.state.status, Status::Running);
    }
}
