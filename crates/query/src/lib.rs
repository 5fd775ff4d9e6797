//! Formwork query.
