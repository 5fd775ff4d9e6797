//! Formwork flow.
