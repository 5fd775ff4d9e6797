//! What the server is compared with: axum handlers that run the same SQL through sqlx and do
//! nothing else. They check nothing, know no members, and their statements are written once.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Result;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, patch, post},
};
use formwork_query::{Bind, Dialect, Statement};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::Deserialize;
use serde_json::{Value as Wire, json};
use sqlx::{AssertSqlSafe, Pool, Row, pool::PoolConnection};
use tokio::runtime::{Builder, Runtime};

use crate::scene::{FORM, Scene, listen};

/// The statements that are the same for every request but for their binds.
pub(crate) struct Fixed {
    /// Pages and sums by the name under which they are asked for.
    pub(crate) queries: Vec<(&'static str, Statement)>,
    /// One record; the first bind is its id.
    pub(crate) get: Statement,
    dialect: Dialect,
}

impl Fixed {
    pub(crate) fn new(
        dialect: Dialect,
        get: Statement,
        queries: Vec<(&'static str, Statement)>,
    ) -> Self {
        Self { queries, get, dialect }
    }

    fn named(&self, name: &str) -> Option<&Statement> {
        self.queries.iter().find(|(known, _)| *known == name).map(|(_, statement)| statement)
    }

    fn of_record(&self, id: &str) -> Statement {
        let mut statement = self.get.clone();
        for bind in &mut statement.binds {
            *bind = Bind::from(id);
        }
        statement
    }

    /// A cast where PostgreSQL wants one.
    fn cast(&self, kind: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => String::new(),
            Dialect::Postgres => format!("::{kind}"),
        }
    }

    fn insert(&self) -> String {
        let (moment, date, json) =
            (self.cast("timestamptz"), self.cast("date"), self.cast("jsonb"));
        format!(
            "insert into r_{FORM} (id, version, revision, title, owner, created_at, created_by, \
             updated_at, updated_by, f_name, f_region, f_stage, f_price, f_qty, f_total, \
             f_discount, f_closes, f_seen_at, f_hot, f_tags, f_note) values ($1, 1, 1, $2, $3, \
             $4{moment}, $5, $6{moment}, $7, $8, $9, $10, $11, $12, $13, $14, $15{date}, \
             $16{moment}, $17, $18{json}, $19)"
        )
    }

    fn update(&self) -> String {
        let moment = self.cast("timestamptz");
        format!(
            "update r_{FORM} set version = $3, revision = 1, title = $4, updated_at = \
             $5{moment}, updated_by = $6, f_stage = $7, f_note = $8 where id = $1 and \
             version = $2 and deleted_at is null"
        )
    }
}

const OLD: &str = "select title, f_stage, f_note from r_deal where id = $1";
const EVENT: &str = "insert into event (at, by_member, kind, subject, record, detail) \
    values ($1, $2, $3, $4, $5, $6)";

#[derive(Deserialize)]
struct New {
    values: Values,
}

#[derive(Deserialize, serde::Serialize)]
struct Values {
    name: String,
    region: String,
    stage: String,
    price: Decimal,
    qty: i64,
    discount: Decimal,
    closes: String,
    seen_at: String,
    hot: bool,
    tags: Vec<String>,
    note: String,
}

#[derive(Deserialize)]
struct Change {
    version: i64,
    values: Changed,
}

#[derive(Deserialize)]
struct Changed {
    stage: String,
    note: String,
}

/// A statement to run, then others in the same transaction, then the record to answer with.
type Writes = Vec<Statement>;

fn statement(sql: impl Into<String>, binds: Vec<Bind>) -> Statement {
    Statement { sql: sql.into(), binds }
}

fn scaled(number: Decimal, places: u32) -> Bind {
    let factor = 10_i64.pow(places);
    Bind::Int((number * Decimal::from(factor)).to_i64())
}

fn writes_of_new(fixed: &Fixed, member: &str, new: &New) -> (String, Writes) {
    let (id, now) = (uuid::Uuid::now_v7().to_string(), jiff::Timestamp::now());
    let at = formwork_model::value::instant_text(now);
    let values = &new.values;
    let total = values.price * Decimal::from(values.qty);
    let tags = json!(values.tags).to_string();
    let row = statement(
        fixed.insert(),
        vec![
            id.clone().into(),
            values.name.clone().into(),
            member.into(),
            at.clone().into(),
            member.into(),
            at.into(),
            member.into(),
            values.name.clone().into(),
            values.region.clone().into(),
            values.stage.clone().into(),
            scaled(values.price, 2),
            values.qty.into(),
            scaled(total, 2),
            scaled(values.discount, 4),
            values.closes.clone().into(),
            values.seen_at.clone().into(),
            Bind::Bool(Some(values.hot)),
            tags.into(),
            values.note.clone().into(),
        ],
    );
    let detail = json!({ "version": 1, "values": values });
    let event = event("record_created", now, member, &id, &detail);
    (id, vec![row, event])
}

fn event(kind: &str, at: jiff::Timestamp, member: &str, id: &str, detail: &Wire) -> Statement {
    let detail = detail.to_string();
    let at = Bind::from(at.as_millisecond());
    statement(EVENT, vec![at, member.into(), kind.into(), FORM.into(), id.into(), detail.into()])
}

fn writes_of_change(
    fixed: &Fixed,
    member: &str,
    id: &str,
    change: &Change,
    (title, stage, note): (String, Option<String>, Option<String>),
) -> Writes {
    let now = jiff::Timestamp::now();
    let next = change.version + 1;
    let row = statement(
        fixed.update(),
        vec![
            id.into(),
            change.version.into(),
            next.into(),
            title.into(),
            formwork_model::value::instant_text(now).into(),
            member.into(),
            change.values.stage.clone().into(),
            change.values.note.clone().into(),
        ],
    );
    let detail = json!({ "version": next, "changes": [
        { "field": "stage", "from": stage, "to": change.values.stage },
        { "field": "note", "from": note, "to": change.values.note },
    ]});
    vec![row, event("record_updated", now, member, id, &detail)]
}

fn json_response(status: StatusCode, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
}

struct Failed(String);

impl<E: std::error::Error> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.0).into_response()
    }
}

/// The handlers over one kind of database; sqlx's types differ, the code does not.
macro_rules! handlers {
    ($module:ident, $database:ty, $arguments:ty, $begin:literal) => {
        mod $module {
            use super::*;

            type Shared = State<Arc<Bare>>;

            pub(super) struct Bare {
                pub(super) readers: Pool<$database>,
                pub(super) writers: Pool<$database>,
                pub(super) fixed: Fixed,
                pub(super) member: String,
            }

            type Query<'q> = sqlx::query::Query<'q, $database, $arguments>;

            fn query(statement: &Statement) -> Query<'_> {
                let query = sqlx::query(AssertSqlSafe(statement.sql.as_str()));
                statement.binds.iter().fold(query, |query, bind| match bind {
                    Bind::Text(text) => query.bind(text.clone()),
                    Bind::Int(number) => query.bind(*number),
                    Bind::Bool(yes) => query.bind(*yes),
                })
            }

            pub(super) fn router(bare: Bare) -> Router {
                Router::new()
                    .route("/records", post(create))
                    .route("/records/{id}", patch(change).get(open))
                    .route("/queries/{name}", get(page))
                    .with_state(Arc::new(bare))
            }

            async fn record(
                connection: &mut PoolConnection<$database>,
                bare: &Bare,
                id: &str,
            ) -> Result<String, Failed> {
                let statement = bare.fixed.of_record(id);
                let row = query(&statement).fetch_one(&mut **connection).await?;
                Ok(row.try_get(0)?)
            }

            async fn open(State(bare): Shared, Path(id): Path<String>) -> Result<Response, Failed> {
                let mut connection = bare.readers.acquire().await?;
                Ok(json_response(StatusCode::OK, record(&mut connection, &bare, &id).await?))
            }

            async fn page(
                State(bare): Shared,
                Path(name): Path<String>,
            ) -> Result<Response, Failed> {
                let Some(statement) = bare.fixed.named(&name) else {
                    return Err(Failed(name));
                };
                let rows = query(statement).fetch_all(&bare.readers).await?;
                let mut text = String::from("{\"rows\":[");
                for (index, row) in rows.iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    let json: Option<String> = row.try_get(0)?;
                    text.push_str(json.as_deref().unwrap_or("null"));
                }
                text.push_str("]}");
                Ok(json_response(StatusCode::OK, text))
            }

            async fn write(bare: &Bare, id: &str, writes: Writes) -> Result<String, Failed> {
                let mut transaction = bare.writers.begin_with($begin).await?;
                for statement in &writes {
                    query(statement).execute(&mut *transaction).await?;
                }
                transaction.commit().await?;
                let mut connection = bare.readers.acquire().await?;
                record(&mut connection, bare, id).await
            }

            async fn create(State(bare): Shared, Json(new): Json<New>) -> Result<Response, Failed> {
                let (id, writes) = writes_of_new(&bare.fixed, &bare.member, &new);
                Ok(json_response(StatusCode::CREATED, write(&bare, &id, writes).await?))
            }

            async fn change(
                State(bare): Shared,
                Path(id): Path<String>,
                Json(change): Json<Change>,
            ) -> Result<Response, Failed> {
                let row = sqlx::query(OLD).bind(&id).fetch_one(&bare.readers).await?;
                let old = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
                let writes = writes_of_change(&bare.fixed, &bare.member, &id, &change, old);
                Ok(json_response(StatusCode::OK, write(&bare, &id, writes).await?))
            }
        }
    };
}

handlers!(sqlite, sqlx::Sqlite, sqlx::sqlite::SqliteArguments, "begin immediate");
handlers!(postgres, sqlx::Postgres, sqlx::postgres::PgArguments, "begin");

/// Bare writes that share fsyncs as the server's own do.
mod grouped {
    use super::*;

    type Shared = State<Arc<Bare>>;

    pub(super) struct Bare {
        pub(super) store: formwork_store::Store,
        pub(super) fixed: Fixed,
        pub(super) member: String,
    }

    pub(super) fn router(bare: Bare) -> Router {
        Router::new()
            .route("/records", post(create))
            .route("/records/{id}", patch(change))
            .with_state(Arc::new(bare))
    }

    async fn write(bare: &Bare, id: &str, writes: Writes) -> Result<String, Failed> {
        bare.store
            .write(formwork_store::Hold::Nothing, move |connection| {
                Box::pin(async move {
                    for statement in &writes {
                        connection.run(statement).await?;
                    }
                    Ok::<(), formwork_store::StoreError>(())
                })
            })
            .await?;
        let statement = bare.fixed.of_record(id);
        let rows = bare.store.read().await?.fetch(&statement).await?;
        let row = rows.first().ok_or_else(|| Failed("gone".into()))?;
        Ok(row.text(0)?)
    }

    async fn create(State(bare): Shared, Json(new): Json<New>) -> Result<Response, Failed> {
        let (id, writes) = writes_of_new(&bare.fixed, &bare.member, &new);
        Ok(json_response(StatusCode::CREATED, write(&bare, &id, writes).await?))
    }

    async fn change(
        State(bare): Shared,
        Path(id): Path<String>,
        Json(change): Json<Change>,
    ) -> Result<Response, Failed> {
        let old = {
            let old = statement(OLD, vec![id.as_str().into()]);
            let rows = bare.store.read().await?.fetch(&old).await?;
            let row = rows.first().ok_or_else(|| Failed("gone".into()))?;
            (row.text(0)?, row.text_or_null(1)?, row.text_or_null(2)?)
        };
        let writes = writes_of_change(&bare.fixed, &bare.member, &id, &change, old);
        Ok(json_response(StatusCode::OK, write(&bare, &id, writes).await?))
    }
}

/// The bare servers, each on a port of its own; they live as long as this does.
pub(crate) struct BareServers {
    /// Each write commits by itself.
    pub(crate) single: SocketAddr,
    /// Writes share commits; on SQLite alone.
    pub(crate) grouped: Option<SocketAddr>,
    _runtime: Runtime,
}

impl BareServers {
    /// Starts them over the database of a scene.
    pub(crate) fn start(scene: &Scene, fixed: impl Fn() -> Result<Fixed>) -> Result<Self> {
        let runtime = Builder::new_multi_thread().thread_name("bare").enable_all().build()?;
        let (url, member) = (scene.database.url(), scene.member.clone());
        let (single, grouped) = match scene.engine.store().dialect() {
            Dialect::Sqlite => {
                let (readers, writers) = runtime.block_on(open_sqlite(url))?;
                let bare =
                    sqlite::Bare { readers, writers, fixed: fixed()?, member: member.clone() };
                let store = scene.engine.store().clone();
                let together = grouped::Bare { store, fixed: fixed()?, member };
                (
                    listen(&runtime, sqlite::router(bare))?,
                    Some(listen(&runtime, grouped::router(together))?),
                )
            }
            Dialect::Postgres => {
                let pool = sqlx::postgres::PgPoolOptions::new().max_connections(10);
                let pool = runtime.block_on(pool.test_before_acquire(false).connect(url))?;
                let (readers, writers) = (pool.clone(), pool);
                let bare = postgres::Bare { readers, writers, fixed: fixed()?, member };
                (listen(&runtime, postgres::router(bare))?, None)
            }
        };
        Ok(Self { single, grouped, _runtime: runtime })
    }
}

/// As durable as the server's own connections: every commit is on disk.
async fn open_sqlite(url: &str) -> Result<(Pool<sqlx::Sqlite>, Pool<sqlx::Sqlite>)> {
    use sqlx::sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
    };
    let options = url
        .parse::<SqliteConnectOptions>()?
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(std::time::Duration::from_secs(5))
        .pragma("cache_size", "-16000")
        .pragma("mmap_size", "268435456");
    let pool = |connections| {
        SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false)
    };
    let readers = pool(4).connect_with(options.clone()).await?;
    let writers = pool(1).connect_with(options).await?;
    Ok((readers, writers))
}
