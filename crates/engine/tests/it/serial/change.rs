//! The changes that are tried in pairs.

use formwork_engine::{
    DepartmentChange, EngineError, EngineResult, MemberChange, OwnChange, TaskAnswer,
};
use formwork_flow::Answer;
use formwork_model::{Localized, document::DocumentKind};
use formwork_testkit::{field, form};
use serde_json::{Value as Json, json};

use super::{Chance, world::World};

/// A change of a world.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// A payment whose check leans on what is left of the account; its flow takes that away.
    Pay { amount: u32 },
    /// The same by a script that sums the payments up.
    PayByScript { wish: usize, amount: u32 },
    /// Another limit for the account.
    Limit { left: u32 },
    /// The account goes.
    DeleteAccount,
    /// A guard goes, if the other stays.
    Free { guard: usize },
    /// A deal that takes the account's region.
    Deal { code: usize },
    /// Another amount for the deal that waits, or the one that does not.
    Amount { deal: usize, amount: u32 },
    /// The account moves to another region.
    Region { west: bool },
    /// Decides the task that waits.
    Decide(Decision),
    /// Takes the deal that waits back.
    Withdraw,
    /// A member goes.
    Deactivate { member: usize },
    /// A member becomes an admin, or is none any more.
    Promote { member: usize, admin: bool },
    /// A member likes another theme.
    Theme { member: usize },
    /// A department goes below the other.
    Below { department: usize },
    /// A role is added.
    Role,
    /// A draft is begun.
    Draft { text: usize },
    /// A document is published.
    Publish { text: usize },
}

/// What becomes of a task.
#[derive(Debug, Clone, Copy)]
pub(super) enum Decision {
    Approve,
    Reject,
    Return,
    Transfer,
}

impl Change {
    /// One of them.
    pub(super) fn any(chance: &mut Chance) -> Self {
        let amount = [100, 400, 700][chance.below(3)];
        match chance.below(22) {
            0 | 1 => Self::Pay { amount },
            2 | 3 => Self::PayByScript { wish: chance.below(2), amount },
            4 => Self::Limit { left: amount },
            5 => Self::DeleteAccount,
            6 | 7 => Self::Free { guard: chance.below(2) },
            8 => Self::Deal { code: chance.below(2) },
            9 | 10 => Self::Amount { deal: chance.below(2), amount },
            11 => Self::Region { west: chance.below(2) == 0 },
            12 => Self::Decide(Decision::Approve),
            13 => Self::Decide(
                [Decision::Reject, Decision::Return, Decision::Transfer][chance.below(3)],
            ),
            14 => Self::Withdraw,
            15 => Self::Deactivate { member: chance.below(2) },
            16 => Self::Promote { member: chance.below(2), admin: chance.below(2) == 0 },
            17 => Self::Theme { member: chance.below(2) },
            18 => Self::Below { department: chance.below(2) },
            19 => Self::Role,
            20 => Self::Draft { text: chance.below(2) },
            _ => Self::Publish { text: chance.below(2) },
        }
    }

    /// Pairs that are known to meet.
    pub(super) fn known_pairs() -> Vec<(Self, Self)> {
        let pay = Self::Pay { amount: 400 };
        let script = |wish| Self::PayByScript { wish, amount: 400 };
        let approve = Self::Decide(Decision::Approve);
        vec![
            (pay, pay),
            (script(0), script(1)),
            (pay, script(0)),
            (pay, Self::Limit { left: 100 }),
            (pay, Self::DeleteAccount),
            (Self::Free { guard: 0 }, Self::Free { guard: 1 }),
            (approve, approve),
            (approve, pay),
            (approve, Self::Decide(Decision::Reject)),
            (approve, Self::Withdraw),
            (approve, Self::Limit { left: 100 }),
            (Self::Deactivate { member: 0 }, approve),
            (Self::Deactivate { member: 1 }, Self::Decide(Decision::Transfer)),
            (Self::Deactivate { member: 0 }, Self::Theme { member: 0 }),
            (Self::Promote { member: 1, admin: true }, Self::Theme { member: 1 }),
            (Self::Below { department: 0 }, Self::Below { department: 1 }),
            (Self::Role, Self::Role),
            (Self::Draft { text: 0 }, Self::Draft { text: 1 }),
            (Self::Publish { text: 0 }, Self::Publish { text: 1 }),
            (Self::Publish { text: 0 }, Self::Draft { text: 0 }),
            (Self::Deal { code: 0 }, Self::Deal { code: 0 }),
            (Self::Deal { code: 0 }, Self::Region { west: true }),
        ]
    }

    /// Makes it; answers in a word what was said.
    pub(super) async fn make(self, world: &World) -> String {
        answer_of(self.run(world).await)
    }

    async fn run(self, world: &World) -> EngineResult<Json> {
        let (engine, admin) = (&world.engine, &world.admin);
        match self {
            Self::Pay { amount } => {
                let payment = json!({ "account": world.account, "amount": amount });
                world.create("payment", &payment).await
            }
            Self::PayByScript { wish, amount } => {
                let button = format!("pay_{amount}");
                let wish = &world.wishes[wish];
                let pressed = engine.button_press(admin, "wish", wish, &button, None, &Json::Null);
                pressed.await.map(|_| Json::Null)
            }
            Self::Limit { left } => {
                world.update("account", &world.account, &json!({ "left": left })).await
            }
            Self::Region { west } => {
                let region = if west { "west" } else { "east" };
                world.update("account", &world.account, &json!({ "region": region })).await
            }
            Self::DeleteAccount => {
                engine.record_delete(admin, "account", &world.account, 1).await?;
                Ok(Json::Null)
            }
            Self::Free { guard } => {
                let (id, version) = &world.guards[guard];
                let free = json!({ "free": true });
                let saved = engine.record_update(admin, "guard", id, *version, &free).await?;
                Ok(json!(saved.version))
            }
            Self::Deal { code } => {
                let code = format!("{}-{code}", world.tag);
                let deal = json!({ "account": world.account, "amount": 5, "code": code });
                engine.record_create(admin, "deal", &deal, true).await.map(|_| Json::Null)
            }
            Self::Amount { deal, amount } => {
                world.update("deal", &world.deals[deal], &json!({ "amount": amount })).await
            }
            Self::Decide(decision) => self::decide(world, decision).await,
            Self::Withdraw => {
                let taken = engine.record_withdraw(admin, "deal", &world.deals[0], None);
                taken.await.map(|()| Json::Null)
            }
            Self::Deactivate { .. } | Self::Promote { .. } | Self::Theme { .. } => {
                self.of_people(world).await
            }
            Self::Below { department } => {
                let parent = Some(Some(world.departments[1 - department].clone()));
                let change = DepartmentChange { parent, ..DepartmentChange::default() };
                let changed =
                    engine.department_change(admin, &world.departments[department], change);
                changed.await.map(|()| Json::Null)
            }
            Self::Role => {
                let label = Localized::new("角色", "Role");
                engine.role_add(admin, &world.document(), label).await.map(|()| Json::Null)
            }
            Self::Draft { text } => {
                let (key, draft) = (world.document(), note(world, text));
                let of = (DocumentKind::Form, key.as_str());
                engine.draft_save(admin, of, &draft, 0, 0).await.map(|_| Json::Null)
            }
            Self::Publish { text } => {
                let kind = DocumentKind::Form;
                let document = note(world, text);
                let key = world.document();
                let published = engine.document_publish(admin, kind, &key, &document, 0);
                Ok(json!(published.await?))
            }
        }
    }

    async fn of_people(self, world: &World) -> EngineResult<Json> {
        let (engine, admin) = (&world.engine, &world.admin);
        let (member, change) = match self {
            Self::Deactivate { member } => {
                (member, MemberChange { active: Some(false), ..MemberChange::default() })
            }
            Self::Promote { member, admin } => {
                (member, MemberChange { is_admin: Some(admin), ..MemberChange::default() })
            }
            Self::Theme { member } => {
                let theme = Some("dark".to_owned());
                let by = &world.members[member];
                let change = OwnChange { theme, ..OwnChange::default() };
                engine.member_change_self(by, change).await?;
                return Ok(Json::Null);
            }
            _ => return Ok(Json::Null),
        };
        engine.member_change(admin, &world.members[member].member, change).await?;
        Ok(Json::Null)
    }
}

async fn decide(world: &World, decision: Decision) -> EngineResult<Json> {
    let by = &world.members[0];
    let answer = match decision {
        Decision::Approve => TaskAnswer::approve(None),
        Decision::Reject => TaskAnswer::plain(Answer::Reject, Some("no".to_owned())),
        Decision::Return => TaskAnswer::return_to_starter("again"),
        Decision::Transfer => {
            TaskAnswer::plain(Answer::Transfer(world.members[1].member.clone()), None)
        }
    };
    world.engine.task_answer(by, &world.task, answer).await.map(|()| Json::Null)
}

fn note(world: &World, text: usize) -> Json {
    form(&world.document(), [field("text", "text", json!({ "label": text.to_string() }))])
}

fn answer_of(outcome: EngineResult<Json>) -> String {
    match outcome {
        Ok(Json::Null) => "ok".to_owned(),
        Ok(value) => format!("ok {value}"),
        Err(EngineError::Problems(problems)) => {
            let codes: Vec<String> =
                problems.iter().map(|one| format!("{} {}", one.code, one.pointer)).collect();
            codes.join(", ")
        }
        Err(EngineError::Refused(problem)) => format!("refused {}", problem.code),
        // Times stand in the versions of drafts.
        Err(EngineError::VersionConflict { version, .. }) if version > 1_000_000 => {
            "conflict".to_owned()
        }
        Err(EngineError::VersionConflict { version, .. }) => format!("conflict {version}"),
        Err(EngineError::Busy) => super::GAVE_WAY.to_owned(),
        Err(EngineError::NotFound) => "not found".to_owned(),
        Err(other) => format!("{other:?}"),
    }
}
