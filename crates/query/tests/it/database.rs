//! Throw-away databases, and statements run on them.

use formwork_model::{
    FormModel, Values,
    form::Forms,
    schema::{Inventory, SchemaChange, plan, wanted},
};
use formwork_query::{Bind, Dialect, NewRow, Statement, ddl, insert};
use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection, postgres::PgRow,
    sqlite::SqliteRow,
};
use tokio::runtime::Runtime;

use crate::fixture::{MOMENT, forms};

/// One connection to an empty database with the tables of the fixture's forms.
pub(crate) struct Database {
    runtime: Runtime,
    connection: Connected,
}

enum Connected {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// A row's columns as text; integers are printed.
pub(crate) type TextRow = Vec<Option<String>>;

impl Database {
    pub(crate) fn sqlite() -> Self {
        let runtime = runtime();
        let connection = runtime.block_on(SqliteConnection::connect("sqlite::memory:")).unwrap();
        Self { runtime, connection: Connected::Sqlite(connection) }.with_tables()
    }

    fn postgres(address: &str) -> Self {
        let runtime = runtime();
        let mut connection = runtime.block_on(PgConnection::connect(address)).unwrap();
        for sql in ["create temporary table play ()", "set search_path to pg_temp"] {
            runtime.block_on(connection.execute(sql)).unwrap();
        }
        Self { runtime, connection: Connected::Postgres(connection) }.with_tables()
    }

    /// Every database that is at hand.
    pub(crate) fn each() -> Vec<Self> {
        let postgres = std::env::var("FORMWORK_TEST_POSTGRES").ok();
        std::iter::once(Self::sqlite())
            .chain(postgres.map(|address| Self::postgres(&address)))
            .collect()
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self.connection {
            Connected::Sqlite(_) => Dialect::Sqlite,
            Connected::Postgres(_) => Dialect::Postgres,
        }
    }

    fn with_tables(mut self) -> Self {
        for key in ["account", "deal"] {
            let form = forms().form(key).unwrap();
            for change in creation(&form) {
                let sql = ddl(self.dialect(), &change);
                self.execute(&Statement { sql, binds: Vec::new() }).unwrap();
            }
        }
        self
    }

    pub(crate) fn execute(&mut self, statement: &Statement) -> Result<u64, sqlx::Error> {
        let sql = AssertSqlSafe(statement.sql.clone());
        match &mut self.connection {
            Connected::Sqlite(connection) => {
                let mut query = sqlx::query::<sqlx::Sqlite>(sql);
                for bind in statement.binds.clone() {
                    query = match bind {
                        Bind::Text(text) => query.bind(text),
                        Bind::Int(number) => query.bind(number),
                        Bind::Bool(yes) => query.bind(yes),
                    };
                }
                self.runtime.block_on(query.execute(connection)).map(|done| done.rows_affected())
            }
            Connected::Postgres(connection) => {
                let mut query = sqlx::query::<sqlx::Postgres>(sql);
                for bind in statement.binds.clone() {
                    query = match bind {
                        Bind::Text(text) => query.bind(text),
                        Bind::Int(number) => query.bind(number),
                        Bind::Bool(yes) => query.bind(yes),
                    };
                }
                self.runtime.block_on(query.execute(connection)).map(|done| done.rows_affected())
            }
        }
    }

    pub(crate) fn rows(&mut self, statement: &Statement) -> Vec<TextRow> {
        self.try_rows(statement).unwrap_or_else(|error| panic!("{error}\n{}", statement.sql))
    }

    pub(crate) fn try_rows(&mut self, statement: &Statement) -> Result<Vec<TextRow>, sqlx::Error> {
        let sql = AssertSqlSafe(statement.sql.clone());
        match &mut self.connection {
            Connected::Sqlite(connection) => {
                let mut query = sqlx::query::<sqlx::Sqlite>(sql);
                for bind in statement.binds.clone() {
                    query = match bind {
                        Bind::Text(text) => query.bind(text),
                        Bind::Int(number) => query.bind(number),
                        Bind::Bool(yes) => query.bind(yes),
                    };
                }
                let rows = self.runtime.block_on(query.fetch_all(connection))?;
                Ok(rows.iter().map(sqlite_row).collect())
            }
            Connected::Postgres(connection) => {
                let mut query = sqlx::query::<sqlx::Postgres>(sql);
                for bind in statement.binds.clone() {
                    query = match bind {
                        Bind::Text(text) => query.bind(text),
                        Bind::Int(number) => query.bind(number),
                        Bind::Bool(yes) => query.bind(yes),
                    };
                }
                let rows = self.runtime.block_on(query.fetch_all(connection))?;
                Ok(rows.iter().map(postgres_row).collect())
            }
        }
    }

    /// Stores a record; its id is `id` and everything else of the system fields follows.
    pub(crate) fn add(&mut self, form: &FormModel, row: NewRow, values: &Values) {
        for statement in insert(self.dialect(), form, &row, values).unwrap() {
            self.execute(&statement).unwrap_or_else(|error| panic!("{error}\n{}", statement.sql));
        }
    }

    pub(crate) fn clear(&mut self) {
        for table in ["r_deal", "s_deal__lines", "r_account"] {
            let sql = format!("delete from {table}");
            self.execute(&Statement { sql, binds: Vec::new() }).unwrap();
        }
    }
}

/// The system fields of a record for tests.
pub(crate) fn row(id: &str, owner: &str, department: Option<&str>) -> NewRow {
    NewRow {
        id: id.to_owned(),
        version: 1,
        revision: 1,
        title: format!("title of {id}"),
        owner: Some(owner.to_owned()),
        department: department.map(str::to_owned),
        flow_status: None,
        created_at: MOMENT.parse().unwrap(),
        created_by: owner.to_owned(),
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn sqlite_row(row: &SqliteRow) -> TextRow {
    (0..row.len())
        .map(|index| match row.try_get::<Option<String>, _>(index) {
            Ok(text) => text,
            Err(_) => Some(row.get::<i64, _>(index).to_string()),
        })
        .collect()
}

fn postgres_row(row: &PgRow) -> TextRow {
    (0..row.len())
        .map(|index| match row.try_get::<Option<String>, _>(index) {
            Ok(text) => text,
            Err(_) => Some(row.get::<i64, _>(index).to_string()),
        })
        .collect()
}

/// What makes the tables of a form.
pub(crate) fn creation(form: &FormModel) -> Vec<SchemaChange> {
    let steps = plan(&wanted(form, &[]), &Inventory::default());
    steps.into_iter().map(|step| step.change).collect()
}
