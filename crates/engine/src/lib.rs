//! Formwork engine.
