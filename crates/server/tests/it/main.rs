//! What callers see of the server: requests in, answers out, on a database of their own.

mod app;
mod edge;
mod guard;
