//! Nobody is stuck: what fails stops visibly, admins of a flow step in, and what was
//! somebody's goes on when they leave.

use anyhow::{Context, Result};
use formwork_engine::{
    BatchItem, BatchMode, BatchOutcome, Caller, DepartmentChange, EngineError, HandOver,
    MemberChange, TaskAnswer, TaskKind,
};
use formwork_flow::{AdminAction, Answer, Ending, LogAction, Status};
use formwork_model::document::{DocumentKind, Operation};
use formwork_store::{Hold, StoreError};
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
        engine.record_administer(admin, "order", id, action, "reason".into()).await.map(drop)
    }

    /// Writes into the instance of a record what no program can read.
    async fn spoil(&self, id: &str) -> Result<()> {
        let sql = format!("update instance set state = '{{' where record = '{id}'");
        let store = self.organisation.engine.store();
        store
            .write(Hold::Nothing, move |connection| {
                let sql = sql.clone();
                Box::pin(async move { connection.execute(&sql, &[]).await.map(drop) })
            })
            .await
            .map_err(|error: StoreError| error.into())
    }

    /// The codes for which instances wait for an admin.
    async fn needs(&self) -> Result<Vec<String>> {
        let (engine, admin) = (&self.organisation.engine, &self.organisation.admin);
        let found = engine.instances_in_need(admin).await?;
        Ok(found.into_iter().filter_map(|one| Some(one.reason?.code.into_owned())).collect())
    }

    async fn status(&self, id: &str) -> Result<Status> {
        let (engine, admin) = (&self.organisation.engine, &self.organisation.admin);
        Ok(engine.record_instance(admin, "order", id).await?.path.state)
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
            let again = engine
                .record_administer(admin, "order", &id, AdminAction::Resume, "x".into())
                .await?;
            assert_eq!(again.context("it is stuck again")?.reason.code, "branch_undecided");
            assert_eq!(company.status(&id).await?, Status::Stuck, "nothing was mended");
            let strange = engine
                .record_update(&company.boss, "order", &id, 2, &json!({ "parts": "3" }))
                .await;
            assert!(matches!(strange, Err(EngineError::Refused(_))), "{strange:?}");
            company.administer(&id, AdminAction::End(Ending::Cancelled)).await?;
            assert_eq!(company.record("order", &id).await?["flow_status"], "cancelled");
            assert!(company.open(admin).await?.is_empty());
            let history = engine.record_history(admin, "order", &id, None, 50).await?;
            assert!(history.iter().any(|line| line.kind == "process_ended"));
        }
    }
    Ok(())
}

/// Who looks after a flow mends the record on which it is stuck, and it goes on.
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_mends_the_record_on_which_an_instance_is_stuck() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend, sized(), json!({})).await?;
        let (engine, admin) = (&company.organisation.engine, &company.organisation.admin);
        let id = company.submit(&json!({ "amount": "500", "parts": "0" })).await?;
        let waiting = engine.record_update(admin, "order", &id, 2, &json!({ "parts": "1" })).await;
        assert!(matches!(waiting, Err(EngineError::Refused(_))), "others decide: {waiting:?}");
        company.answer(&company.boss, TaskAnswer::approve(None)).await?;
        let open = engine.record_open(admin, "order", &id).await?;
        assert!(open.operations.contains(&Operation::Update));
        let version = company.record("order", &id).await?["version"].as_i64().context("version")?;
        engine.record_update(admin, "order", &id, version, &json!({ "parts": "1" })).await?;
        company.administer(&id, AdminAction::Resume).await?;
        assert_ne!(company.status(&id).await?, Status::Stuck, "{backend:?}");
    }
    Ok(())
}

/// What was approved is judged by what an admin makes of the record while it is stuck.
#[tokio::test(flavor = "multi_thread")]
async fn a_mended_record_takes_the_branches_that_it_now_falls_under() -> Result<()> {
    let steps = json!([
        approve("boss", "approver"),
        { "key": "size", "kind": "branch", "label": "Size", "branches": [
            { "key": "large", "label": "Large", "when": "amount > 1000",
              "steps": [approve("second", "approver")] },
            { "key": "small", "label": "Small", "steps": [] }
        ]},
        { "key": "share", "kind": "branch", "label": "Share", "branches": [
            { "key": "much", "label": "Much", "when": "amount / parts > 100", "steps": [] },
            { "key": "little", "label": "Little", "steps": [] }
        ]}
    ]);
    for backend in Backend::all() {
        let company = company(backend, steps.clone(), json!({})).await?;
        let (engine, admin) = (&company.organisation.engine, &company.organisation.admin);
        let id = company.submit(&json!({ "amount": "500", "parts": "0" })).await?;
        company.answer(&company.boss, TaskAnswer::approve(None)).await?;
        assert_eq!(company.status(&id).await?, Status::Stuck);
        let version = company.record("order", &id).await?["version"].as_i64().context("version")?;
        let mended = json!({ "amount": "5000", "parts": "1" });
        engine.record_update(admin, "order", &id, version, &mended).await?;
        company.administer(&id, AdminAction::Resume).await?;
        assert_eq!(company.status(&id).await?, Status::Running, "{backend:?}");
        let open = company.open(&company.boss).await?;
        assert_eq!(open.len(), 1, "the larger sum is approved once more: {open:?}");
    }
    Ok(())
}

/// A flow whose condition was mended is what a stuck instance is tried again with.
#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_tried_again_with_the_flow_that_was_mended() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend, sized(), json!({})).await?;
        let (engine, admin) = (&company.organisation.engine, &company.organisation.admin);
        let id = company.submit(&json!({ "amount": "500", "parts": "0" })).await?;
        company.answer(&company.boss, TaskAnswer::approve(None)).await?;
        assert_eq!(company.status(&id).await?, Status::Stuck);
        let key = "order_flow";
        let (mut flow, revision) = engine.document_get(admin, DocumentKind::Flow, key).await?;
        let when = flow.pointer_mut("/steps/1/branches/0/when").context("a condition")?;
        *when = json!("IFERROR(amount / parts, 0) > 100");
        engine.document_publish(admin, DocumentKind::Flow, key, &flow, revision).await?;
        company.administer(&id, AdminAction::Resume).await?;
        assert_ne!(company.status(&id).await?, Status::Stuck, "{backend:?}");
        let path = engine.record_instance(admin, "order", &id).await?.path;
        assert_eq!(path.version, revision + 1);
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
        assert_eq!(company.record("account", &own.id).await?["stock"], "5.00");
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
        let log = engine.record_instance(admin, "order", &id).await?.path.log;
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
        let log = engine.record_instance(&company.starter, "order", &id).await?.path.log;
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

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_instance_keeps_nobody_from_changing_people() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend, json!([approve("boss", "approver")]), json!({})).await?;
        let (engine, admin) = (&company.organisation.engine, &company.organisation.admin);
        let broken = company.submit(&json!({ "amount": "1" })).await?;
        let sound = company.submit(&json!({ "amount": "2" })).await?;
        company.spoil(&broken).await?;
        assert!(company.deactivate(&company.boss, None).await.is_err(), "two tasks wait");
        company.deactivate(&company.boss, Some(HandOver::Admins)).await?;
        let open = engine.task_list(admin, TaskKind::Open, None, 5).await?;
        let records: Vec<_> = open.iter().map(|task| task.record.as_str()).collect();
        assert_eq!(records, [sound.as_str()], "{backend:?}");
        assert_eq!(company.needs().await?, ["instance_unreadable"]);
        let need = engine.instances_in_need(admin).await?;
        assert_eq!((&need[0].entry.record, need.len()), (&broken, 1));
        let role = MemberChange { roles: Some(vec!["approver".into()]), ..Default::default() };
        engine.member_change(admin, &company.other.member, role).await?;
        assert_eq!(company.open(&company.other).await?.len(), 1);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_whose_flow_cannot_be_read_stays_and_an_admin_sees_it() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend, json!([approve("boss", "approver")]), json!({})).await?;
        let (engine, admin) = (&company.organisation.engine, &company.organisation.admin);
        company.submit(&json!({ "amount": "1" })).await?;
        // A version of its flow that is not there.
        let store = engine.store();
        let done: Result<u64, StoreError> = store
            .write(Hold::Nothing, |connection| {
                let sql = "update instance set flow_version = 99";
                Box::pin(async move { connection.execute(sql, &[]).await })
            })
            .await;
        done?;
        let none = MemberChange { roles: Some(Vec::new()), ..MemberChange::default() };
        engine.member_change(admin, &company.boss.member, none).await?;
        assert_eq!(company.needs().await?, ["instance_unreadable"], "{backend:?}");
        assert!(engine.instances_in_need(&company.boss).await?.is_empty());
    }
    Ok(())
}

/// What is touched shows in an instance that cannot be: it is noted as one in need.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_people_touches_only_tasks_whose_holder_does_not_fit_any_more() -> Result<()> {
    let steps = json!([{ "key": "boss", "kind": "approve", "label": "Boss", "mode": "all",
        "assignees": [{ "role": "approver" }, { "starter_head": 0 }] }]);
    for backend in Backend::all() {
        let company = company(backend, steps.clone(), json!({})).await?;
        let (engine, admin) = (&company.organisation.engine, &company.organisation.admin);
        let name = |text: &str| formwork_model::Localized::new(text, text);
        let head = Some(company.other.member.clone());
        let sales = engine.department_add(admin, name("Sales"), None, head, 0).await?;
        let own = Some(Some(sales.clone()));
        let place = MemberChange { department: own, ..MemberChange::default() };
        engine.member_change(admin, &company.starter.member, place.clone()).await?;
        let id = company.submit(&json!({ "amount": "1" })).await?;
        assert_eq!(company.open(&company.other).await?.len(), 1, "{backend:?}");
        company.spoil(&id).await?;

        let renamed = DepartmentChange { name: Some(name("Vente")), ..Default::default() };
        engine.department_change(admin, &sales, renamed).await?;
        engine.department_add(admin, name("Design"), Some(sales.clone()), None, 1).await?;
        engine.member_change(admin, &company.starter.member, place).await?;
        let roles = Some(vec!["approver".to_owned()]);
        let role = MemberChange { roles, ..MemberChange::default() };
        engine.member_change(admin, &company.boss.member, role.clone()).await?;
        let new = company.organisation.member("new", None, &[]).await?;
        engine.member_change(admin, &new.member, role).await?;
        company.deactivate(&new, None).await?;
        assert!(company.needs().await?.is_empty(), "nothing of it is anybody's loss");

        let next = Some(Some(company.boss.member.clone()));
        let change = DepartmentChange { head: next, ..DepartmentChange::default() };
        engine.department_change(admin, &sales, change).await?;
        assert_eq!(company.needs().await?, ["instance_unreadable"]);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_leads_back_to_its_record_can_be_updated_through() -> Result<()> {
    let steps = json!([
        approve("boss", "approver"),
        { "key": "book", "kind": "act", "label": "Book", "effects": [
            { "update": { "link": "origin", "set": { "parts": "7" } } },
            { "update": { "set": { "share": "parts" } } }
        ]}
    ]);
    for backend in Backend::all() {
        let company = company(backend, json!([approve("boss", "approver")]), json!({})).await?;
        let engine = &company.organisation.engine;
        let origin = field("origin", "link", json!({ "options": { "form": "order" } }));
        company.organisation.publish(DocumentKind::Form, &order(&[origin])).await?;
        let flow = json!({ "key": "order_flow", "app": "test", "form": "order",
                           "label": "Order", "steps": steps });
        company.organisation.publish(DocumentKind::Flow, &flow).await?;
        let draft = engine.record_create(&company.starter, "order", &json!({}), true).await?;
        let own = json!({ "origin": draft.id });
        engine.record_submit(&company.starter, "order", &draft.id, draft.version, &own).await?;
        company.answer(&company.boss, TaskAnswer::approve(None)).await?;
        assert_eq!(company.status(&draft.id).await?, Status::Completed, "{backend:?}");
        let record = company.record("order", &draft.id).await?;
        assert_eq!((&record["parts"], &record["share"]), (&json!("7.00"), &json!("7.00")));
    }
    Ok(())
}

/// An item of a batch is a part, and so is the act step that it leads to.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_act_inside_an_item_of_a_batch_undoes_itself_alone() -> Result<()> {
    let steps = json!([{ "key": "book", "kind": "act", "label": "Book", "effects": [
        { "update": { "set": { "name": "\"booked\"" } } },
        { "create": { "form": "account", "set": { "stock": "amount" } } }
    ]}]);
    for backend in Backend::all() {
        let company = company(backend, steps.clone(), json!({})).await?;
        let engine = &company.organisation.engine;
        let of = |amount: &str| BatchItem::Create {
            values: json!({ "name": "x", "amount": amount }),
            draft: false,
        };
        let items = vec![of("1"), of("1"), of("bad"), of("2")];
        let done = engine.record_batch(&company.starter, "order", BatchMode::Each, items).await?;
        let mut seen = Vec::new();
        for outcome in done {
            seen.push(match outcome {
                BatchOutcome::Created(one) => {
                    let name = company.record("order", &one.id).await?["name"].clone();
                    format!("{:?} {}", company.status(&one.id).await?, name)
                }
                other => format!("{}", matches!(other, BatchOutcome::Refused(_))),
            });
        }
        let booked = "Completed \"booked\"";
        assert_eq!(seen, [booked, "Stuck \"x\"", "true", booked], "{backend:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_instance_spoils_no_list_and_can_be_ended() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend, json!([approve("boss", "approver")]), json!({})).await?;
        let engine = &company.organisation.engine;
        let broken = company.submit(&json!({ "amount": "1" })).await?;
        let sound = company.submit(&json!({ "amount": "2" })).await?;
        company.spoil(&broken).await?;
        for (caller, kind) in
            [(&company.boss, TaskKind::Open), (&company.starter, TaskKind::Started)]
        {
            let lines = engine.task_list(caller, kind, None, 5).await?;
            assert_eq!(lines.len(), 2, "{backend:?} {kind:?}");
        }
        let started = engine.task_list(&company.starter, TaskKind::Started, None, 5).await?;
        let marked: Vec<_> = started.iter().map(|line| line.problem.is_some()).collect();
        assert_eq!(marked, [false, true]);
        let resumed = company.administer(&broken, AdminAction::Resume).await;
        assert!(matches!(resumed, Err(EngineError::Refused(_))), "{resumed:?}");
        company.administer(&broken, AdminAction::End(Ending::Cancelled)).await?;
        assert_eq!(company.record("order", &broken).await?["flow_status"], "cancelled");
        assert_eq!(company.open(&company.boss).await?.len(), 1);
        company.answer(&company.boss, TaskAnswer::approve(None)).await?;
        assert_eq!(company.record("order", &sound).await?["flow_status"], "approved");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_follow_who_comes_back_and_leave_who_is_no_admin_any_more() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend, json!([approve("boss", "approver")]), json!({})).await?;
        let (engine, admin) = (&company.organisation.engine, &company.organisation.admin);
        let set = |is_admin| MemberChange { is_admin: Some(is_admin), ..MemberChange::default() };
        engine.member_change(admin, &company.other.member, set(true)).await?;
        company.submit(&json!({ "amount": "1" })).await?;
        company.deactivate(&company.boss, Some(HandOver::Admins)).await?;
        engine.member_change(admin, &company.other.member, set(false)).await?;
        assert!(company.open(&company.other).await?.is_empty(), "{backend:?}");
        assert_eq!(company.open(admin).await?.len(), 1);
        let back = MemberChange { active: Some(true), ..MemberChange::default() };
        engine.member_change(admin, &company.boss.member, back).await?;
        assert_eq!(company.open(&company.boss).await?.len(), 1);
        assert!(company.open(admin).await?.is_empty());
    }
    Ok(())
}
