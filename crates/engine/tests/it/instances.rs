//! A record on its way through a process: return, approval by several, records made by it.

use anyhow::{Context, Result};
use formwork_engine::{Caller, DepartmentChange, EngineError, TaskAnswer, TaskKind};
use formwork_flow::Answer;
use formwork_model::{Localized, document::DocumentKind};
use formwork_query::ListQuery;
use formwork_testkit::{Backend, Organisation, field, form};
use serde_json::{Value as Json, json};

struct Company {
    organisation: Organisation,
    starter: Caller,
    manager: Caller,
    finance: Caller,
}

/// Sales with a head, finance by role; contracts above 500,000 go to finance too, and an
/// approved one books a fact and marks its account.
async fn company(backend: Backend) -> Result<Company> {
    let organisation = Organisation::new(backend).await?;
    let (engine, admin) = (&organisation.engine, organisation.admin.clone());
    let name = Localized::new("销售部", "Sales");
    let sales = engine.department_add(&admin, name.clone(), None, None, 0).await?;
    engine.role_add(&admin, "finance", Localized::new("财务", "Finance")).await?;
    let starter = organisation.member("starter", Some(&sales), &[]).await?;
    let manager = organisation.member("manager", Some(&sales), &[]).await?;
    let finance = organisation.member("finance", None, &["finance"]).await?;
    let head = Some(manager.member.clone());
    let change = DepartmentChange { head: Some(head), ..DepartmentChange::default() };
    engine.department_change(&admin, &sales, change).await?;
    publish_contracts(&organisation).await?;
    Ok(Company { organisation, starter, manager, finance })
}

async fn publish_contracts(organisation: &Organisation) -> Result<()> {
    let account = form(
        "account",
        [field("name", "text", json!({})), field("won", "money", json!({ "read_only": true }))],
    );
    let fact = form("fact", [field("amount", "money", json!({})), field("day", "date", json!({}))]);
    let contract = form(
        "contract",
        [
            field("name", "text", json!({ "required": true })),
            field("account", "link", json!({ "options": { "form": "account" } })),
            field("amount", "money", json!({ "required": true })),
            field("tax_rate", "number", json!({ "options": { "places": 4, "percent": true } })),
            field("state", "text", json!({ "read_only": true, "default": "\"draft\"" })),
        ],
    );
    for document in [&account, &fact, &contract] {
        organisation.publish(DocumentKind::Form, document).await?;
    }
    organisation.grant_all(&["account", "fact", "contract"]).await?;
    let flow = json!({
        "key": "contract_approval", "app": "test", "form": "contract", "label": "Approval",
        "steps": [
            { "key": "manager", "kind": "approve", "label": "Manager",
              "assignees": [{ "starter_head": 0 }] },
            { "key": "size", "kind": "branch", "label": "Size", "branches": [
                { "key": "large", "label": "Large", "when": "amount > 500000", "steps": [
                    { "key": "finance", "kind": "approve", "label": "Finance",
                      "assignees": [{ "role": "finance" }],
                      "fields": { "editable": ["tax_rate"], "required": ["tax_rate"] } }
                ]},
                { "key": "small", "label": "Small", "steps": [] }
            ]},
            { "key": "book", "kind": "act", "label": "Book", "effects": [
                { "create": { "form": "fact", "set": { "amount": "amount", "day": "TODAY()" } } },
                { "update": { "link": "account", "set": { "won": "COALESCE(target.won, 0) + amount" } } },
                { "update": { "set": { "state": "\"effective\"" } } }
            ]}
        ],
        "on_rejected": { "state": "\"void\"" }
    });
    organisation.publish(DocumentKind::Flow, &flow).await?;
    Ok(())
}

impl Company {
    async fn submit(&self, amount: &str) -> Result<String> {
        let engine = &self.organisation.engine;
        let account = json!({ "name": "岚屿精密" });
        let account = engine.record_create(&self.starter, "account", &account, false).await?;
        let contract = json!({ "name": "C", "account": account.id, "amount": amount });
        Ok(engine.record_create(&self.starter, "contract", &contract, false).await?.id)
    }

    async fn task(&self, of: &Caller) -> Result<String> {
        let tasks = self.organisation.engine.task_list(of, TaskKind::Open, None, 10).await?;
        Ok(tasks.first().context("a task")?.id.clone())
    }

    async fn answer(&self, by: &Caller, answer: TaskAnswer) -> Result<()> {
        let task = self.task(by).await?;
        Ok(self.organisation.engine.task_answer(by, &task, answer).await?)
    }

    async fn contract(&self, id: &str) -> Result<Json> {
        let open =
            self.organisation.engine.record_open(&self.organisation.admin, "contract", id).await?;
        Ok(serde_json::from_str(&open.record)?)
    }

    async fn facts(&self) -> Result<Vec<Json>> {
        let query = ListQuery { limit: 50, ..ListQuery::default() };
        let (engine, admin) = (&self.organisation.engine, &self.organisation.admin);
        let page = engine.record_list(admin, "fact", &query, false).await?;
        Ok(page.records.iter().map(|text| serde_json::from_str(text)).collect::<Result<_, _>>()?)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn is_returned_mended_approved_and_booked() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend).await?;
        let id = company.submit("600000").await?;
        assert_eq!(company.contract(&id).await?["flow_status"], "running");

        company.answer(&company.manager, TaskAnswer::return_to_starter("price")).await?;
        let returned = company.contract(&id).await?;
        assert_eq!(returned["flow_status"], "returned");
        let engine = &company.organisation.engine;
        let version = returned["version"].as_i64().context("version")?;
        let mended = json!({ "amount": "550000.00" });
        engine.record_submit(&company.starter, "contract", &id, version, &mended).await?;

        company.answer(&company.manager, TaskAnswer::approve(None)).await?;
        let early = company.answer(&company.finance, TaskAnswer::approve(None)).await;
        let early = early.unwrap_err().downcast::<EngineError>()?;
        let EngineError::Problems(problems) = early else { panic!("{early:?}") };
        assert_eq!(problems[0].pointer, "/tax_rate");
        assert!(company.facts().await?.is_empty());

        let mut answer = TaskAnswer::approve(Some("fine".into()));
        answer.values = json!({ "tax_rate": "0.13" });
        company.answer(&company.finance, answer).await?;
        let done = company.contract(&id).await?;
        assert_eq!(
            (&done["flow_status"], &done["state"]),
            (&json!("approved"), &json!("effective"))
        );
        assert_eq!(done["tax_rate"], "0.1300");
        let facts = company.facts().await?;
        assert_eq!((facts.len(), &facts[0]["amount"]), (1, &json!("550000.00")));
        let account = done["account"]["id"].as_str().context("account")?;
        let account = engine.record_open(&company.organisation.admin, "account", account).await?;
        assert!(account.record.contains("\"550000.00\""), "{}", account.record);

        let picture = engine.record_instance(&company.starter, "contract", &id).await?.path;
        assert_eq!(picture.log.len(), 6, "{:#?}", picture.log);
        let history = engine.record_history(&company.starter, "contract", &id, None, 50).await?;
        assert!(history.iter().any(|entry| entry.kind == "process_returned"));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_what_the_process_does_not_allow() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend).await?;
        let engine = &company.organisation.engine;
        let id = company.submit("1000").await?;
        let version = company.contract(&id).await?["version"].as_i64().context("version")?;
        let change = json!({ "amount": "1" });
        let locked =
            engine.record_update(&company.starter, "contract", &id, version, &change).await;
        assert!(matches!(&locked, Err(EngineError::Refused(p)) if p.code == "record_in_flow"));
        let task = company.task(&company.manager).await?;
        let stranger = engine.task_answer(&company.starter, &task, TaskAnswer::approve(None)).await;
        assert!(matches!(stranger, Err(EngineError::NotFound)), "{stranger:?}");
        let silent = TaskAnswer::plain(Answer::Reject, None);
        let silent = engine.task_answer(&company.manager, &task, silent).await;
        assert!(
            matches!(&silent, Err(EngineError::Problems(p)) if p[0].code == "comment_required")
        );

        engine.record_withdraw(&company.starter, "contract", &id, None).await?;
        assert_eq!(company.contract(&id).await?["flow_status"], "withdrawn");
        let late = engine.task_answer(&company.manager, &task, TaskAnswer::approve(None)).await;
        assert!(matches!(late, Err(EngineError::Refused(_))), "{late:?}");
        assert!(company.facts().await?.is_empty());

        let rejected = company.submit("2000").await?;
        let no = TaskAnswer::plain(Answer::Reject, Some("no".into()));
        company.answer(&company.manager, no).await?;
        let rejected = company.contract(&rejected).await?;
        assert_eq!(
            (&rejected["flow_status"], &rejected["state"]),
            (&json!("rejected"), &json!("void"))
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_instance_stays_on_its_version() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend).await?;
        let id = company.submit("1000").await?;
        let (document, _) = company
            .organisation
            .engine
            .document_get(&company.organisation.admin, DocumentKind::Flow, "contract_approval")
            .await?;
        let mut next = document;
        next["steps"] = json!([{ "key": "only", "kind": "copy_to", "label": "Tell",
                                 "to": [{ "role": "finance" }] }]);
        company.organisation.publish(DocumentKind::Flow, &next).await?;
        company.answer(&company.manager, TaskAnswer::approve(None)).await?;
        assert_eq!(company.contract(&id).await?["state"], "effective");
        let second = company.submit("1000").await?;
        assert_eq!(company.contract(&second).await?["flow_status"], "approved");
        let copied = company
            .organisation
            .engine
            .task_list(&company.finance, TaskKind::Copied, None, 5)
            .await?;
        assert_eq!(copied.len(), 1);
    }
    Ok(())
}
