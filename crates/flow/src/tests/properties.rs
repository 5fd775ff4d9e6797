//! Whatever flow and whatever is asked of it, an instance stays sound.

use formwork_model::document::ReturnTarget;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{AdminAction, Ending, Status, VisitState, path, return_targets};

const MEMBERS: [&str; 4] = ["chen", "fang", "gao", "lu"];

/// A sequence of steps without keys; they are numbered afterwards.
fn steps(depth: u32) -> BoxedStrategy<Vec<Json>> {
    let people = prop::collection::vec(0..=MEMBERS.len(), 0..3).prop_map(|picked| {
        Json::from_iter(picked.into_iter().map(|index| match MEMBERS.get(index) {
            Some(member) => json!({"member": member}),
            None => json!({"role": "finance"}),
        }))
    });
    let assigned = (
        prop::sample::select(vec!["approve", "fill"]),
        people.clone(),
        prop::sample::select(vec!["any", "all", "in_order"]),
        prop::sample::select(vec!["admins", "skip", "refuse"]),
        any::<bool>(),
    )
        .prop_map(|(kind, people, mode, nobody, skip)| {
            json!({"label": "步", "kind": kind, "assignees": people, "mode": mode,
                   "when_nobody": nobody, "skip_repeated": skip})
        });
    let told = people.prop_map(|to| json!({"label": "送", "kind": "copy_to", "to": to}));
    let acting = prop::sample::select(vec![act("x"), make("x")]);
    let mut leaf = prop_oneof![4 => assigned, 1 => told, 1 => acting].boxed();
    if depth > 0 {
        let branch =
            (steps(depth - 1), prop::option::of(prop::sample::select(vec!["x", "y", "z"])))
                .prop_map(|(steps, when)| json!({"label": "支", "steps": steps, "when": when}));
        let split = (prop::sample::select(vec!["first", "every"]), prop::collection::vec(branch, 1..4))
            .prop_map(|(mode, branches)| json!({"label": "分", "kind": "branch", "mode": mode, "branches": branches}));
        leaf = prop_oneof![3 => leaf, 1 => split].boxed();
    }
    prop::collection::vec(leaf, 1..4).boxed()
}

fn number(steps: &mut Json, next: &mut u32) {
    for step in steps.as_array_mut().into_iter().flatten() {
        *next += 1;
        step["key"] = json!(format!("s{next}"));
        for branch in step.get_mut("branches").and_then(Json::as_array_mut).into_iter().flatten() {
            *next += 1;
            branch["key"] = json!(format!("b{next}"));
            number(&mut branch["steps"], next);
        }
    }
}

/// What somebody tries, chosen among what there is.
#[derive(Debug, Clone)]
struct Try {
    what: u8,
    which: prop::sample::Index,
    member: usize,
    holding: Vec<&'static str>,
    failing: Vec<&'static str>,
    gone: Vec<&'static str>,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (
        0u8..18,
        any::<prop::sample::Index>(),
        0..MEMBERS.len(),
        prop::sample::subsequence(vec!["x", "y", "z"], 0..=3),
        prop::sample::subsequence(vec!["x", "y", "z"], 0..=1),
        prop::sample::subsequence(MEMBERS.to_vec(), 0..=2),
    )
        .prop_map(|(what, which, member, holding, failing, gone)| Try {
            what,
            which,
            member,
            holding,
            failing,
            gone,
        });
    prop::collection::vec(one, 1..40)
}

fn command(play: &Play, attempt: &Try) -> Command {
    let by = MEMBERS[attempt.member].to_owned();
    let tasks: Vec<_> = play.state.visits.iter().flat_map(|visit| &visit.tasks).collect();
    let open: Vec<_> = play.state.open_tasks().collect();
    let answer = |answer: Answer| match (open.is_empty(), tasks.is_empty()) {
        (false, _) => {
            let task = open[attempt.which.index(open.len())];
            let comment = Some("因为".to_owned());
            Command::Act {
                task: task.id.clone(),
                by: task.member.clone(),
                answer,
                comment,
                version: None,
                changed: if attempt.what == 4 { vec!["x".parse().unwrap()] } else { Vec::new() },
            }
        }
        (true, false) => {
            let task = tasks[attempt.which.index(tasks.len())].id.clone();
            Command::Act {
                task,
                by: by.clone(),
                answer,
                comment: None,
                version: None,
                changed: Vec::new(),
            }
        }
        _ => Command::Start { by: by.clone() },
    };
    let targets = return_targets(&play.version, &play.state);
    match attempt.what {
        0..=4 => match play.state.current() {
            Some(visit) if visit.state == VisitState::Acting => {
                if attempt.what == 3 {
                    let reason = Problem::new("formula_failed");
                    Command::EffectsFailed { visit: Some(visit.id), reason }
                } else {
                    Command::EffectsDone { visit: visit.id }
                }
            }
            _ => answer(Answer::Approve),
        },
        5 => answer(Answer::Reject),
        6 | 7 if !targets.is_empty() => {
            answer(Answer::Return(targets[attempt.which.index(targets.len())].clone()))
        }
        8 => answer(Answer::Transfer(by.clone())),
        9 => Command::Withdraw { by: "chen".to_owned(), comment: None },
        10 => Command::Resubmit { by: "chen".to_owned() },
        11 => Command::EffectsDone { visit: 1 },
        12 => {
            let to = MEMBERS.get(attempt.which.index(5)).map(|to| (*to).to_owned());
            Command::HandOver { member: by, to }
        }
        13 => Command::FollowRoles,
        14..=17 => administer(play, attempt),
        _ => answer(Answer::Return(ReturnTarget::Starter)),
    }
}

fn administer(play: &Play, attempt: &Try) -> Command {
    let open: Vec<_> = play.state.open_tasks().collect();
    let keys = keys(&play.version.flow.steps);
    let action = match attempt.what {
        14 if !open.is_empty() => AdminAction::Reassign {
            task: open[attempt.which.index(open.len())].id.clone(),
            to: MEMBERS[attempt.member].to_owned(),
        },
        15 => AdminAction::End(Ending::Cancelled),
        16 => AdminAction::Resume,
        _ => AdminAction::Jump { step: keys[attempt.which.index(keys.len())].clone() },
    };
    Command::Administer {
        changed: Vec::new(),
        by: "admin".to_owned(),
        action,
        comment: "因为".to_owned(),
    }
}

fn keys(steps: &[formwork_model::document::Step]) -> Vec<formwork_model::DocumentKey> {
    use formwork_model::document::StepKind;
    let mut all = Vec::new();
    for step in steps {
        all.push(step.key.clone());
        if let StepKind::Branch { branches, .. } = &step.kind {
            branches.iter().for_each(|branch| all.extend(keys(&branch.steps)));
        }
    }
    all
}

/// Whatever has failed, an admin can end it, and go on at any step that makes nothing twice.
fn assert_nobody_is_stuck(play: &Play) {
    if play.state.status.is_final() {
        return;
    }
    let ask = |action: AdminAction| {
        let mut play = Play::with(play);
        let comment = "因为".to_owned();
        play.send(Command::Administer {
            changed: Vec::new(),
            by: "admin".to_owned(),
            action,
            comment,
        })
    };
    ask(AdminAction::End(Ending::Cancelled)).unwrap();
    if play.state.status == Status::Stuck {
        let resumed = ask(AdminAction::Resume);
        assert!(
            matches!(
                resumed,
                Ok(_) | Err(Refusal::CannotReturnPastAct | Refusal::NobodyToApprove { .. })
            ),
            "{resumed:?}"
        );
    }
}

fn assert_sound(play: &Play, replayed: &State) {
    let state = &play.state;
    assert_eq!(state, replayed, "a replay gives another state");
    let json = serde_json::to_string(state).unwrap();
    assert_eq!(serde_json::from_str::<State>(&json).unwrap(), *state);
    let open: Vec<_> = state.open_tasks().collect();
    if state.status == Status::Running {
        let current = state.current().expect("a running instance stands somewhere");
        let acts = current.state == VisitState::Acting;
        assert_eq!(open.is_empty(), acts, "either people or the engine must do something");
        assert!(state.stuck.as_ref().is_none_or(|stuck| stuck.visit.is_none()));
        assert!(
            open.iter().all(|task| current.tasks.contains(task)),
            "open tasks stand at the current visit"
        );
    } else {
        assert!(open.is_empty(), "an open task on an instance that is not running");
    }
    if state.status == Status::Stuck {
        let current = state.current().expect("a stuck instance stands somewhere");
        assert_eq!(state.stuck.as_ref().and_then(|stuck| stuck.visit), Some(current.id));
    }
    let waiting = state.visits.iter().filter(|visit| visit.is_here());
    let stands = matches!(state.status, Status::Running | Status::Stuck);
    assert_eq!(waiting.count(), usize::from(stands));
    assert_nobody_is_stuck(play);
    serde_json::to_value(path(&play.version, state)).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn an_instance_stays_sound(steps in steps(2), tries in tries()) {
        let mut steps = json!(steps);
        number(&mut steps, &mut 0);
        let mut play = Play::new(steps, World::new());
        let mut replayed = State::default();
        let mut rows: BTreeSet<String> = BTreeSet::new();
        let first = Command::Start { by: "chen".to_owned() };
        let later = tries.iter().map(Some);
        for attempt in std::iter::once(None).chain(later) {
            let command = match attempt {
                None => first.clone(),
                Some(attempt) => {
                    play.world = play.world.clone().holding(&attempt.holding);
                    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
                    play.world.failing = owned(&attempt.failing);
                    play.world.gone = owned(&attempt.gone);
                    command(&play, attempt)
                }
            };
            let before = play.state.clone();
            match play.send(command) {
                Ok(decision) => {
                    let stored = serde_json::to_string(&decision.events).unwrap();
                    let events: Vec<crate::Event> = serde_json::from_str(&stored).unwrap();
                    for event in &events {
                        apply(&mut replayed, event);
                    }
                    for effect in &decision.effects {
                        match effect {
                            Effect::TaskOpened { task, .. } => assert!(rows.insert(task.clone())),
                            Effect::TaskClosed { task, .. } => assert!(rows.remove(task)),
                            _ => {}
                        }
                    }
                    let open: BTreeSet<String> = play.state.open_tasks().map(|t| t.id.clone()).collect();
                    assert_eq!(open, rows, "the effects open and close what the state says");
                }
                Err(_) => assert_eq!(before, play.state),
            }
            if play.state.status != Status::NotStarted {
                assert_sound(&play, &replayed);
            }
        }
    }
}
