//! What a member may not see is not told in passing either: not by a form that is being
//! filled in, a conflict, a history, a line of a to-do list or an earlier task.

use anyhow::{Context, Result};
use formwork_engine::{Caller, EngineError, EvaluationRequest, TaskAnswer, TaskKind};
use formwork_model::{Localized, document::DocumentKind};
use formwork_testkit::{Backend, Organisation, field, form, subform};
use serde_json::{Value as Json, json};

/// A value that nobody but the admin may ever read.
const SECRET: &str = "77777";

struct Company {
    organisation: Organisation,
    /// Sees own accounts and own orders, never a cost.
    rep: Caller,
    /// Approves orders without seeing their cost.
    manager: Caller,
}

async fn company(backend: Backend) -> Result<Company> {
    let organisation = Organisation::new(backend).await?;
    let (engine, admin) = (&organisation.engine, &organisation.admin);
    for role in ["rep", "manager"] {
        engine.role_add(admin, role, Localized::new("角色", "Role")).await?;
    }
    let account = form(
        "account",
        [field("name", "text", json!({ "unique": true })), field("rating", "text", json!({}))],
    );
    let lines = subform(
        "lines",
        [
            field(
                "account",
                "link",
                json!({ "options": {
                "form": "account", "fill": { "price": "rating" } } }),
            ),
            field("qty", "number", json!({})),
            field("price", "text", json!({ "read_only": true })),
            field("cost", "money", json!({})),
        ],
    );
    let mut order = form(
        "order",
        [
            field("name", "text", json!({})),
            field("cost", "money", json!({})),
            field(
                "account",
                "link",
                json!({ "options": {
                "form": "account", "fill": { "rating": "rating" } } }),
            ),
            field("rating", "text", json!({})),
            field("of_account", "text", json!({ "formula": "account.rating" })),
            lines,
        ],
    );
    order["title"] = json!("name");
    order["views"] = json!([{ "key": "all", "label": "All", "columns": ["name", "cost"] }]);
    organisation.publish(DocumentKind::Form, &account).await?;
    organisation.publish(DocumentKind::Form, &order).await?;
    let group = json!({
        "key": "reps", "app": "test", "label": "Reps", "members": { "roles": ["rep"] },
        "forms": {
            "account": { "operations": ["view", "create"], "scope": "own" },
            "order": { "operations": ["view", "create", "update"], "scope": "own",
                       "hidden": ["cost", "lines.cost"] }
        }
    });
    organisation.publish(DocumentKind::PermissionGroup, &group).await?;
    let flow = json!({
        "key": "approval", "app": "test", "form": "order", "label": "Approval",
        "steps": [
            { "key": "manager", "kind": "approve", "label": "Manager",
              "assignees": [{ "role": "manager" }], "fields": { "hidden": ["cost", "lines"] } }
        ]
    });
    organisation.publish(DocumentKind::Flow, &flow).await?;
    let rep = organisation.member("rep", None, &["rep"]).await?;
    let manager = organisation.member("manager", None, &["manager"]).await?;
    Ok(Company { organisation, rep, manager })
}

impl Company {
    /// An order of the rep's whose costs the admin has filled in, as a draft.
    async fn order(&self) -> Result<(String, i64)> {
        let engine = &self.organisation.engine;
        let order = json!({ "name": "Order", "lines": [{ "qty": 1 }] });
        let order = engine.record_create(&self.rep, "order", &order, true).await?;
        let row = self.read(&self.organisation.admin, &order.id).await?["lines"][0]["id"].clone();
        let costs = json!({ "cost": SECRET, "lines": [{ "id": row, "qty": 2, "cost": SECRET }] });
        let admin = &self.organisation.admin;
        let saved = engine.record_update(admin, "order", &order.id, order.version, &costs).await?;
        Ok((saved.id, saved.version))
    }

    async fn read(&self, by: &Caller, id: &str) -> Result<Json> {
        let open = self.organisation.engine.record_open(by, "order", id).await?;
        Ok(serde_json::from_str(&open.record)?)
    }

    async fn evaluate(&self, by: &Caller, request: EvaluationRequest) -> Result<Json> {
        let found = self.organisation.engine.form_evaluate(by, "order", &request).await?;
        Ok(json!({ "values": found.values, "problems": found.problems }))
    }

    async fn task(&self) -> Result<String> {
        let engine = &self.organisation.engine;
        let tasks = engine.task_list(&self.manager, TaskKind::Open, None, 10).await?;
        Ok(tasks.first().context("a task")?.id.clone())
    }
}

fn is_not_found(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(EngineError::NotFound))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_tells_nothing_of_hidden_fields() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend).await?;
        let engine = &company.organisation.engine;
        let (id, version) = company.order().await?;
        let admin = &company.organisation.admin;
        engine.record_update(admin, "order", &id, version, &json!({ "name": "New" })).await?;
        let change = json!({ "name": "Mine" });
        let late = engine.record_update(&company.rep, "order", &id, 1, &change).await;
        let Err(EngineError::VersionConflict { changed, .. }) = late else { panic!("{late:?}") };
        let told = json!(changed).to_string();
        assert!(told.contains("\"New\"") && told.contains("\"qty\""), "{told}");
        assert!(!told.contains(SECRET) && !told.contains("cost"), "{told}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_tells_nothing_of_hidden_columns() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend).await?;
        let (id, _) = company.order().await?;
        let engine = &company.organisation.engine;
        let history = engine.record_history(&company.rep, "order", &id, None, 50).await?;
        let told = format!("{history:?}");
        assert!(told.contains("qty"), "{told}");
        assert!(!told.contains(SECRET) && !told.contains("cost"), "{told}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_opens_its_own_record_alone() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend).await?;
        let engine = &company.organisation.engine;
        let order = json!({ "name": "Order" });
        engine.record_create(&company.rep, "order", &order, false).await?;
        let (other, _) = company.order().await?;
        let task = Some(company.task().await?);
        let request = EvaluationRequest {
            task: task.clone(),
            record: Some(other),
            values: json!({}),
            ..EvaluationRequest::default()
        };
        let refused = company.evaluate(&company.manager, request).await.unwrap_err();
        assert!(is_not_found(&refused), "{refused:?}");

        let account = json!({ "name": "Account", "rating": SECRET });
        let account =
            engine.record_create(&company.organisation.admin, "account", &account, false).await?;
        let request = EvaluationRequest {
            task,
            record: Some(account.id),
            values: json!({}),
            ..EvaluationRequest::default()
        };
        let refused = engine.form_evaluate(&company.manager, "account", &request).await;
        assert!(matches!(refused, Err(EngineError::NotFound)), "{refused:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn picking_a_record_out_of_reach_fills_in_nothing() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend).await?;
        let engine = &company.organisation.engine;
        let account = json!({ "name": "Closed", "rating": SECRET });
        let account =
            engine.record_create(&company.organisation.admin, "account", &account, false).await?;
        let values = json!({
            "name": "Order", "account": account.id, "lines": [{ "account": account.id }]
        });
        let changed = vec!["account".to_owned(), "lines/0/account".to_owned()];
        let request = EvaluationRequest { values, changed, ..EvaluationRequest::default() };
        let told = company.evaluate(&company.rep, request.clone()).await?;
        let text = told.to_string();
        assert!(!text.contains(SECRET) && !text.contains("Closed"), "{text}");
        for pointer in ["/account", "/lines/0/account"] {
            let names = |problem: &Json| {
                problem["code"] == "unknown_record" && problem["pointer"] == pointer
            };
            assert!(told["problems"].as_array().unwrap().iter().any(names), "{text}");
        }
        let told = company.evaluate(&company.organisation.admin, request).await?;
        assert_eq!(told["values"]["lines"][0]["price"], SECRET, "{told}");
        assert_eq!(told["values"]["of_account"], SECRET, "{told}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_link_out_of_reach_stays_as_it_is() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend).await?;
        let engine = &company.organisation.engine;
        let (id, version) = company.order().await?;
        let admin = &company.organisation.admin;
        let account = json!({ "name": "Closed", "rating": "A" });
        let account = engine.record_create(admin, "account", &account, false).await?;
        let link = json!({ "account": account.id });
        engine.record_update(admin, "order", &id, version, &link).await?;
        let request = EvaluationRequest {
            record: Some(id),
            values: json!({ "name": "Changed", "account": account.id }),
            ..EvaluationRequest::default()
        };
        let told = company.evaluate(&company.rep, request).await?;
        assert_eq!(told["values"]["account"]["title"], "Closed", "{told}");
        assert_eq!(told["values"]["of_account"], "A", "{told}");
        assert_eq!(told["problems"], json!([]), "{told}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_a_list_tells_nothing_that_is_hidden() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend).await?;
        let engine = &company.organisation.engine;
        let (id, version) = company.order().await?;
        let nothing = json!({});
        engine.record_submit(&company.rep, "order", &id, version, &nothing).await?;
        let own = engine.task_list(&company.manager, TaskKind::Open, None, 10).await?;
        let started = engine.task_list(&company.rep, TaskKind::Started, None, 10).await?;
        assert_eq!((own.len(), started.len()), (1, 1));
        for line in own.iter().chain(&started) {
            assert_eq!(line.title, "Order");
            let told = format!("{line:?}").replace(',', "");
            assert!(!told.contains(SECRET) && !told.contains("cost"), "{line:?}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_step_hides_stays_hidden_when_the_process_starts_anew() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend).await?;
        let engine = &company.organisation.engine;
        let (id, version) = company.order().await?;
        engine.record_submit(&company.rep, "order", &id, version, &json!({})).await?;
        let seen = company.read(&company.manager, &id).await?;
        assert!(!seen.to_string().contains(SECRET), "{seen}");
        engine.record_withdraw(&company.rep, "order", &id, None).await?;
        let mut next = json!({
            "key": "approval", "app": "test", "form": "order", "label": "Approval",
            "steps": [{ "key": "other", "kind": "approve", "label": "Other",
                        "assignees": [{ "role": "rep" }] }]
        });
        next["steps"][0]["key"] = json!("other");
        company.organisation.publish(DocumentKind::Flow, &next).await?;
        let version =
            company.read(&company.organisation.admin, &id).await?["version"].as_i64().unwrap();
        engine.record_submit(&company.rep, "order", &id, version, &json!({})).await?;
        let seen = company.read(&company.manager, &id).await?;
        assert!(!seen.to_string().contains(SECRET), "{seen}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn cells_that_are_closed_can_neither_be_emptied_nor_typed() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend).await?;
        let engine = &company.organisation.engine;
        let (rep, admin) = (&company.rep, &company.organisation.admin);
        let account = json!({ "name": "Open", "rating": "100" });
        let account = engine.record_create(rep, "account", &account, false).await?;
        let (id, version) = company.order().await?;
        let mut row = company.read(admin, &id).await?["lines"][0].clone();
        row["account"] = json!(account.id);
        let lines = json!({ "lines": [row] });
        let saved = engine.record_update(admin, "order", &id, version, &lines).await?;
        let row = company.read(admin, &id).await?["lines"][0]["id"].clone();

        let emptied = json!({ "lines": [{ "id": row, "cost": null }] });
        let refused = engine.record_update(rep, "order", &id, saved.version, &emptied).await;
        assert!(
            matches!(&refused, Err(EngineError::Problems(p))
                if p[0].code == "field_not_writable" && p[0].pointer == "/lines/0/cost"),
            "{refused:?}"
        );

        // What a link fills in comes back from the browser and is passed over.
        let cheap = json!({ "lines": [{ "id": row, "account": account.id, "price": "1" }] });
        engine.record_update(rep, "order", &id, saved.version, &cheap).await?;
        let kept = company.read(admin, &id).await?["lines"][0].clone();
        assert_eq!((&kept["price"], &kept["cost"]), (&json!("100"), &json!("77777.00")));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filled_cell_that_a_group_closes_is_what_the_link_fills_in() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let product = form("product", [field("price", "text", json!({}))]);
        let lines = subform(
            "lines",
            [
                field(
                    "product",
                    "link",
                    json!({ "options": {
                    "form": "product", "fill": { "price": "price" } } }),
                ),
                field("price", "text", json!({})),
            ],
        );
        organisation.publish(DocumentKind::Form, &product).await?;
        organisation.publish(DocumentKind::Form, &form("sale", [lines])).await?;
        let group = json!({
            "key": "everyone", "app": "test", "label": "Everyone", "members": { "everyone": true },
            "forms": {
                "product": { "operations": ["view"], "scope": "all" },
                "sale": { "operations": ["view", "create", "update"], "scope": "all",
                          "read_only": ["lines.price"] }
            }
        });
        organisation.publish(DocumentKind::PermissionGroup, &group).await?;
        let rep = organisation.member("rep", None, &[]).await?;
        let products = [json!({ "price": "100" }), json!({ "price": "200" })];
        let mut ids = Vec::new();
        for product in &products {
            ids.push(engine.record_create(admin, "product", product, false).await?.id);
        }
        let price = async |id: &str| -> Result<Json> {
            let open = engine.record_open(admin, "sale", id).await?;
            Ok(serde_json::from_str::<Json>(&open.record)?["lines"][0].clone())
        };
        let sale = json!({ "lines": [{ "product": ids[0], "price": "1" }] });
        let sale = engine.record_create(&rep, "sale", &sale, false).await?;
        let row = price(&sale.id).await?;
        assert_eq!(row["price"], "100");
        let other = json!({ "lines": [{ "id": row["id"], "product": ids[1], "price": "1" }] });
        engine.record_update(&rep, "sale", &sale.id, 1, &other).await?;
        assert_eq!(price(&sale.id).await?["price"], "200");
        let none = json!({ "lines": [{ "product": null, "price": "1" }] });
        engine.record_update(&rep, "sale", &sale.id, 2, &none).await?;
        assert_eq!(price(&sale.id).await?["price"], json!(null));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_comments_has_an_end() -> Result<()> {
    let company = company(Backend::Sqlite).await?;
    let engine = &company.organisation.engine;
    let (id, _) = company.order().await?;
    for number in 0..505 {
        engine.comment_add(&company.rep, "order", &id, &format!("no. {number}")).await?;
    }
    let comments = engine.comment_list(&company.rep, "order", &id).await?;
    let ends = [comments.first().context("one")?, comments.last().context("one")?];
    assert_eq!(comments.len(), 500);
    assert_eq!(ends.map(|comment| comment.text.as_str()), ["no. 5", "no. 504"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guess_at_what_is_hidden_is_answered_alike_whatever_is_stored() -> Result<()> {
    for backend in Backend::all() {
        let company = company(backend).await?;
        let engine = &company.organisation.engine;
        let (id, version) = company.order().await?;
        let row = company.read(&company.rep, &id).await?["lines"][0]["id"].clone();
        let guess =
            |cost: Json| json!({ "cost": cost, "lines": [{ "id": row, "qty": 2, "cost": cost }] });
        let mut patched = Vec::new();
        let mut typed = Vec::new();
        for cost in [json!(SECRET), json!("77777.00"), json!("1"), json!(null), json!("x")] {
            let answer = engine
                .record_update(&company.rep, "order", &id, version, &guess(cost.clone()))
                .await;
            let Err(EngineError::Problems(problems)) = answer else { panic!("{answer:?}") };
            patched.push(problems);
            let request = EvaluationRequest {
                record: Some(id.clone()),
                values: guess(cost),
                ..EvaluationRequest::default()
            };
            typed.push(company.evaluate(&company.rep, request).await?);
        }
        let pointers: Vec<&str> = patched[0].iter().map(|p| p.pointer.as_str()).collect();
        assert_eq!(pointers, ["/cost", "/lines/0/cost"]);
        assert!(patched.iter().all(|problems| *problems == patched[0]), "{patched:?}");
        assert!(typed.iter().all(|answer| *answer == typed[0]), "{typed:?}");

        // The same in a task whose step hides the field.
        engine.record_submit(&company.rep, "order", &id, version, &json!({})).await?;
        let task = company.task().await?;
        let mut answers = Vec::new();
        for cost in [json!(SECRET), json!("1"), json!(null)] {
            let answer = TaskAnswer {
                version: company.read(&company.manager, &id).await?["version"].as_i64(),
                values: json!({ "cost": cost }),
                ..TaskAnswer::approve(None)
            };
            answers
                .push(format!("{:?}", engine.task_answer(&company.manager, &task, answer).await));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert!(answers[0].contains("field_not_writable"), "{answers:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_counts_while_typing_as_it_is_stored() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let sale = form(
            "sale",
            [
                field("price", "money", json!({})),
                field("cost", "money", json!({})),
                field(
                    "light",
                    "text",
                    json!({ "formula": "IF(price < cost, \"red\", \"green\")" }),
                ),
            ],
        );
        organisation.publish(DocumentKind::Form, &sale).await?;
        let group = json!({
            "key": "everyone", "app": "test", "label": "All", "members": { "everyone": true },
            "forms": { "sale": { "operations": ["view", "update"], "scope": "all", "hidden": ["cost"] } }
        });
        organisation.publish(DocumentKind::PermissionGroup, &group).await?;
        let rep = organisation.member("rep", None, &[]).await?;
        let sale = json!({ "price": "10.00", "cost": "8.00" });
        let id = engine.record_create(admin, "sale", &sale, false).await?.id;
        let request = EvaluationRequest {
            record: Some(id),
            values: json!({ "price": "5.00", "light": "green" }),
            changed: vec!["price".to_owned()],
            ..EvaluationRequest::default()
        };
        let typing = engine.form_evaluate(&rep, "sale", &request).await?.values;
        assert_eq!((&typing["light"], typing.get("cost")), (&json!("red"), None));
    }
    Ok(())
}
