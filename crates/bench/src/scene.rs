//! What is measured: a form of twelve fields with a formula, its records, a member who may
//! work with them, and the servers.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use axum::Router;
use formwork_engine::{Caller, Engine, KeyScope, NewApiKey, NewMember, Principal, Proof};
use formwork_event::{Detail, NewEvent, RecordCreated};
use formwork_model::{
    FormModel, Locale, Value,
    document::{DocumentKind, Operation, Scope},
};
use formwork_query::{Dialect, FormAccess, Grant, NewRow, Reader, insert};
use formwork_server::{ServerState, Settings, router, session::ApiKey};
use formwork_store::{Hold, Store, StoreError, repo::event::event_append};
use formwork_testkit::{Backend, TestDatabase, field, form};
use futures_util::FutureExt;
use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
};

/// The form's key.
pub(crate) const FORM: &str = "deal";
/// Records that are stored in one transaction while filling in.
const CHUNK: usize = 2000;
const STAGES: [&str; 5] = ["new", "meeting", "proposal", "won", "lost"];

/// A database with the form in it, and the server over it.
pub(crate) struct Scene {
    pub(crate) engine: Engine,
    pub(crate) database: TestDatabase,
    /// Where the real server listens.
    pub(crate) address: SocketAddr,
    /// The member's API key.
    pub(crate) key: String,
    pub(crate) member: String,
    pub(crate) admin: Caller,
    /// The records, in the order in which they were stored.
    pub(crate) ids: Arc<Vec<String>>,
    /// How long it took to store them.
    pub(crate) filled_in: Duration,
    _server: Runtime,
}

impl Scene {
    /// Sets it up on PostgreSQL when `server` is given, on SQLite when not.
    pub(crate) fn set(server: Option<&str>, records: usize) -> Result<Self> {
        let runtime = Builder::new_multi_thread().thread_name("formwork").enable_all().build()?;
        let backend = if server.is_some() { Backend::Postgres } else { Backend::Sqlite };
        let Organisation { engine, database, admin, member, key } =
            runtime.block_on(organisation(backend))?;
        let started = Instant::now();
        let ids = runtime.block_on(fill_in(&engine, &member, records))?;
        let filled_in = started.elapsed();
        let state = ServerState::new(engine.clone(), Settings::default());
        let address = listen(&runtime, router(state))?;
        let ids = Arc::new(ids);
        Ok(Self { engine, database, address, key, member, admin, ids, filled_in, _server: runtime })
    }

    /// The form as it is published.
    pub(crate) fn model(&self) -> Result<Arc<FormModel>> {
        let catalog = self.engine.catalog();
        Ok(Arc::clone(&catalog.compiled(FORM).context("the form")?.model))
    }

    /// What the member may do.
    pub(crate) fn access(&self) -> FormAccess {
        let reader = Reader {
            member: self.member.clone(),
            departments: Vec::new(),
            departments_below: Vec::new(),
            today: jiff::civil::date(2026, 6, 30),
            time_zone: jiff::tz::TimeZone::fixed(jiff::tz::Offset::constant(8)),
        };
        let operations =
            vec![Operation::View, Operation::Create, Operation::Update, Operation::Delete];
        let grant = Grant {
            operations,
            scope: Scope::All,
            hand_over: false,
            hidden: Vec::new(),
            read_only: Vec::new(),
        };
        FormAccess::granted(reader, vec![grant])
    }
}

/// Serves on a free port of this machine.
pub(crate) fn listen(runtime: &Runtime, router: Router) -> Result<SocketAddr> {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    runtime.spawn(async move { axum::serve(listener, service).await });
    Ok(address)
}

struct Organisation {
    engine: Engine,
    database: TestDatabase,
    admin: Caller,
    member: String,
    key: String,
}

async fn organisation(backend: Backend) -> Result<Organisation> {
    let database = TestDatabase::new(backend).await?;
    let store = Store::open(database.url()).await?;
    let engine = Engine::open(store, Arc::new(Timestamp::now)).await?;
    let new = |account: &str| NewMember {
        account: account.to_owned(),
        name: account.to_owned(),
        ..NewMember::default()
    };
    let root = engine.set_up("Bench", new("root")).await?;
    let admin =
        Caller { member: root, locale: Locale::english(), is_admin: true, proof: Proof::Member };
    let publish = async |kind, document: Json| {
        let key = document.get("key").and_then(Json::as_str).context("a key")?;
        engine.document_publish(&admin, kind, key, &document, 0).await?;
        Ok::<(), anyhow::Error>(())
    };
    publish(DocumentKind::Form, deal()).await?;
    let everything =
        json!({ "operations": ["view", "create", "update", "delete"], "scope": "all" });
    publish(
        DocumentKind::PermissionGroup,
        json!({
            "key": "everyone", "app": "test", "label": "Everyone",
            "members": { "everyone": true }, "forms": { FORM: everything }
        }),
    )
    .await?;
    let member = engine.member_add(&admin, new("sales")).await?;
    let caller = Caller {
        member: member.clone(),
        locale: Locale::english(),
        is_admin: false,
        proof: Proof::Member,
    };
    let made = ApiKey::generate();
    let (id, secret_hash) = (made.key.id, made.key.secret_hash);
    engine
        .api_key_add(
            &caller,
            NewApiKey { id, secret_hash, name: "bench".into(), scope: KeyScope::everything() },
        )
        .await?;
    Ok(Organisation { engine, database, admin, member, key: made.text })
}

fn deal() -> Json {
    let options = |keys: &[&str]| {
        let options: Vec<Json> =
            keys.iter().map(|key| json!({ "key": key, "label": key })).collect();
        json!({ "options": { "options": options } })
    };
    let mut form = form(
        FORM,
        [
            field("name", "text", json!({ "required": true })),
            field("region", "choice", options(&["north", "east", "south", "west"])),
            field("stage", "choice", options(&STAGES)),
            field("price", "money", json!({})),
            field("qty", "number", json!({ "options": { "places": 0 } })),
            field("total", "money", json!({ "formula": "price * qty" })),
            field("discount", "number", json!({ "options": { "places": 4 } })),
            field("closes", "date", json!({})),
            field("seen_at", "datetime", json!({})),
            field("hot", "boolean", json!({})),
            field("tags", "choices", options(&["a", "b", "c"])),
            field("note", "long_text", json!({})),
        ],
    );
    form["views"] = json!([{
        "key": "won", "label": "Won", "columns": ["name", "total"],
        "filter": { "all": [{ "field": "stage", "op": "eq", "value": "won" }] },
        "sort": [{ "field": "closes", "descending": true }]
    }]);
    form
}

/// What is typed into the form for a record of a number, without the formula.
pub(crate) fn typed(number: usize) -> Json {
    let pick = |from: &[&str], step: usize| {
        from.get(number / step % from.len()).map(|text| (*text).to_owned())
    };
    let day = jiff::civil::date(2025, 1, 1)
        .saturating_add(i64::try_from(number % 700).unwrap_or(0).days());
    json!({
        "name": format!("岚屿精密 gateway no. {number}"),
        "region": pick(&["north", "east", "south", "west"], 1),
        "stage": pick(&STAGES, 4),
        "price": format!("{}.50", 100 + number * 37 % 9000),
        "qty": 1 + number % 40,
        "discount": format!("0.{:04}", number % 3000),
        "closes": day.to_string(),
        "seen_at": "2026-06-18T06:32:11.123Z",
        "hot": number.is_multiple_of(3),
        "tags": ["a", "c"],
        "note": "They want a gateway for each of their plants, and a price that holds for a year."
    })
}

/// Stores the records past the engine: the one door is measured by itself.
async fn fill_in(engine: &Engine, member: &str, records: usize) -> Result<Vec<String>> {
    let catalog = engine.catalog();
    let model = Arc::clone(&catalog.compiled(FORM).context("the form")?.model);
    let dialect = engine.store().dialect();
    let mut ids = Vec::with_capacity(records);
    for start in (0..records).step_by(CHUNK) {
        let mut statements = Vec::new();
        let mut events = Vec::new();
        for number in start..records.min(start + CHUNK) {
            let row = new_row(number, member)?;
            let typed = typed(number);
            let (mut values, problems) = model.read_values(&typed);
            if !problems.is_empty() {
                return Err(anyhow!("{problems:?}"));
            }
            let factor = |key: &str| match values.get(key) {
                Some(Value::Number(number)) => *number,
                _ => Decimal::ZERO,
            };
            let total = factor("price") * factor("qty");
            values.insert("total".parse().map_err(|e| anyhow!("{e:?}"))?, Value::Number(total));
            statements
                .extend(insert(dialect, &model, &row, &values).map_err(|e| anyhow!("{e:?}"))?);
            events.push(NewEvent {
                at: row.created_at.as_millisecond(),
                principal: Principal::of_member(member),
                cause: None,
                depth: 0,
                form: Some(FORM.to_owned()),
                record: Some(row.id.clone()),
                detail: Detail::RecordCreated(RecordCreated {
                    version: 1,
                    values: typed.as_object().cloned().unwrap_or_default(),
                }),
            });
            ids.push(row.id);
        }
        engine
            .store()
            .write(Hold::Nothing, move |connection| {
                async move {
                    for statement in &statements {
                        connection.run(statement).await?;
                    }
                    for event in &events {
                        event_append(connection, event).await?;
                    }
                    Ok::<(), StoreError>(())
                }
                .boxed()
            })
            .await?;
    }
    if dialect == Dialect::Postgres {
        engine.store().read().await?.execute("analyze", &[]).await?;
    }
    Ok(ids)
}

fn new_row(number: usize, member: &str) -> Result<NewRow> {
    let typed_name = typed(number);
    let title = typed_name.get("name").and_then(Json::as_str).unwrap_or_default().to_owned();
    let at = Timestamp::from_millisecond(1_750_000_000_000 + i64::try_from(number)? * 250_000)?;
    Ok(NewRow {
        id: uuid::Uuid::now_v7().to_string(),
        version: 1,
        revision: 1,
        title,
        owner: Some(member.to_owned()),
        department: None,
        flow_status: None,
        created_at: at,
        created_by: member.to_owned(),
    })
}
