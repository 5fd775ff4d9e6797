//! The envelope: everything that is the same for each kind of event.

use serde_json::Value as Json;

use crate::{Detail, EventKind, Principal, upgrade::upgrade};

/// The format that events are written in.
pub const FORMAT: i64 = 2;

/// An event to append.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// Milliseconds.
    pub at: i64,
    /// In whose name.
    pub principal: Principal,
    /// The event that led to it.
    pub cause: Option<i64>,
    /// How many events stand before it in the chain of causes.
    pub depth: i64,
    /// The form, when it is about records.
    pub form: Option<String>,
    /// The record, when it is about one.
    pub record: Option<String>,
    /// What changed.
    pub detail: Detail,
}

/// An event of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its place in the log.
    pub id: i64,
    /// Milliseconds.
    pub at: i64,
    /// In whose name.
    pub principal: Principal,
    /// The event that led to it.
    pub cause: Option<i64>,
    /// How many events stand before it in the chain of causes.
    pub depth: i64,
    /// The form, when it is about records.
    pub form: Option<String>,
    /// The record, when it is about one.
    pub record: Option<String>,
    /// What changed.
    pub detail: Detail,
}

/// An event as it stands in the database, in whichever format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its place in the log.
    pub id: i64,
    /// The format of the rest.
    pub format: i64,
    /// Milliseconds.
    pub at: i64,
    /// The name of its kind.
    pub kind: String,
    /// Member id, or `system`.
    pub by: String,
    /// In whose name, where that is not a member who is signed in.
    pub principal: Option<String>,
    /// The event that led to it.
    pub cause: Option<i64>,
    /// How many events stand before it in the chain of causes.
    pub depth: i64,
    /// The form; of other events what they are about, which `detail` says as well.
    pub subject: String,
    /// The record, when it is about one.
    pub record: Option<String>,
    /// What changed, as JSON.
    pub detail: String,
}

/// Why a stored event cannot be read. Readers go on with the next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A newer program wrote it: in a format of its own, or of a kind or in a name that this
    /// one does not know.
    #[error("event {id} of kind `{kind}` was written by a newer version (format {format})")]
    Newer {
        /// Its place in the log.
        id: i64,
        /// Its kind.
        kind: String,
        /// Its format.
        format: i64,
    },
    /// It is not what its kind and format say.
    #[error("event {id} of kind `{kind}` (format {format}) cannot be read: {reason}")]
    Broken {
        /// Its place in the log.
        id: i64,
        /// Its kind.
        kind: String,
        /// Its format.
        format: i64,
        /// What is wrong with it.
        reason: String,
    },
}

impl Event {
    /// What kind of change it tells of.
    pub fn kind(&self) -> EventKind {
        self.detail.kind()
    }
}

impl NewEvent {
    /// What kind of change it tells of.
    pub fn kind(&self) -> EventKind {
        self.detail.kind()
    }

    /// As it is to be stored, in the current format.
    ///
    /// # Errors
    /// None in practice: see [`Detail`].
    pub fn to_stored(&self) -> Result<Stored, serde_json::Error> {
        let subject = match (&self.form, &self.detail) {
            (Some(form), _) => form.clone(),
            (None, Detail::DocumentPublished(one)) => {
                format!("{}/{}", one.document.kind.as_str(), one.document.key)
            }
            (None, Detail::MemberAdded(one)) => one.member.clone(),
            (None, Detail::MemberChanged(one)) => one.member.clone(),
            (None, Detail::DepartmentSaved(one)) => one.department.clone(),
            (None, Detail::RoleSaved(one)) => one.role.clone(),
            (None, _) => String::new(),
        };
        Ok(Stored {
            id: 0,
            format: FORMAT,
            at: self.at,
            kind: self.kind().as_str().to_owned(),
            by: self.principal.by().to_owned(),
            principal: self.principal.to_column(),
            cause: self.cause,
            depth: self.depth,
            subject,
            record: self.record.clone(),
            detail: self.detail.to_text()?,
        })
    }
}

impl Stored {
    /// Reads it, through the upgrades that its format needs.
    ///
    /// # Errors
    /// [`Unreadable`], which says whether it is newer than this program or broken.
    pub fn read(self) -> Result<Event, Unreadable> {
        if self.format > FORMAT {
            return Err(self.newer());
        }
        let Some(kind) = EventKind::from_name(&self.kind) else { return Err(self.newer()) };
        let principal = match Principal::from_column(&self.by, self.principal.as_deref()) {
            Ok(principal) => principal,
            Err(_) if self.names_another_principal() => return Err(self.newer()),
            Err(error) => return Err(self.broken(&error)),
        };
        let detail: Json = match serde_json::from_str(&self.detail) {
            Ok(detail) => detail,
            Err(error) => return Err(self.broken(&error)),
        };
        let upgraded = match upgrade(self.format, kind, &self.subject, detail) {
            Ok(upgraded) => upgraded,
            Err(reason) => return Err(self.broken(&reason)),
        };
        match Detail::from_json(kind, upgraded) {
            Ok(detail) => Ok(Event {
                id: self.id,
                at: self.at,
                principal,
                cause: self.cause,
                depth: self.depth,
                form: self.record.is_some().then_some(self.subject),
                record: self.record,
                detail,
            }),
            Err(error) => Err(self.broken(&error)),
        }
    }

    /// A principal that says its kind, and it is none that this program knows.
    fn names_another_principal(&self) -> bool {
        let named: Option<Json> =
            self.principal.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let kind = named.as_ref().and_then(|json| json.get("kind")).and_then(Json::as_str);
        kind.is_some_and(|kind| !Principal::KINDS.contains(&kind))
    }

    fn newer(self) -> Unreadable {
        Unreadable::Newer { id: self.id, kind: self.kind, format: self.format }
    }

    fn broken(self, reason: &impl ToString) -> Unreadable {
        let reason = reason.to_string();
        Unreadable::Broken { id: self.id, kind: self.kind, format: self.format, reason }
    }
}
