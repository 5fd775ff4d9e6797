//! Formwork rules.
