//! rhai scripts with the functions and operators of the rule language.
