//! Formwork insight.
