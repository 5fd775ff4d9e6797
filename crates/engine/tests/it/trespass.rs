//! Doing what is not one's own to do, or doing it twice.

use anyhow::{Context, Result};
use formwork_engine::{Caller, EngineError, TaskAnswer, TaskKind};
use formwork_flow::Answer;
use formwork_model::document::DocumentKind;
use formwork_query::ListQuery;
use formwork_testkit::{Backend, Organisation, field, form};
use serde_json::{Value as Json, json};

struct Company {
    organisation: Organisation,
    starter: Caller,
    boss: Caller,
}

/// Requests that the boss approves; each approved one makes a receipt.
async fn company(backend: Backend) -> Result<Company> {
    let organisation = Organisation::new(backend).await?;
    let starter = organisation.member("starter", None, &[]).await?;
    let boss = organisation.member("boss", None, &[]).await?;
    let script = json!({
        "key": "raise", "app": "test", "label": "Raise",
        "source": "update(\"request\", record.id, #{ amount: 1000000 })"
    });
    organisation.publish(DocumentKind::Script, &script).await?;
    let receipt = form("receipt", [field("amount", "money", json!({}))]);
    let mut request =
        form("request", [field("name", "text", json!({})), field("amount", "money", json!({}))]);
    request["buttons"] = json!([
        { "key": "raise", "label": "Raise", "action": { "script": "raise" } },
        { "key": "lower", "label": "Lower", "action": { "update": { "set": { "amount": "1" } } } }
    ]);
    organisation.publish(DocumentKind::Form, &receipt).await?;
    organisation.publish(DocumentKind::Form, &request).await?;
    organisation.grant_all(&["request", "receipt"]).await?;
    let flow = json!({
        "key": "approval", "app": "test", "form": "request", "label": "Approval",
        "steps": [
            { "key": "boss", "kind": "approve", "label": "Boss",
              "assignees": [{ "member": boss.member }],
              "actions": ["approve", "reject", "return", "transfer"] },
            { "key": "book", "kind": "act", "label": "Book", "effects": [
                { "create": { "form": "receipt", "set": { "amount": "amount" } } } ] }
        ]
    });
    organisation.publish(DocumentKind::Flow, &flow).await?;
    Ok(Company { organisation, starter, boss })
}

impl Company {
    async fn submitted(&self) -> Result<String> {
        let request = json!({ "name": "R", "amount": "5" });
        let engine = &self.organisation.engine;
        Ok(engine.record_create(&self.starter, "request", &request, false).await?.id)
    }

    async fn task(&self) -> Result<String> {
        let engine = &self.organisation.engine;
        let tasks = engine.task_list(&self.boss, TaskKind::Open, None, 10).await?;
        Ok(tasks.first().context("a task")?.id.clone())
    }

    async fn receipts(&self) -> Result<Option<i64>> {
        let query = ListQuery { limit: 10, ..ListQuery::default() };
        let (engine, admin) = (&self.organisation.engine, &self.organisation.admin);
        Ok(engine.record_list(admin, "receipt", &query, true).await?.total)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_answered_twice_at_once_counts_once() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend).await?;
        let engine = &company.organisation.engine;
        for round in 1..=5 {
            company.submitted().await?;
            let task = company.task().await?;
            let approve = || engine.task_answer(&company.boss, &task, TaskAnswer::approve(None));
            let reject = TaskAnswer::plain(Answer::Reject, Some("no".into()));
            let (one, two, three) = tokio::join!(
                approve(),
                approve(),
                engine.task_answer(&company.starter, &task, reject),
            );
            assert!(matches!(three, Err(EngineError::NotFound)), "{three:?}");
            let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
            won?;
            assert!(matches!(lost, Err(EngineError::Refused(_) | EngineError::Busy)), "{lost:?}");
            assert_eq!(company.receipts().await?, Some(round), "{backend:?}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_submitted_twice_at_once_starts_one_process() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend).await?;
        let engine = &company.organisation.engine;
        for round in 1..=5 {
            let draft = json!({ "name": "R", "amount": "5" });
            let draft = engine.record_create(&company.starter, "request", &draft, true).await?;
            let nothing = json!({});
            let submit =
                || engine.record_submit(&company.starter, "request", &draft.id, 1, &nothing);
            let (one, two) = tokio::join!(submit(), submit());
            assert!(one.is_ok() != two.is_ok(), "{backend:?}: {one:?} {two:?}");
            assert_eq!(engine.task_count(&company.boss).await?, round, "{backend:?}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_button_changes_a_record_that_others_decide_about() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend).await?;
        let engine = &company.organisation.engine;
        let id = company.submitted().await?;
        for button in ["raise", "lower"] {
            let none = json!({});
            let pressed =
                engine.button_press(&company.starter, "request", &id, button, None, &none).await;
            assert!(
                matches!(&pressed, Err(EngineError::Refused(p)) if p.code == "record_in_flow"),
                "{button}: {pressed:?}"
            );
        }
        let open = engine.record_open(&company.starter, "request", &id).await?;
        let record: Json = serde_json::from_str(&open.record)?;
        assert_eq!(record["amount"], "5.00");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_handed_to_those_who_can_do_it_alone() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend).await?;
        let engine = &company.organisation.engine;
        company.submitted().await?;
        let task = company.task().await?;
        let gone = company.organisation.member("gone", None, &[]).await?;
        let change = formwork_engine::MemberChange { active: Some(false), ..Default::default() };
        engine.member_change(&company.organisation.admin, &gone.member, change).await?;
        for to in [gone.member.as_str(), "nobody", "", company.boss.member.as_str()] {
            let transfer = TaskAnswer::plain(Answer::Transfer(to.to_owned()), None);
            let refused = engine.task_answer(&company.boss, &task, transfer).await;
            assert!(
                matches!(refused, Err(EngineError::Problems(_) | EngineError::Refused(_))),
                "{to}: {refused:?}"
            );
        }
    }
    Ok(())
}
