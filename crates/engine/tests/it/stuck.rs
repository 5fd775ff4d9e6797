//! Nobody is stuck: what fails stops visibly, admins of a flow step in, and what was
//! somebody's goes on when they leave.

use anyhow::{Context, Result};
use formwork_engine::{Caller, EngineError, HandOver, MemberChange, TaskAnswer, TaskKind};
use formwork_flow::{AdminAction, Answer, Ending, LogAction, Status};
use formwork_model::document::DocumentKind;
use formwork_testkit::{Backend, Organisation, field, form};
use serde_json::{Value as Json, json};

struct Company {
    organisation: Organisation,
    starter: Caller,
    boss: Caller,
    other: Caller,
}

fn order(extra: &[Json]) -> Json {
    let fields = [
        field("name", "text", json!({})),
        field("amount", "money", json!({})),
        field("parts", "number", json!({})),
        field("share", "number", json!({ "options": { "places": 2 } })),
        field("account", "link", json!({ "options": { "form": "account" } })),
        field("cost", "money", json!({})),
    ];
    form("order", fields.into_iter().chain(extra.iter().cloned()))
}

async fn company(backend: Backend, steps: Json, more: Json) -> Result<Company> {
    let organisation = Organisation::new(backend).await?;
    let (engine, admin) = (&organisation.engine, organisation.admin.clone());
    let label = formwork_model::Localized::new("审批人", "Approvers");
    engine.role_add(&admin, "approver", label).await?;
    let starter = organisation.member("starter", None, &[]).await?;
    let boss = organisation.member("boss", None, &["approver"]).await?;
    let other = organisation.member("other", None, &[]).await?;
    let account = form(
        "account",
        [field("name", "text", json!({})), field("stock", "number", json!({ "unique": true }))],
    );
    organisation.publish(DocumentKind::Form, &account).await?;
    organisation.publish(DocumentKind::Form, &order(&[])).await?;
    organisation.grant_all(&["account", "order"]).await?;
    let mut flow = json!({
        "key": "order_flow", "app": "test", "form": "order", "label": "Order", "steps": steps
    });
    if let (Some(flow), Json::Object(more)) = (flow.as_object_mut(), more) {
        flow.extend(more);
    }
    organisation.publish(DocumentKind::Flow, &flow).await?;
    Ok(Company { organisation, starter, boss, other })
}

fn approve(key: &str, by: &str) -> Json {
    json!({ "key": key, "kind": "approve", "label": key, "assignees": [{ "role": by }] })
}

fn sized() -> Json {
    json!([
        approve("boss", "approver"),
        { "key": "size", "kind": "branch", "label": "Size", "branches": [
            { "key": "large", "label": "Large", "when": "amount / parts > 100",
              "steps": [approve("second", "approver")] },
            { "key": "small", "label": "Small", "steps": [] }
        ]}
    ])
}

impl Company {
    async fn submit(&self, values: &Json) -> Result<String> {
        let engine = &self.organisation.engine;
        Ok(engine.record_create(&self.starter, "order", values, false).await?.id)
    }

    async fn open(&self, of: &Caller) -> Result<Vec<String>> {
        let tasks = self.organisation.engine.task_list(of, TaskKind::Open, None, 20).await?;
        Ok(tasks.into_iter().map(|task| task.id).collect())
    }

    async fn answer(&self, by: &Caller, answer: TaskAnswer) -> Result<()> {
        let task = self.open(by).await?.first().context("a task")?.clone();
        Ok(self.organisation.engine.task_answer(by, &task, answer).await?)
    }

    async fn record(&self, form: &str, id: &str) -> Result<Json> {
        let (engine, admin) = (&self.organisation.engine, &self.organisation.admin);
        Ok(serde_json::from_str(&engine.record_open(admin, form, id).await?.record)?)
    }

    async fn administer(&self, id: &str, action: AdminAction) -> Result<(), EngineError> {
        let (engine, admin) = (&self.organisation.engine, &self.organisation.admin);
        engine.record_administer(admin, "order", id, action, "reason".into()).await
    }

    async fn status(&self, id: &str) -> Result<Status> {
        let (engine, admin) = (&self.organisation.engine, &self.organisation.admin);
        Ok(engine.record_process(admin, "order", id).await?.path.state)
    }

    async fn deactivate(
        &self,
        member: &Caller,
        hand_over: Option<HandOver>,
    ) -> Result<(), EngineError> {
        let (engine, admin) = (&self.organisation.engine, &self.organisation.admin);
        let change = MemberChange { active: Some(false), hand_over, ..MemberChange::default() };
        engine.member_change(admin, &member.member, change).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_that_cannot_be_told_stops_for_an_admin_and_goes_on_when_mended() -> Result<()>
{
    for backend in Backend::all() {
        let company = company(backend, sized(), json!({})).await?;
        let (engine, admin) = (&company.organisation.engine, &company.organisation.admin);
        for parts in [json!("0"), Json::Null] {
            let id = company.submit(&json!({ "amount": "500", "parts": parts })).await?;
            company.answer(&company.boss, TaskAnswer::approve(None)).await?;
            assert_eq!(company.status(&id).await?, Status::Stuck, "{backend:?} {parts}");
            assert_eq!(company.record("order", &id).await?["flow_status"], "running");
            let told = engine.task_list(admin, TaskKind::Open, None, 5).await?;
            assert_eq!((told.len(), told[0].kind.as_str()), (1, "stuck"));
            let need = engine.instances_in_need(admin).await?;
            let reason = need[0].reason.clone().context("a reason")?;
            assert_eq!(reason.code, "branch_undecided");
            assert!(engine.instances_in_need(&company.boss).await?.is_empty());
            let strange = engine
                .record_administer(&company.boss, "order", &id, AdminAction::Resume, "x".into())
                .await;
            assert!(matches!(strange, Err(EngineError::NotFound)), "{strange:?}");
            company.administer(&id, AdminAction::Resume).await?;
            assert_eq!(company.status(&id).await?, Status::Stuck, "nothing was mended");
            company.administer(&id, AdminAction::End(Ending::Cancelled)).await?;
            assert_eq!(company.record("order", &id).await?["flow_status"], "cancelled");
            assert!(company.open(admin).await?.is_empty());
            let history = engine.record_history(admin, "order", &id, None, 50).await?;
            assert!(history.iter().any(|line| line.kind == "process_ended"));
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_is_refused_leaves_nothing_and_can_be_resumed() -> Result<()> {
    let steps = json!([
        approve("boss", "approver"),
        { "key": "book", "kind": "act", "label": "Book", "effects": [
            { "create": { "form": "account", "set": { "name": "\"made\"" } } },
            { "update": { "link": "account", "set": { "stock": "amount" } } }
        ]}
    ]);
    for backend in Backend::all() {
        let company = company(backend, steps.clone(), json!({})).await?;
        let (engine, admin) = (&company.organisation.engine, &company.organisation.admin);
        let taken = json!({ "name": "other", "stock": "5" });
        let taken = engine.record_create(admin, "account", &taken, false).await?;
        let own = engine.record_create(admin, "account", &json!({ "name": "own" }), false).await?;
        let id = company.submit(&json!({ "amount": "5", "account": own.id })).await?;
        company.answer(&company.boss, TaskAnswer::approve(None)).await?;
        assert_eq!(company.status(&id).await?, Status::Stuck, "{backend:?}");
        let reason = engine.instances_in_need(admin).await?[0].reason.clone();
        assert_eq!(reason.context("a reason")?.code, "not_unique");
        assert_eq!(company.record("account", &own.id).await?["stock"], Json::Null);
        let query = formwork_query::ListQuery { limit: 50, ..Default::default() };
        let page = engine.record_list(admin, "account", &query, false).await?;
        assert_eq!(page.records.len(), 2, "nothing of the step was kept");

        let free = json!({ "stock": "6" });
        engine.record_update(admin, "account", &taken.id, taken.version, &free).await?;
        company.administer(&id, AdminAction::Resume).await?;
        assert_eq!(company.status(&id).await?, Status::Completed);
        assert_eq!(company.record("account", &own.id).await?["stock"], "5");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_holds_though_its_fields_cannot_be_set() -> Result<()> {
    let more = json!({ "on_rejected": { "share": "amount / parts" } });
    for backend in Backend::all() {
        let company = company(backend, json!([approve("boss", "approver")]), more.clone()).await?;
        let id = company.submit(&json!({ "amount": "500", "parts": "0" })).await?;
        let no = TaskAnswer::plain(Answer::Reject, Some("no".into()));
        company.answer(&company.boss, no).await?;
        assert_eq!(company.record("order", &id).await?["flow_status"], "rejected");
        let (engine, admin) = (&company.organisation.engine, &company.organisation.admin);
        assert_eq!(engine.instances_in_need(admin).await?.len(), 1, "{backend:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_hands_over_what_waits() -> Result<()> {
    let by_name = |id: &str| json!([{ "key": "own", "kind": "approve", "label": "Own", "assignees": [{ "member": id }] }]);
    for backend in Backend::all() {
        let company = company(backend, json!([approve("boss", "approver")]), json!({})).await?;
        let (engine, admin) = (&company.organisation.engine, &company.organisation.admin);
        company.submit(&json!({ "amount": "1" })).await?;
        let refused = company.deactivate(&company.boss, None).await;
        let Err(EngineError::Refused(problem)) = refused else { panic!("{refused:?}") };
        assert_eq!((&*problem.code, &problem.params["tasks"]), ("member_has_duties", &json!(1)));
        let holdings = engine.member_holdings(admin, &company.boss.member).await?;
        assert_eq!(holdings.duties.tasks, 1);
        company.deactivate(&company.boss, Some(HandOver::Admins)).await?;
        assert_eq!(company.open(admin).await?.len(), 1, "{backend:?}: nobody is in the role");
        let role = MemberChange { roles: Some(vec!["approver".into()]), ..Default::default() };
        engine.member_change(admin, &company.other.member, role).await?;
        assert!(company.open(admin).await?.is_empty(), "the next holder has it");
        assert_eq!(company.open(&company.other).await?.len(), 1);
        let back = MemberChange { active: Some(true), ..MemberChange::default() };
        engine.member_change(admin, &company.boss.member, back).await?;
        assert!(company.open(&company.boss).await?.is_empty(), "nothing comes back");

        let flow = json!({ "key": "order_flow", "app": "test", "form": "order", "label": "Order",
                           "steps": by_name(&company.boss.member) });
        company.organisation.publish(DocumentKind::Flow, &flow).await?;
        let id = company.submit(&json!({ "amount": "2" })).await?;
        let to = HandOver::To(company.starter.member.clone());
        company.deactivate(&company.boss, Some(to)).await?;
        company.answer(&company.starter, TaskAnswer::approve(None)).await?;
        assert_eq!(company.status(&id).await?, Status::Completed);
        let log = engine.record_process(admin, "order", &id).await?.path.log;
        assert!(log.iter().any(|line| line.action == LogAction::HandOver));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_back_to_who_has_left_is_taken_up_by_an_admin() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend, json!([approve("boss", "approver")]), json!({})).await?;
        let (engine, admin) = (&company.organisation.engine, &company.organisation.admin);
        let id = company.submit(&json!({ "amount": "1" })).await?;
        company.answer(&company.boss, TaskAnswer::return_to_starter("price")).await?;
        assert!(company.deactivate(&company.starter, None).await.is_err());
        company.deactivate(&company.starter, Some(HandOver::Admins)).await?;
        assert_eq!(engine.instances_in_need(admin).await?.len(), 1, "{backend:?}");
        let version = company.record("order", &id).await?["version"].as_i64().context("v")?;
        engine.record_submit(admin, "order", &id, version, &json!({})).await?;
        assert_eq!(company.status(&id).await?, Status::Running);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_on_the_version_that_was_seen() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend, json!([approve("boss", "approver")]), json!({})).await?;
        let engine = &company.organisation.engine;
        let id = company.submit(&json!({ "amount": "1" })).await?;
        let version = company.record("order", &id).await?["version"].as_i64().context("v")?;
        let no = |version| TaskAnswer {
            version: Some(version),
            ..TaskAnswer::plain(Answer::Reject, Some("no".into()))
        };
        let task = company.open(&company.boss).await?[0].clone();
        let stale = engine.task_answer(&company.boss, &task, no(version - 1)).await;
        assert!(matches!(stale, Err(EngineError::VersionConflict { .. })), "{stale:?}");
        engine.task_answer(&company.boss, &task, no(version)).await?;
        let log = engine.record_process(&company.starter, "order", &id).await?.path.log;
        assert_eq!(log.last().context("a line")?.version, Some(version));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passed_branch_is_taken_anew_when_an_approver_changes_its_facts() -> Result<()> {
    let mut last = approve("finance", "approver");
    last["fields"] = json!({ "editable": ["amount"] });
    let steps = json!([
        { "key": "size", "kind": "branch", "label": "Size", "branches": [
            { "key": "large", "label": "Large", "when": "amount > 20000",
              "steps": [approve("director", "approver")] },
            { "key": "small", "label": "Small", "steps": [] }
        ]},
        last
    ]);
    for backend in Backend::all() {
        let company = company(backend, steps.clone(), json!({})).await?;
        let engine = &company.organisation.engine;
        let id = company.submit(&json!({ "amount": "15000" })).await?;
        let mut raised = TaskAnswer::approve(None);
        raised.values = json!({ "amount": "25000" });
        company.answer(&company.boss, raised).await?;
        let tasks = engine.task_list(&company.boss, TaskKind::Open, None, 5).await?;
        assert_eq!(tasks[0].step, "director", "{backend:?}");
        company.answer(&company.boss, TaskAnswer::approve(None)).await?;
        company.answer(&company.boss, TaskAnswer::approve(None)).await?;
        assert_eq!(company.status(&id).await?, Status::Completed);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_hides_what_groups_hide_and_goes_to_peers_alone() -> Result<()> {
    let mut step = approve("boss", "approver");
    step["fields"] = json!({ "reveals": ["amount"] });
    for backend in Backend::all() {
        let company = company(backend, json!([step]), json!({})).await?;
        let (engine, organisation) = (&company.organisation.engine, &company.organisation);
        let grant = json!({ "operations": ["view", "create", "update"], "scope": "all",
                            "hidden": ["cost", "amount"] });
        let group = json!({ "key": "everyone", "app": "test", "label": "Everyone",
            "members": { "everyone": true }, "forms": { "order": grant } });
        organisation.publish(DocumentKind::PermissionGroup, &group).await?;
        let values = json!({ "name": "A", "amount": "7", "cost": "3" });
        let admin = &organisation.admin;
        engine.record_create(admin, "order", &values, false).await?;
        let task = company.open(&company.boss).await?[0].clone();
        let open: Json =
            serde_json::from_str(&engine.task_open(&company.boss, &task).await?.record)?;
        assert_eq!((&open["amount"], open.get("cost")), (&json!("7.00"), None), "{backend:?}");
        let to = TaskAnswer::plain(Answer::Transfer(company.other.member.clone()), None);
        let refused = engine.task_answer(&company.boss, &task, to).await;
        let Err(EngineError::Problems(problems)) = refused else { panic!("{refused:?}") };
        assert_eq!(problems[0].code, "transfer_out_of_range");

        // Who has no permission group at all sees what the step shows.
        let none = json!({ "key": "everyone", "app": "test", "label": "Everyone",
            "members": { "everyone": true }, "forms": {} });
        organisation.publish(DocumentKind::PermissionGroup, &none).await?;
        let open: Json =
            serde_json::from_str(&engine.task_open(&company.boss, &task).await?.record)?;
        assert_eq!(open["cost"], "3.00");
        let (_, of) = engine.task_form_access(&company.boss, &task).await?;
        assert_eq!(of, "order");
    }
    Ok(())
}
