//! Single records and what hangs on them.

use formwork_model::{FieldKey, FormModel, form::Forms};

use crate::{Dialect, FormAccess, Statement};

/// One live record with its subforms: a single column `json` TEXT; no row when it is not
/// there or out of reach.
pub fn get(
    _dialect: Dialect,
    _forms: &dyn Forms,
    _form: &FormModel,
    _access: &FormAccess,
    _id: &str,
) -> Statement {
    Statement {
        sql: String::new(),
        binds: Vec::new(),
    }
}

/// Fields of several records, for formulas over links: columns `id` TEXT and `json` TEXT.
/// Deleted records are there too; subforms may be asked for.
pub fn get_fields(
    _dialect: Dialect,
    _forms: &dyn Forms,
    _form: &FormModel,
    _ids: &[String],
    _fields: &[FieldKey],
) -> Statement {
    Statement {
        sql: String::new(),
        binds: Vec::new(),
    }
}

/// Which grants reach a record: one row with a column `grants` TEXT, a JSON list for
/// [`FormAccess::narrowed_to`]; no row when the record is not there.
pub fn reaching_grants(
    _dialect: Dialect,
    _forms: &dyn Forms,
    _form: &FormModel,
    _access: &FormAccess,
    _id: &str,
) -> Statement {
    Statement {
        sql: String::new(),
        binds: Vec::new(),
    }
}
