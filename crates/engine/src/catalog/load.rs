//! Reading what is published, no more of it than has moved.

use std::sync::Arc;

use formwork_model::{document::DocumentKind, form::Columns, schema::Index};
use formwork_store::{
    Connection,
    repo::{
        document::{DocumentRow, document_get, document_list, document_pointers},
        schema_step::{StepRow, step_list},
        setting::setting_list,
    },
};

use super::{Catalog, DocumentId, Source};
use crate::{
    EngineError, EngineResult,
    directory::Directory,
    settings::{Generation, Settings},
};

/// From this many documents on, all are read at once rather than one by one.
const MANY: usize = 8;

impl Catalog {
    /// Reads and compiles everything.
    pub(crate) async fn load(connection: &mut Connection) -> EngineResult<Self> {
        Self::default().renewed(connection).await
    }

    /// The same definitions with the people and settings as they are now.
    pub(crate) async fn with_people(&self, connection: &mut Connection) -> EngineResult<Self> {
        // First of all: what is read after it may be newer than the generation says, never
        // older.
        let settings = Settings::from_rows(setting_list(connection).await?);
        Ok(Self {
            directory: Arc::new(Directory::load(connection).await?),
            generation: settings.generation,
            settings: Arc::new(settings),
            ..self.clone()
        })
    }

    /// Brings a catalog up to a generation, with no more work than that takes.
    pub(crate) async fn up_to(
        &self,
        generation: Generation,
        connection: &mut Connection,
    ) -> EngineResult<Self> {
        if generation.definitions == self.generation.definitions {
            self.with_people(connection).await
        } else {
            self.renewed(connection).await
        }
    }

    /// Reads people, settings, and the documents whose revision is another one.
    pub(crate) async fn renewed(&self, connection: &mut Connection) -> EngineResult<Self> {
        let waits = step_list(connection, None).await?.into_iter();
        let waits = waits.filter(is_unique_index).map(|step| step.form);
        let base =
            Self { unique_waits: Arc::new(waits.collect()), ..self.with_people(connection).await? };
        let pointers = document_pointers(connection).await?;
        let moved: Vec<_> = pointers
            .iter()
            .filter(|(kind, key, revision)| !self.has(kind, key, *revision))
            .collect();
        let rows = if moved.len() < MANY {
            let mut rows = Vec::new();
            for (kind, key, _) in moved {
                rows.extend(document_get(connection, kind, key).await?);
            }
            rows
        } else {
            let all = document_list(connection).await?;
            all.into_iter().filter(|row| !self.has(&row.kind, &row.key, row.revision)).collect()
        };
        let sources = rows.iter().filter_map(Source::of_row).map(Arc::new).collect();
        Ok(base.with(connection.dialect(), sources))
    }

    fn has(&self, kind: &str, key: &str, revision: i64) -> bool {
        let Some(kind) = DocumentKind::from_name(kind) else { return false };
        let own = self.published.get(&DocumentId { kind, key: key.to_owned() });
        own.is_some_and(|own| own.source.revision == revision)
    }
}

/// Whether deferred work builds a unique index.
pub(crate) fn is_unique_index(step: &StepRow) -> bool {
    let index = || serde_json::from_str::<Index>(&step.body).ok();
    step.kind == "index_build" && index().is_some_and(|index| index.unique)
}

/// The columns that a form was published with.
pub(crate) fn stored_columns(row: Option<&DocumentRow>) -> EngineResult<Option<Columns>> {
    let columns = row.and_then(|row| row.columns.as_deref());
    columns
        .map(serde_json::from_str)
        .transpose()
        .map_err(EngineError::unexpected_in("the stored columns of a form"))
}
