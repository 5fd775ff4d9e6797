//! What people say about a record.

use formwork_model::Problem;
use formwork_store::repo::comment::{CommentRow, comment_insert, comment_list};
use uuid::Uuid;

use crate::{Caller, Engine, EngineError, EngineResult};

/// Longest comment, in characters.
const MAX_COMMENT: usize = 5000;
/// Most comments of a list: nobody reads more, and nobody may make lists without end.
const MAX_COMMENTS: i64 = 500;

impl Engine {
    /// The latest 500 of a record's comments, the oldest of them first.
    ///
    /// # Errors
    /// `NotFound` when the record is out of reach.
    pub async fn comment_list(
        &self,
        caller: &Caller,
        form: &str,
        record: &str,
    ) -> EngineResult<Vec<CommentRow>> {
        self.must_see(caller, form, record).await?;
        let mut connection = self.store().read().await?;
        Ok(comment_list(&mut connection, form, record, MAX_COMMENTS).await?)
    }

    /// Adds a comment to a record that the member sees.
    ///
    /// # Errors
    /// `NotFound` when the record is out of reach; `required` or `too_long`.
    pub async fn comment_add(
        &self,
        caller: &Caller,
        form: &str,
        record: &str,
        text: &str,
    ) -> EngineResult<CommentRow> {
        let text = text.trim();
        if text.is_empty() {
            return Err(EngineError::problem(Problem::new("required").at("text")));
        }
        if has_control(text) {
            return Err(EngineError::problem(Problem::new("control_character").at("text")));
        }
        if text.chars().count() > MAX_COMMENT {
            let problem = Problem::new("too_long").with("max", MAX_COMMENT);
            return Err(EngineError::problem(problem.at("text")));
        }
        self.must_see(caller, form, record).await?;
        let comment = CommentRow {
            id: Uuid::now_v7().to_string(),
            at: self.now().as_millisecond(),
            by: caller.member.clone(),
            text: text.to_owned(),
        };
        let (form, record, added) = (form.to_owned(), record.to_owned(), comment.clone());
        self.change(caller.clone(), move |work| {
            Box::pin(
                async move { Ok(comment_insert(work.connection, &form, &record, &added).await?) },
            )
        })
        .await?;
        Ok(comment)
    }
}

/// Whether a text that people write holds characters that nobody sees, line ends and tabs
/// aside; one of the databases cannot store them all.
pub(crate) fn has_control(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}
