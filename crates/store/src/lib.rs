//! The only crate that knows sqlx: connections, transactions, the engine's own tables, and
//! running the statements that the `query` crate writes for users' tables.
//!
//! One database holds one organisation. SQLite and PostgreSQL are chosen by URL at run
//! time. Functions that change something take a [`Connection`] inside [`Store::write`];
//! nothing here opens a transaction of its own.

mod connection;
mod deadline;
mod error;
mod group_commit;
mod inspect;
mod notify;
mod open;
mod reach;
mod readers;
pub mod repo;
mod transaction;

pub use connection::{Column, Connection, Part, Row};
pub use error::StoreError;
pub use formwork_query::{Bind, Dialect, Statement};
pub use inspect::{FileFault, Migrations, file_fault};
pub use notify::{Listener, Topic};
pub use open::{PoolState, Store};
pub use transaction::Hold;

/// Binds of a statement, written short: `binds![id, 3_i64, None::<String>]`.
#[macro_export]
macro_rules! binds {
    ($($value:expr),* $(,)?) => {
        &[$($crate::IntoBind::into_bind($value)),*]
    };
}

/// What can be bound to a statement.
pub trait IntoBind {
    /// The bind.
    fn into_bind(self) -> Bind;
}

macro_rules! into_bind {
    ($($type:ty => |$value:ident| $bind:expr),* $(,)?) => {
        $(impl IntoBind for $type {
            fn into_bind(self) -> Bind {
                let $value = self;
                $bind
            }
        })*
    };
}

into_bind! {
    &str => |text| Bind::Text(Some(text.to_owned())),
    &String => |text| Bind::Text(Some(text.clone())),
    String => |text| Bind::Text(Some(text)),
    Option<String> => |text| Bind::Text(text),
    Option<&str> => |text| Bind::Text(text.map(str::to_owned)),
    i64 => |number| Bind::Int(Some(number)),
    Option<i64> => |number| Bind::Int(number),
    bool => |yes| Bind::Bool(Some(yes)),
    Option<bool> => |yes| Bind::Bool(yes),
}
