//! What is wrong with what is stored, without changing anything.

use formwork_query::{events_without_records, versions_without_events};

use crate::{Engine, EngineResult};

/// Something that does not hold and should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// There are members, and none of the active ones may do everything.
    NoAdmin,
    /// A document that cannot be read or compiled, and is disabled.
    Disabled {
        /// Its kind and key.
        document: String,
    },
    /// Records whose version the log of changes does not account for.
    VersionsWithoutEvents {
        /// The form.
        form: String,
        /// How many records.
        records: i64,
    },
    /// Records that the log of changes tells of and that are gone.
    EventsWithoutRecords {
        /// The form.
        form: String,
        /// How many records.
        records: i64,
    },
}

impl Engine {
    /// Looks at everything that must hold over the whole database.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn inspect(&self) -> EngineResult<Vec<Finding>> {
        let catalog = self.catalog();
        let directory = &catalog.directory;
        let mut found = Vec::new();
        if directory.members().next().is_some() && directory.admins().is_empty() {
            found.push(Finding::NoAdmin);
        }
        found.extend(
            catalog.disabled().map(|id| Finding::Disabled {
                document: format!("{}/{}", id.kind.as_str(), id.key),
            }),
        );
        let mut connection = self.store().read().await?;
        for compiled in catalog.forms() {
            let model = &compiled.model;
            let form = model.key().to_string();
            for (statement, finding) in [
                (
                    versions_without_events(model),
                    (|form, records| Finding::VersionsWithoutEvents { form, records })
                        as fn(String, i64) -> Finding,
                ),
                (events_without_records(model), |form, records| Finding::EventsWithoutRecords {
                    form,
                    records,
                }),
            ] {
                let rows = connection.fetch(&statement).await?;
                let records = rows.first().map_or(Ok(0), |row| row.int(0))?;
                if records > 0 {
                    found.push(finding(form.clone(), records));
                }
            }
        }
        Ok(found)
    }
}
