//! Filters, sorting, paging, grouping and access scopes as data, turned into SQL text and
//! binds for two databases.
//!
//! Pure, and the only place that writes SQL for the tables of users' forms. Whatever came
//! from a user is bound; identifiers come from keys and are quoted.
//!
//! Text is compared by code point on both databases: SQLite's `BINARY`, and `collate "C"`
//! on the columns that [`ddl`] makes on PostgreSQL. Empty values come last in either
//! direction. Letter case is ignored in `contains`, `not_contains` and `starts_with`, for
//! the letters A to Z.

mod access;
mod aggregate;
mod clock;
mod column;
mod convert;
mod cursor;
mod ddl;
mod filter;
mod json;
mod list;
mod lock;
mod period;
mod record;
mod sort;
mod source;
mod statement;
mod verify;
mod write;
mod write_many;

pub use access::{Bounds, FieldAccess, FormAccess, Grant, Reader};
pub use aggregate::{
    Aggregate, AggregateOrder, AggregateQuery, Bucket, Dimension, MAX_GROUPS, Measure, OrderBy,
    Series, Shift, aggregate, aggregates_of,
};
pub use convert::{
    ConversionTable, PREPARED, add_marker, called, conversion_chunk, conversion_write, duplicates,
    filled_rows, filled_values, left_behind,
};
pub use cursor::cursor_token;
pub use ddl::{column_type_name, create_index_concurrently, ddl, drop_index_concurrently};
pub use list::{
    ListQuery, MAX_LIMIT, MAX_SYSTEM_LIMIT, Page, check_filter, count, list, most_on_a_page,
};
pub use lock::{RowLock, lock, lock_rows};
pub use period::{Period, read_period};
pub use record::{
    WholeRecord, get, get_fields, get_reached, reaching_grants, reaching_grants_of, within,
};
pub use statement::{Bind, Dialect, Statement};
pub use verify::{events_without_records, versions_without_events};
pub use write::{Deletion, NewRow, RowChange, insert, soft_delete, unique_conflict, update};
pub use write_many::{insert_many, portions, unique_conflicts};
