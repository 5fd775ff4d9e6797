//! Tests of instances, by behaviour.

mod branching;
mod checking;
mod deciding;
mod going_back;
mod handing_over;
mod picture;
mod properties;
mod rejudging;
mod stepping_in;
mod stuck;

use std::collections::{BTreeMap, BTreeSet};

use formwork_model::{FieldKey, Problem, document::Approver};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::{
    Answer, Command, Decision, Effect, Facts, FlowVersion, Refusal, State, TaskState, apply, decide,
};

/// A small world: roles, heads, the conditions that hold, the fields that are filled.
#[derive(Debug, Clone, Default)]
struct World {
    people: BTreeMap<String, Vec<String>>,
    holding: BTreeSet<String>,
    failing: BTreeSet<String>,
    gone: BTreeSet<String>,
    filled: BTreeSet<String>,
    admins: Vec<String>,
}

impl World {
    fn new() -> Self {
        let people = [("finance", vec!["fang", "gao"]), ("legal", vec!["lu"]), ("nobody", vec![])];
        let people = people.into_iter().map(|(role, members)| {
            (role.to_owned(), members.into_iter().map(str::to_owned).collect())
        });
        Self { people: people.collect(), admins: vec!["admin".to_owned()], ..Self::default() }
    }

    fn holding(mut self, conditions: &[&str]) -> Self {
        self.holding = conditions.iter().map(|&when| when.to_owned()).collect();
        self
    }
}

impl Facts for World {
    fn assignees(&self, approver: &Approver) -> Vec<String> {
        let meant = match approver {
            Approver::Member(member) => vec![member.clone()],
            Approver::Role(role) => self.people.get(role).cloned().unwrap_or_default(),
            Approver::Starter(_) => vec!["chen".to_owned()],
            Approver::StarterHead(level) => vec![format!("head{level}")],
            Approver::DepartmentHead(department) => vec![format!("head_of_{department}")],
            Approver::Field(_) => Vec::new(),
        };
        meant.into_iter().filter(|member| self.is_active(member)).collect()
    }

    fn holds(&self, when: &str) -> Result<bool, Problem> {
        if self.failing.contains(when) {
            return Err(Problem::new("formula_failed").with("reason", "division_by_zero"));
        }
        Ok(self.holding.contains(when))
    }

    fn is_admin(&self, member: &str) -> bool {
        self.admins.iter().any(|admin| admin == member)
    }

    fn is_active(&self, member: &str) -> bool {
        !self.gone.contains(member)
    }

    fn admins(&self) -> Vec<String> {
        self.admins.clone()
    }

    fn filled(&self, field: &FieldKey) -> bool {
        self.filled.contains(field.as_str())
    }
}

/// An instance that is played through by its people.
struct Play {
    version: FlowVersion,
    world: World,
    state: State,
    effects: Vec<Effect>,
}

impl Play {
    fn new(steps: Json, world: World) -> Self {
        let flow = json!({
            "key": "approval", "app": "crm", "form": "quotation", "label": "审批",
            "steps": steps, "on_rejected": {"stage": "'lost'"}
        });
        let flow = serde_json::from_value(flow).unwrap();
        let version = FlowVersion { version: 3, flow };
        Self { version, world, state: State::default(), effects: Vec::new() }
    }

    fn with(other: &Self) -> Self {
        let (version, world) = (other.version.clone(), other.world.clone());
        Self { version, world, state: other.state.clone(), effects: Vec::new() }
    }

    fn started(steps: Json, world: World) -> Self {
        let mut play = Self::new(steps, world);
        play.send(Command::Start { by: "chen".to_owned() }).unwrap();
        play
    }

    fn send(&mut self, command: Command) -> Result<Decision, Refusal> {
        let now = Timestamp::from_second(i64::try_from(self.state.log.len()).unwrap()).unwrap();
        let decision = decide(&self.version, &self.state, command, &self.world, now)?;
        for event in &decision.events {
            apply(&mut self.state, event);
        }
        self.effects.clone_from(&decision.effects);
        Ok(decision)
    }

    fn act(&mut self, by: &str, answer: Answer, comment: &str) -> Result<Decision, Refusal> {
        let open = self.state.open_tasks().find(|task| task.member == by);
        let task = open.map(|task| task.id.clone()).unwrap_or_default();
        self.send(Command::Act {
            task,
            by: by.to_owned(),
            answer,
            comment: Some(comment.to_owned()),
            version: None,
            changed: Vec::new(),
        })
    }

    fn approve(&mut self, by: &str) -> Result<Decision, Refusal> {
        self.act(by, Answer::Approve, "")
    }

    /// The members with open tasks.
    fn open(&self) -> Vec<&str> {
        self.state.open_tasks().map(|task| task.member.as_str()).collect()
    }

    /// The step where the instance stands.
    fn at(&self) -> Option<&str> {
        self.state.current().map(|visit| visit.step.as_str())
    }

    fn task_states(&self) -> Vec<(&str, TaskState)> {
        let tasks = self.state.visits.iter().flat_map(|visit| &visit.tasks);
        tasks.map(|task| (task.id.as_str(), task.state)).collect()
    }
}

/// A step with tasks; `more` adds or replaces keys.
fn step(kind: &str, key: &str, role: &str, more: Json) -> Json {
    let mut step = json!({
        "key": key, "label": key, "kind": kind, "assignees": [{"role": role}]
    });
    step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    step
}

fn approve(key: &str, role: &str) -> Json {
    step("approve", key, role, json!({}))
}

fn act(key: &str) -> Json {
    json!({"key": key, "label": key, "kind": "act", "effects": [{"update": {"set": {"stage": "'won'"}}}]})
}

fn make(key: &str) -> Json {
    json!({"key": key, "label": key, "kind": "act", "effects": [{"create": {"form": "contract", "set": {"name": "name"}}}]})
}
