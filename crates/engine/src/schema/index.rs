//! Building and dropping indexes of large tables.

use formwork_model::schema::{Index, SchemaChange};
use formwork_query::{create_index_concurrently, ddl, drop_index_concurrently};
use formwork_store::{Connection, Hold, Store};

use crate::{EngineError, EngineResult};

/// Builds an index; on PostgreSQL while others write. One that was interrupted is dropped
/// first.
pub(super) async fn build_index(
    store: &Store,
    alone: Option<&mut Connection>,
    index: &Index,
) -> EngineResult<()> {
    if let Some(alone) = alone {
        let name = index.name();
        let valid = "select indisvalid from pg_index where indexrelid = to_regclass($1)";
        let quoted = format!("\"{name}\"");
        let there = alone.row(valid, formwork_store::binds![&quoted]).await?;
        match there.map(|row| row.bool(0)).transpose()? {
            Some(true) => return Ok(()),
            Some(false) => {
                alone.execute(&drop_index_concurrently(&name), &[]).await?;
            }
            None => {}
        }
        let built = alone.execute(&create_index_concurrently(index), &[]).await;
        if let Err(error) = built {
            // What is left of it serves nothing and costs every write.
            alone.execute(&drop_index_concurrently(&name), &[]).await?;
            return Err(error.into());
        }
        return Ok(());
    }
    let (name, sql) =
        (index.name(), ddl(store.dialect(), &SchemaChange::CreateIndex(index.clone())));
    store
        .write(Hold::Nothing, move |connection| {
            Box::pin(async move {
                let there = "select 1 from sqlite_schema where type = 'index' and name = $1";
                if connection.row(there, formwork_store::binds![&name]).await?.is_none() {
                    connection.execute(&sql, &[]).await?;
                }
                Ok::<_, EngineError>(())
            })
        })
        .await
}

pub(super) async fn drop_index(
    store: &Store,
    alone: Option<&mut Connection>,
    name: &str,
) -> EngineResult<()> {
    let Some(alone) = alone else {
        let change = SchemaChange::DropIndex { table: String::new(), name: name.to_owned() };
        let sql = ddl(store.dialect(), &change);
        return store
            .write(Hold::Nothing, move |connection| {
                Box::pin(async move {
                    connection.execute(&sql, &[]).await?;
                    Ok::<_, EngineError>(())
                })
            })
            .await;
    };
    alone.execute(&drop_index_concurrently(name), &[]).await?;
    Ok(())
}
