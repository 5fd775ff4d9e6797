//! Formwork package.
