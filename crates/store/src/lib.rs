//! Formwork store.
