//! Drafts: JSON that is edited freely until it is published.

use formwork_model::{
    Localized, Problem, Problems,
    document::DocumentKind,
    format::{FORMAT, read_stored},
};
use formwork_store::repo::document::{
    DocumentRow, DraftRow, document_get, document_list, document_revision, document_revisions,
    draft_delete, draft_get, draft_list, draft_save,
};
use serde_json::Value as Json;

use crate::{Caller, Engine, EngineError, EngineResult, work::Work};

/// A document in a list: published, drafted, or both.
#[derive(Debug, Clone)]
pub struct DocumentEntry {
    /// Document kind.
    pub kind: String,
    /// Key.
    pub key: String,
    /// The app that it belongs to.
    pub app: String,
    /// Name.
    pub label: Localized,
    /// The current revision; 0 when it was never published.
    pub revision: i64,
    /// Whether there is a draft.
    pub has_draft: bool,
    /// Milliseconds.
    pub updated_at: i64,
    /// What is wrong with the published document; one that cannot be compiled is not used.
    pub problems: Problems,
}

/// A draft, or what one would begin from.
#[derive(Debug, Clone)]
pub struct DraftEntry {
    /// The document as far as it goes.
    pub document: Json,
    /// The revision that it was begun from; 0 for a new document.
    pub based_on: i64,
    /// The version of the draft, to be named when it is saved; 0 when there is none yet.
    pub version: i64,
    /// When it was saved, in milliseconds; none when there is no draft yet.
    pub saved_at: Option<i64>,
    /// Who saved it.
    pub saved_by: Option<String>,
}

impl Engine {
    /// Every document, those that are only drafts included.
    ///
    /// # Errors
    /// `Forbidden` for all but admins.
    pub async fn document_list(&self, caller: &Caller) -> EngineResult<Vec<DocumentEntry>> {
        caller.must_be_admin()?;
        let mut connection = self.store().read().await?;
        let published = document_list(&mut connection).await?;
        let drafts = draft_list(&mut connection).await?;
        let drafted = |kind: &str, key: &str| {
            drafts.iter().any(|draft| draft.kind == kind && draft.key == key)
        };
        let mut entries: Vec<DocumentEntry> = Vec::new();
        let catalog = self.catalog();
        for row in &published {
            let kind = DocumentKind::from_name(&row.kind);
            entries.push(DocumentEntry {
                problems: kind.map_or_else(
                    // Of a kind that a later program knows.
                    || vec![Problem::new("document_newer").with("format", row.format)],
                    |kind| catalog.problems_of(kind, &row.key),
                ),
                label: label_of(&row.body, &row.key),
                has_draft: drafted(&row.kind, &row.key),
                kind: row.kind.clone(),
                key: row.key.clone(),
                app: row.app.clone(),
                revision: row.revision,
                updated_at: row.updated_at,
            });
        }
        let is_published = |draft: &&DraftRow| {
            published.iter().any(|r| r.kind == draft.kind && r.key == draft.key)
        };
        for draft in drafts.iter().filter(|draft| !is_published(draft)) {
            entries.push(DocumentEntry {
                label: label_of(&draft.body, &draft.key),
                has_draft: true,
                kind: draft.kind.clone(),
                key: draft.key.clone(),
                app: draft.app.clone(),
                revision: 0,
                updated_at: draft.updated_at,
                problems: Problems::new(),
            });
        }
        Ok(entries)
    }

    /// What keeps a published document from being used, in part or as a whole.
    ///
    /// # Errors
    /// `Forbidden` for all but admins.
    pub fn document_problems(
        &self,
        caller: &Caller,
        kind: DocumentKind,
        key: &str,
    ) -> EngineResult<Problems> {
        caller.must_be_admin()?;
        Ok(self.catalog().problems_of(kind, key))
    }

    /// A published document and its revision. One that cannot be read is shown as it stands,
    /// or as nothing when it is no JSON; [`Engine::document_problems`] says why.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `NotFound`.
    pub async fn document_get(
        &self,
        caller: &Caller,
        kind: DocumentKind,
        key: &str,
    ) -> EngineResult<(Json, i64)> {
        caller.must_be_admin()?;
        let row = self.stored_document(kind, key).await?.ok_or(EngineError::NotFound)?;
        Ok((shown(kind, row.format, &row.body), row.revision))
    }

    /// One revision of a document.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `NotFound`.
    pub async fn document_revision(
        &self,
        caller: &Caller,
        kind: DocumentKind,
        key: &str,
        revision: i64,
    ) -> EngineResult<Json> {
        caller.must_be_admin()?;
        let mut connection = self.store().read().await?;
        let found = document_revision(&mut connection, kind.as_str(), key, revision).await?;
        let found = found.ok_or(EngineError::NotFound)?;
        Ok(shown(kind, found.format, &found.body))
    }

    /// A document's revisions: number, moment in milliseconds and member, the newest first.
    ///
    /// # Errors
    /// `Forbidden` for all but admins.
    pub async fn document_revisions(
        &self,
        caller: &Caller,
        kind: DocumentKind,
        key: &str,
    ) -> EngineResult<Vec<(i64, i64, String)>> {
        caller.must_be_admin()?;
        let mut connection = self.store().read().await?;
        Ok(document_revisions(&mut connection, kind.as_str(), key).await?)
    }

    /// The draft of a document; without one the published document as a beginning.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `NotFound` when there is neither.
    pub async fn draft_get(
        &self,
        caller: &Caller,
        kind: DocumentKind,
        key: &str,
    ) -> EngineResult<DraftEntry> {
        caller.must_be_admin()?;
        let mut connection = self.store().read().await?;
        if let Some(draft) = draft_get(&mut connection, kind.as_str(), key).await? {
            return Ok(DraftEntry {
                document: shown(kind, draft.format, &draft.body),
                based_on: draft.based_on,
                version: draft.version,
                saved_at: Some(draft.updated_at),
                saved_by: Some(draft.updated_by),
            });
        }
        let published = document_get(&mut connection, kind.as_str(), key).await?;
        let published = published.ok_or(EngineError::NotFound)?;
        Ok(DraftEntry {
            document: shown(kind, published.format, &published.body),
            based_on: published.revision,
            version: 0,
            saved_at: None,
            saved_by: None,
        })
    }

    /// Saves a draft as it is, right or wrong, as long as it names itself and its app.
    /// `version` is that of the draft that the author saw, 0 for none. Answers the new one.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `invalid_key` when key or app are not those of the
    /// document; `VersionConflict` when somebody else has saved or ended it meanwhile.
    pub async fn draft_save(
        &self,
        caller: &Caller,
        (kind, key): (DocumentKind, &str),
        document: &Json,
        based_on: i64,
        version: i64,
    ) -> EngineResult<i64> {
        caller.must_be_admin()?;
        let named = |name: &str| document.get(name).and_then(Json::as_str).map(str::to_owned);
        let own_key = named("key").filter(|own| own == key);
        if own_key.is_none() || key.parse::<formwork_model::DocumentKey>().is_err() {
            return Err(EngineError::problem(Problem::new("invalid_key").at("key")));
        }
        let app = if kind == DocumentKind::App { Some(key.to_owned()) } else { named("app") };
        let app = app.filter(|app| app.parse::<formwork_model::AppKey>().is_ok());
        let app = app.ok_or_else(|| EngineError::problem(Problem::new("invalid_key").at("app")))?;
        let now = self.now().as_millisecond();
        let draft = DraftRow {
            kind: kind.as_str().to_owned(),
            key: key.to_owned(),
            app,
            format: FORMAT,
            body: document.to_string(),
            based_on,
            // With the time in it, a draft begun anew has no version of an earlier one.
            version: version.saturating_add(1).max(now),
            updated_at: now,
            updated_by: caller.member.clone(),
        };
        self.change(caller.clone(), move |work| {
            Box::pin(async move {
                let seen = (version != 0).then_some(version);
                if !draft_save(work.connection, &draft, seen).await? {
                    return Err(draft_conflict(work, kind, &draft.key).await?);
                }
                Ok(draft.version)
            })
        })
        .await
    }

    /// Throws a draft away, as its author saw it; version 0 when there was none.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `VersionConflict` when the draft is another by now.
    pub async fn draft_discard(
        &self,
        caller: &Caller,
        kind: DocumentKind,
        key: &str,
        version: i64,
    ) -> EngineResult<()> {
        caller.must_be_admin()?;
        let key = key.to_owned();
        self.change(caller.clone(), move |work| {
            Box::pin(async move {
                if draft_delete(work.connection, kind.as_str(), &key, version).await? {
                    return Ok(());
                }
                match draft_get(work.connection, kind.as_str(), &key).await? {
                    None if version == 0 => Ok(()),
                    _ => Err(draft_conflict(work, kind, &key).await?),
                }
            })
        })
        .await
    }

    pub(super) async fn stored_document(
        &self,
        kind: DocumentKind,
        key: &str,
    ) -> EngineResult<Option<DocumentRow>> {
        let mut connection = self.store().read().await?;
        Ok(document_get(&mut connection, kind.as_str(), key).await?)
    }
}

/// Somebody else was at the draft: the version that is there now, 0 for none.
async fn draft_conflict(
    work: &mut Work<'_>,
    kind: DocumentKind,
    key: &str,
) -> EngineResult<EngineError> {
    let now = draft_get(work.connection, kind.as_str(), key).await?;
    let version = now.map_or(0, |draft| draft.version);
    Ok(EngineError::VersionConflict { version, changed: Vec::new() })
}

/// A stored document for an admin to look at: in the current format where it can be read,
/// else as it stands.
fn shown(kind: DocumentKind, format: i64, body: &str) -> Json {
    read_stored(kind, format, body)
        .unwrap_or_else(|_| serde_json::from_str(body).unwrap_or_default())
}

/// What a document calls itself, or its key where it cannot be told.
fn label_of(body: &str, key: &str) -> Localized {
    let document: Json = serde_json::from_str(body).unwrap_or_default();
    let label = document.get("label").cloned().unwrap_or_default();
    let label: Localized = serde_json::from_value(label).unwrap_or_default();
    if label.is_empty() { Localized::new(key, key) } else { label }
}
