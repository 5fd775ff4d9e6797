//! Formwork testkit.
