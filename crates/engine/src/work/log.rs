//! Events of a change, appended in its transaction.
//!
//! They are collected, and appended together: at the end of the change, before a part of it
//! begins that may be undone, and before somebody reads the log inside the change.

use formwork_event::{Detail, NewEvent};
use formwork_store::{Part, repo::event::event_append_many};
use jiff::Timestamp;

use super::Work;
use crate::EngineResult;

impl Work<'_> {
    /// Notes what happened to no record in particular.
    pub(crate) fn log(&mut self, detail: Detail) {
        let now = self.now;
        self.note(None, now, detail);
    }

    /// Notes what happened to a record of a form.
    pub(crate) fn log_of_record(&mut self, of: (&str, &str), at: Timestamp, detail: Detail) {
        self.note(Some(of), at, detail);
    }

    fn note(&mut self, of: Option<(&str, &str)>, at: Timestamp, detail: Detail) {
        self.after_commit.events();
        self.noted.push(NewEvent {
            at: at.as_millisecond(),
            principal: self.principal.clone(),
            cause: self.cause.map(|cause| cause.event),
            depth: self.cause.map_or(0, |cause| cause.depth.saturating_add(1)),
            form: of.map(|(form, _)| form.to_owned()),
            record: of.map(|(_, record)| record.to_owned()),
            detail,
        });
    }

    /// Appends what was noted.
    pub(crate) async fn append_noted(&mut self) -> EngineResult<()> {
        let noted = std::mem::take(&mut self.noted);
        Ok(event_append_many(self.connection, &noted).await?)
    }

    /// Begins a part of the change that may be undone without the rest.
    pub(crate) async fn begin_part(&mut self) -> EngineResult<Part> {
        self.append_noted().await?;
        Ok(self.connection.begin_part().await?)
    }

    /// Ends a part, and undoes it when asked to.
    pub(crate) async fn end_part(&mut self, part: Part, undo: bool) -> EngineResult<()> {
        if undo {
            self.noted.clear();
        }
        Ok(self.connection.end_part(part, undo).await?)
    }
}
