//! Who acts.

use std::borrow::Cow;

use super::{Function, eager};
use crate::term::Term;

pub(super) const FUNCTIONS: &[Function] = &[
    eager("ME", "ME()", (0, 0), |args| Ok(Term::Text(Cow::Owned(args.context.me.to_owned())))),
    eager("MYDEPARTMENT", "MYDEPARTMENT()", (0, 0), |args| {
        let department = args.context.my_department;
        Ok(department.map_or(Term::Null, |id| Term::Text(Cow::Owned(id.to_owned()))))
    }),
];
