//! Requests that may be sent twice and are carried out once.
//!
//! Whoever sends a request with a key finds its answer again under that key. The key is noted
//! in the transaction of the change itself: either both are there or neither. The answer is
//! kept right after; should the process end between the two, the request is known to have been
//! carried out, and its answer is not.

use std::{future::Future, sync::Arc};

use formwork_store::{
    Connection, Hold, StoreError,
    repo::idempotency::{IdempotencyRow, idempotency_answer, idempotency_get, idempotency_insert},
};
use parking_lot::Mutex;

use crate::{Engine, EngineError, EngineResult, Principal};

/// The longest that a request is carried out, and its answer on the way.
const UNDER_WAY_MS: i64 = 60_000;

tokio::task_local! {
    /// The request that this task answers, until its change has taken note of it.
    static REQUEST: Arc<Mutex<Option<Request>>>;
}

/// A request that may be sent twice.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who sends it.
    pub principal: Principal,
    /// What they call it.
    pub key: String,
    /// Method and path.
    pub route: String,
    /// SHA-256 of the body, as hex.
    pub body_hash: String,
}

/// What a request was answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body; none is kept of one that holds a secret.
    pub body: Option<String>,
}

impl Request {
    fn principal_text(&self) -> EngineResult<String> {
        serde_json::to_string(&self.principal).map_err(EngineError::unexpected_in("a principal"))
    }
}

impl Engine {
    /// What a request was answered when it was sent before; nothing when it was not.
    ///
    /// # Errors
    /// `Refused` when the key was used for another request, or its answer is not known.
    pub async fn idempotency_answer(&self, request: &Request) -> EngineResult<Option<Answer>> {
        let principal = request.principal_text()?;
        let mut connection = self.store().read().await?;
        let Some(row) = idempotency_get(&mut connection, &principal, &request.key).await? else {
            return Ok(None);
        };
        if row.route != request.route || row.body_hash != request.body_hash {
            let problem = formwork_model::Problem::new("idempotency_key_reused");
            return Err(EngineError::problem(problem));
        }
        match u16::try_from(row.status) {
            Ok(status) if status > 0 => Ok(Some(Answer { status, body: Some(row.answer) })),
            Ok(_) if self.now().as_millisecond().saturating_sub(row.at) < UNDER_WAY_MS => {
                Err(EngineError::refused("idempotency_in_use"))
            }
            _ => Err(EngineError::refused("idempotency_answer_lost")),
        }
    }

    /// Does what a request asks for. The first change that comes of it takes note of the key.
    pub async fn idempotency_scope<F: Future>(&self, request: Request, doing: F) -> F::Output {
        REQUEST.scope(Arc::new(Mutex::new(Some(request))), doing).await
    }

    /// Keeps the answer of a request whose change is committed; of one that changed nothing
    /// there is nothing to keep.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn idempotency_keep(&self, request: &Request, answer: Answer) -> EngineResult<()> {
        let (principal, key) = (request.principal_text()?, request.key.clone());
        let kept: Result<(), StoreError> = self
            .store()
            .write(Hold::Nothing, move |connection| {
                Box::pin(async move {
                    let status = i64::from(answer.status);
                    // A negative one: it was answered, and the answer is not there.
                    let (status, body) =
                        answer.body.as_deref().map_or((-status, ""), |b| (status, b));
                    idempotency_answer(connection, (&principal, &key), status, body).await
                })
            })
            .await;
        Ok(kept?)
    }
}

/// The request that this task answers, for the first change that asks.
pub(crate) fn take() -> Option<Request> {
    REQUEST.try_with(|request| request.lock().take()).ok().flatten()
}

/// Takes note of a request in the transaction of its change.
pub(crate) async fn note(
    connection: &mut Connection,
    request: &Request,
    at: i64,
) -> EngineResult<()> {
    let row = IdempotencyRow {
        principal: request.principal_text()?,
        key: request.key.clone(),
        route: request.route.clone(),
        body_hash: request.body_hash.clone(),
        status: 0,
        answer: String::new(),
        at,
    };
    match idempotency_insert(connection, &row).await {
        Ok(()) => Ok(()),
        // It was sent twice at once, and the other one was first.
        Err(StoreError::NotUnique { .. }) => Err(EngineError::refused("idempotency_in_use")),
        Err(error) => Err(error.into()),
    }
}
