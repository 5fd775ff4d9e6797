//! Formwork server.
