//! What happens to every request before and after its handler.

mod extract;
mod guard;
mod headers;
mod metrics;
mod origin;
mod reader;
mod request_id;
mod trace;

pub use extract::{JsonBody, PathOf, QueryOf};
pub use guard::{REQUEST_TIMEOUT_SECONDS, guard};
pub use headers::security_headers;
pub use metrics::Metrics;
pub use origin::same_origin;
pub use reader::Reader;
pub use request_id::{RequestId, request_id};
pub use trace::trace;

/// The largest body that is read, in bytes.
pub const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;
