//! Pages: the shell that askama draws, with an island of the browser part in it.

mod frame;
mod layout;
mod refused;
mod return_to;
mod routes;
mod sign_in;
mod welcome;

pub mod error;

pub use layout::{Layout, Looks};
pub(crate) use refused::refused;
pub use routes::router;
pub use welcome::{SetUpPage, SignInPage};

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use crate::problem::HttpProblem;

/// Draws a page.
pub fn draw(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => HttpProblem::failure(error).into_response(),
    }
}
