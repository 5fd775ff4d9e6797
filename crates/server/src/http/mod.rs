//! What happens to every request before and after its handler.

mod drain;
mod extract;
mod guard;
mod headers;
mod idempotency;
mod metrics;
mod nul;
mod origin;
mod page_size;
mod reader;
mod reason;
mod request_id;
mod strict;
mod trace;

pub use drain::drain;
pub use extract::{JsonBody, JsonParts, PathOf, QueryOf};
pub use guard::{REQUEST_TIMEOUT, catch_panics, limit_time};
pub use headers::security_headers;
pub use idempotency::idempotency;
pub use metrics::Metrics;
pub use origin::same_origin;
pub use page_size::page_size;
pub use reader::Reader;
pub use request_id::{harmless_names, id_of, name_requests, say_names};
pub use strict::read_part;
pub use trace::trace;

/// The largest body that is read, in bytes.
pub const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;
