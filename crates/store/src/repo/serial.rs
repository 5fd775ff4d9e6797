//! Counters behind serial numbers.

use crate::{Connection, StoreError, binds};

const DRAW: &str = "insert into serial_counter (form, field, period, value)
    values ($1, $2, $3, 1)
    on conflict (form, field, period) do update set value = serial_counter.value + 1
    returning value";

/// Draws the next number of a counter, 1 for the first. The row stays locked until the
/// transaction ends, so no number is drawn twice and none is lost to a rollback.
///
/// # Errors
/// When the database fails.
pub async fn serial_draw(
    connection: &mut Connection,
    form: &str,
    field: &str,
    period: &str,
) -> Result<i64, StoreError> {
    let row = connection.row(DRAW, binds![form, field, period]).await?;
    row.ok_or_else(|| StoreError::Corrupt("a counter answered nothing".into()))?.int(0)
}
