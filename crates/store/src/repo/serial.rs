//! Counters behind serial numbers.

use crate::{Connection, StoreError, binds};

const DRAW: &str = "insert into serial_counter (form, field, period, value)
    values ($1, $2, $3, $4)
    on conflict (form, field, period) do update set value = serial_counter.value + excluded.value
    returning value";

/// Draws the next numbers of a counter, from 1 on, and answers the last. The row stays locked
/// until the transaction ends, so no number is drawn twice and none is lost to a rollback.
///
/// # Errors
/// When the database fails.
pub async fn serial_draw(
    connection: &mut Connection,
    (form, field, period): (&str, &str, &str),
    numbers: i64,
) -> Result<i64, StoreError> {
    let row = connection.row(DRAW, binds![form, field, period, numbers]).await?;
    row.ok_or_else(|| StoreError::Corrupt("a counter answered nothing".into()))?.int(0)
}
