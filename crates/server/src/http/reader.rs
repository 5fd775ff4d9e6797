//! Who reads the answer: the language that texts are written in.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::Response,
};
use formwork_model::Locale;
use parking_lot::Mutex;

/// The reader's language: what the browser asks for, until the principal is known and
/// their preference takes its place.
///
/// Shared by everything that handles one request, so that even a problem that is written
/// after the handler is gone is written in the member's own language.
#[derive(Debug, Clone)]
pub struct Reader(Arc<Mutex<Locale>>);

impl Reader {
    /// The reader of a request.
    pub fn of(request: &Request) -> Self {
        Self::find(request.extensions().get(), request.headers())
    }

    fn find(known: Option<&Self>, headers: &HeaderMap) -> Self {
        known.cloned().unwrap_or_else(|| {
            let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            Self(Arc::new(Mutex::new(Locale::negotiate(wanted.unwrap_or_default()))))
        })
    }

    /// The language.
    pub fn locale(&self) -> Locale {
        self.0.lock().clone()
    }

    /// Sets the language that the principal prefers.
    pub fn prefer(&self, locale: Locale) {
        *self.0.lock() = locale;
    }

    /// Middleware: finds out what the browser asks for.
    pub async fn layer(mut request: Request, next: Next) -> Response {
        let reader = Self::of(&request);
        request.extensions_mut().insert(reader);
        next.run(request).await
    }
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::find(parts.extensions.get(), &parts.headers))
    }
}
