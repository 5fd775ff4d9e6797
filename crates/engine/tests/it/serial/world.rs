//! The small world that changes are made in, and what is to be seen of it.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use formwork_engine::{Caller, Engine, EngineError, EngineResult, TaskKind};
use formwork_model::{Filter, Localized, Operator, document::DocumentKind};
use formwork_query::ListQuery;
use formwork_testkit::{Backend, Organisation, field, form};
use serde_json::{Value as Json, json};

/// The organisation with its definitions.
pub(super) struct Stage {
    organisation: Organisation,
}

/// One copy of the world: an account, deals of which one waits for a decision, wishes to pay,
/// two guards, two members, two departments.
#[derive(Clone)]
pub(super) struct World {
    pub(super) engine: Engine,
    pub(super) admin: Caller,
    pub(super) tag: String,
    pub(super) account: String,
    pub(super) deals: Vec<String>,
    /// The task on the deal that waits.
    pub(super) task: String,
    pub(super) wishes: Vec<String>,
    pub(super) guards: Vec<(String, i64)>,
    pub(super) members: Vec<Caller>,
    pub(super) departments: Vec<String>,
}

const PAY: &str = "let sum = 0;
    for other in find(\"payment\", #{ account: record.account }) { sum += other.amount; }
    if sum + AMOUNT > 600 { throw \"too much\"; }
    create(\"payment\", #{ account: record.account, amount: AMOUNT });";

fn definitions() -> Vec<(DocumentKind, Json)> {
    let link = |to: &str, fill: Json| {
        field("account", "link", json!({ "options": { "form": to, "fill": fill } }))
    };
    let amount = || field("amount", "money", json!({}));
    let text = |key: &str| field(key, "text", json!({}));
    let account =
        form("account", [text("name"), text("region"), field("left", "money", json!({}))]);
    let mut payment = form("payment", [link("account", json!({})), amount()]);
    payment["rules"] = json!([
        { "kind": "check", "that": "amount <= account.left", "message": "too much" }
    ]);
    let mut wish = form("wish", [link("account", json!({}))]);
    wish["buttons"] = [100, 400, 700]
        .map(|amount| {
            let key = format!("pay_{amount}");
            json!({ "key": key, "label": "Pay", "action": { "script": key } })
        })
        .to_vec()
        .into();
    let deal = form(
        "deal",
        [
            link("account", json!({ "region": "region" })),
            text("region"),
            amount(),
            field("code", "text", json!({ "unique": true })),
            field("boss", "member", json!({})),
        ],
    );
    let mut all: Vec<(DocumentKind, Json)> = [100, 400, 700]
        .map(|amount| {
            let source = PAY.replace("AMOUNT", &amount.to_string());
            let key = format!("pay_{amount}");
            (
                DocumentKind::Script,
                json!({ "key": key, "app": "test", "label": "Pay", "source": source }),
            )
        })
        .to_vec();
    all.extend([account, payment, wish, deal].map(|form| (DocumentKind::Form, form)));
    all.extend(flows().map(|flow| (DocumentKind::Flow, flow)));
    all
}

fn flows() -> [Json; 2] {
    let take =
        json!([{ "update": { "link": "account", "set": { "left": "target.left - amount" } } }]);
    [
        json!({
            "key": "booking", "app": "test", "form": "payment", "label": "Booking",
            "steps": [{ "key": "book", "kind": "act", "label": "Book", "effects": take.clone() }]
        }),
        json!({
            "key": "approval", "app": "test", "form": "deal", "label": "Approval",
            "steps": [
                { "key": "boss", "kind": "approve", "label": "Boss",
                  "assignees": [{ "field": "boss" }],
                  "actions": ["approve", "reject", "return", "transfer"] },
                { "key": "size", "kind": "branch", "label": "Size", "branches": [
                    { "key": "large", "label": "Large", "when": "amount > account.left", "steps": [
                        { "key": "again", "kind": "approve", "label": "Again",
                          "assignees": [{ "field": "boss" }] }
                    ]},
                    { "key": "small", "label": "Small", "steps": [] }
                ]},
                { "key": "book", "kind": "act", "label": "Book", "effects": take }
            ]
        }),
    ]
}

impl Stage {
    pub(super) async fn new(backend: Backend) -> Result<Self> {
        let organisation = Organisation::new(backend).await?;
        for (kind, document) in definitions() {
            organisation.publish(kind, &document).await?;
        }
        let mut guard = form(
            "guard",
            [
                field("other", "link", json!({ "options": { "form": "guard" } })),
                field("free", "boolean", json!({})),
            ],
        );
        // A rule over its own form needs the form to be there.
        organisation.publish(DocumentKind::Form, &guard).await?;
        guard["rules"] = json!([
            { "kind": "check", "that": "!(free && other.free)", "message": "one must stay" }
        ]);
        organisation.publish(DocumentKind::Form, &guard).await?;
        organisation.grant_all(&["account", "payment", "wish", "deal", "guard"]).await?;
        Ok(Self { organisation })
    }

    /// Another copy of the world.
    pub(super) async fn world(&self, round: u64, copy: &str) -> Result<World> {
        let (engine, admin) = (&self.organisation.engine, &self.organisation.admin);
        let tag = format!("tag_{copy}_{round}_");
        let mut members = Vec::new();
        let mut departments = Vec::new();
        for number in 0..2 {
            members.push(self.organisation.member(&format!("{tag}.{number}"), None, &[]).await?);
            let name = Localized::new("部", "D");
            departments.push(engine.department_add(admin, name, None, None, 0).await?);
        }
        let mut world = World {
            engine: engine.clone(),
            admin: admin.clone(),
            tag,
            account: String::new(),
            deals: Vec::new(),
            task: String::new(),
            wishes: Vec::new(),
            guards: Vec::new(),
            members,
            departments,
        };
        let account = json!({ "name": "A", "region": "north", "left": 600 });
        world.account = engine.record_create(admin, "account", &account, false).await?.id;
        for number in 0..2 {
            let deal = json!({
                "account": world.account, "amount": 300, "boss": world.members[0].member,
                "code": format!("{}.{number}", world.tag)
            });
            // The first waits for a decision, the second is a draft.
            let draft = number == 1;
            world.deals.push(engine.record_create(admin, "deal", &deal, draft).await?.id);
            let wish = json!({ "account": world.account });
            world.wishes.push(engine.record_create(admin, "wish", &wish, false).await?.id);
        }
        let tasks = engine.task_list(&world.members[0], TaskKind::Open, None, 1).await?;
        world.task = tasks.first().context("a task")?.id.clone();
        let stays = json!({ "free": false });
        let one = engine.record_create(admin, "guard", &stays, false).await?.id;
        let stays = json!({ "free": false, "other": one });
        let other = engine.record_create(admin, "guard", &stays, false).await?.id;
        engine.record_update(admin, "guard", &one, 1, &json!({ "other": other })).await?;
        world.guards = vec![(one, 2), (other, 1)];
        Ok(world)
    }
}

impl World {
    /// A document of the world's own, and a role.
    pub(super) fn document(&self) -> String {
        format!("own_{}", self.tag)
    }

    pub(super) async fn create(&self, form: &str, values: &Json) -> EngineResult<Json> {
        self.engine.record_create(&self.admin, form, values, false).await.map(|_| Json::Null)
    }

    /// Changes the version that was there when the world began.
    pub(super) async fn update(&self, form: &str, id: &str, values: &Json) -> EngineResult<Json> {
        let saved = self.engine.record_update(&self.admin, form, id, 1, values).await?;
        Ok(json!(saved.version))
    }

    /// All that is to be seen, with the ids named by what they are in every copy.
    pub(super) async fn describe(&self) -> Result<String> {
        let mut seen: BTreeMap<String, Json> = BTreeMap::new();
        let records = [("account", &self.account)].into_iter();
        let records = records.chain(self.deals.iter().map(|id| ("deal", id)));
        let records = records.chain(self.guards.iter().map(|(id, _)| ("guard", id)));
        for (index, (form, id)) in records.enumerate() {
            seen.insert(format!("{index} {form}"), self.record(form, id).await?);
        }
        for form in ["payment", "deal"] {
            seen.insert(format!("new {form}s"), self.made(form).await?);
        }
        for (index, member) in self.members.iter().enumerate() {
            seen.insert(format!("member {index}"), self.member(member).await?);
        }
        self.engine.refresh().await?;
        let catalog = self.engine.catalog();
        for (index, id) in self.departments.iter().enumerate() {
            let parent = catalog.directory.department(id).map(|found| json!(found.parent));
            seen.insert(format!("department {index}"), parent.into());
        }
        let key = self.document();
        let role = catalog.directory.roles().iter().any(|role| role.key == key);
        seen.insert("role".to_owned(), role.into());
        let draft = self.engine.draft_get(&self.admin, DocumentKind::Form, &key).await;
        let draft = draft.map(|found| json!([found.document, found.based_on, found.version > 0]));
        seen.insert("draft".to_owned(), draft.unwrap_or_default());
        let published = self.engine.document_get(&self.admin, DocumentKind::Form, &key).await;
        seen.insert(
            "published".to_owned(),
            published.map(|found| json!(found)).unwrap_or_default(),
        );
        Ok(self.with_names(serde_json::to_string_pretty(&seen)?))
    }

    /// A record and what its history says; null when it is not there any more.
    async fn record(&self, form: &str, id: &str) -> Result<Json> {
        let record: Json = match self.engine.record_open(&self.admin, form, id).await {
            Ok(open) => serde_json::from_str(&open.record)?,
            Err(EngineError::NotFound) => Json::Null,
            Err(other) => return Err(other.into()),
        };
        let sql = "select kind from event where record = $1 order by id";
        let mut connection = self.engine.store().read().await?;
        let rows = connection.rows(sql, formwork_store::binds![id]).await?;
        let history: Result<Vec<String>, _> = rows.iter().map(|row| row.text(0)).collect();
        Ok(json!([record, history?]))
    }

    /// The records that changes have made for the account.
    async fn made(&self, form: &str) -> Result<Json> {
        let query = ListQuery {
            filter: Some(Filter::condition("account", Operator::Eq, self.account.as_str())),
            limit: 50,
            ..ListQuery::default()
        };
        let page = self.engine.record_list(&self.admin, form, &query, false).await?;
        let mut made = Vec::new();
        for text in &page.records {
            let mut record: Json = serde_json::from_str(text)?;
            let is_old = self.deals.iter().any(|id| record["id"] == **id);
            if !is_old {
                record["id"] = Json::Null;
                made.push(record.to_string());
            }
        }
        made.sort_unstable();
        Ok(json!(made))
    }

    async fn member(&self, member: &Caller) -> Result<Json> {
        let catalog = self.engine.catalog();
        let row = catalog.directory.member(&member.member);
        let row = row.map(|row| json!([row.active, row.is_admin, row.theme, row.session_epoch]));
        let tasks = self.engine.task_list(member, TaskKind::Open, None, 10).await?;
        let tasks: Vec<(&str, &str)> =
            tasks.iter().map(|task| (task.step.as_str(), task.record.as_str())).collect();
        Ok(json!([row, tasks]))
    }

    fn with_names(&self, mut text: String) -> String {
        let mut names = vec![(self.account.clone(), "ACCOUNT".to_owned())];
        let mut name = |what: &str, ids: &mut dyn Iterator<Item = String>| {
            names.extend(ids.enumerate().map(|(index, id)| (id, format!("{what}{index}"))));
        };
        name("DEAL", &mut self.deals.iter().cloned());
        name("GUARD", &mut self.guards.iter().map(|(id, _)| id.clone()));
        name("MEMBER", &mut self.members.iter().map(|member| member.member.clone()));
        name("DEPARTMENT", &mut self.departments.iter().cloned());
        for (id, name) in names {
            text = text.replace(&id, &name);
        }
        text.replace(&self.tag, "TAG")
    }
}
