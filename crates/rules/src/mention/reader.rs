//! Names in the text of expressions and scripts, each with the bytes where it stands.

use formwork_model::{
    kind::Shape,
    mention::{At, FieldName, Lookup, Mention, Named, Scope, Written},
};
use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::RECORD_CALLS;
use crate::{script, syntax};

/// The names in an expression.
pub(super) fn expression(written: &Written, lookup: &Lookup<'_>) -> Vec<Mention> {
    let Some(ast) = syntax::read(&written.text) else { return Vec::new() };
    let place = Place { pointer: &written.pointer, text: &written.text };
    let mut reader = Reader { place, scope: &written.scope, lookup, found: Vec::new() };
    match ast.statements() {
        [Stmt::Expr(expression)] => reader.read(expression, written.gives.as_ref()),
        [Stmt::FnCall(call, _)] => reader.call(call, written.gives.as_ref()),
        _ => {}
    }
    reader.found
}

/// The forms and fields in the calls of a script.
pub(super) fn script(pointer: &str, source: &str) -> Vec<Mention> {
    let Ok(script) = script::compile(source) else { return Vec::new() };
    let place = Place { pointer, text: source };
    let mut found = Vec::new();
    script.ast().walk(&mut |path: &[ASTNode<'_>]| {
        let call = match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _))) => {
                call
            }
            _ => return true,
        };
        if RECORD_CALLS.contains(&call.name.as_str())
            && let Some(Expr::StringConstant(form, position)) = call.args.first()
        {
            found.extend(place.mention(form, *position, Named::form(form.as_str())));
            call.args.iter().for_each(|argument| place.keys(argument, form, &mut found));
        }
        true
    });
    found
}

/// A text of a document.
#[derive(Clone, Copy)]
struct Place<'t> {
    pointer: &'t str,
    text: &'t str,
}

impl Place<'_> {
    /// What stands at a position, in quotes or not; none where it is written otherwise than
    /// it reads, as with escapes.
    fn mention(self, name: &str, position: Position, named: Named) -> Option<Mention> {
        let start = self.offset(position)?;
        let rest = self.text.get(start..)?;
        let quote = rest.starts_with(['"', '`']) && !name.starts_with(['"', '`']);
        let start = if quote { start.checked_add(1)? } else { start };
        let end = start.checked_add(name.len())?;
        (self.text.get(start..end)? == name).then(|| Mention {
            pointer: self.pointer.to_owned(),
            at: At::Bytes(start..end),
            named,
            is_own: false,
        })
    }

    /// The byte at which rhai's line and character stand, both from 1.
    fn offset(self, position: Position) -> Option<usize> {
        let (line, character) = (position.line()?.checked_sub(1)?, position.position()?);
        let starts = self.text.match_indices('\n').map(|(at, _)| at.saturating_add(1));
        let start = std::iter::once(0).chain(starts).nth(line)?;
        let (offset, _) = self.text.get(start..)?.char_indices().nth(character.checked_sub(1)?)?;
        start.checked_add(offset)
    }

    /// The keys of the maps in an argument, as fields of a form.
    fn keys(self, argument: &Expr, form: &str, found: &mut Vec<Mention>) {
        match argument {
            Expr::Map(map, _) => found.extend(map.0.iter().filter_map(|(key, _)| {
                let named = Named::Field(FieldName::of(form, key.name.as_str()));
                self.mention(&key.name, key.pos, named)
            })),
            Expr::Array(items, _) => items.iter().for_each(|item| self.keys(item, form, found)),
            _ => {}
        }
    }
}

struct Reader<'r> {
    place: Place<'r>,
    scope: &'r Scope,
    lookup: &'r Lookup<'r>,
    found: Vec<Mention>,
}

impl Reader<'_> {
    /// Reads an expression whose value goes to a field.
    fn read(&mut self, expression: &Expr, gives: Option<&FieldName>) {
        match expression {
            Expr::Variable(variable, _, position) => self.path(&variable.1, *position, None),
            Expr::Dot(sides, ..) => {
                if let (Expr::Variable(root, _, at), Expr::Property(member, member_at)) =
                    (&sides.lhs, &sides.rhs)
                {
                    self.path(&root.1, *at, Some((&member.2, *member_at)));
                }
            }
            Expr::StringConstant(..) => self.literals(expression, gives),
            Expr::Array(items, _) => items.iter().for_each(|item| self.read(item, gives)),
            Expr::And(operands, _) | Expr::Or(operands, _) => {
                operands.iter().for_each(|operand| self.read(operand, None));
            }
            Expr::Coalesce(operands, _) => {
                operands.iter().for_each(|operand| self.read(operand, gives));
            }
            Expr::FnCall(call, _) => self.call(call, gives),
            _ => {}
        }
    }

    /// A call: of an operator, or of a function that answers with one of its arguments.
    fn call(&mut self, call: &FnCallExpr, gives: Option<&FieldName>) {
        let compares = matches!(call.name.as_str(), "==" | "!=" | "contains" | "CONTAINS");
        if let ([left, right], true) = (call.args.as_slice(), compares) {
            let (of_left, of_right) = (self.end_of(left), self.end_of(right));
            self.read(left, of_right.as_ref());
            return self.read(right, of_left.as_ref());
        }
        let switched = call.args.first().filter(|_| call.name == "SWITCH");
        let switched = switched.and_then(|first| self.end_of(first));
        let last = call.args.len().saturating_sub(1);
        for (index, argument) in call.args.iter().enumerate() {
            let field = match call.name.as_str() {
                "IF" if index > 0 => gives,
                "IFS" if index % 2 == 1 => gives,
                "IFERROR" | "COALESCE" => gives,
                "SWITCH" if index > 0 && index % 2 == 0 => gives,
                "SWITCH" if index > 0 && index == last => gives,
                "SWITCH" if index > 0 => switched.as_ref(),
                _ => None,
            };
            self.read(argument, field);
        }
    }

    fn path(&mut self, root: &str, at: Position, member: Option<(&str, Position)>) {
        let names = self.lookup.in_scope(self.scope, root, member.map(|(name, _)| name));
        let texts = std::iter::once((root, at)).chain(member);
        for ((text, position), name) in texts.zip(names) {
            let named = name.map(Named::Field);
            self.found.extend(named.and_then(|named| self.place.mention(text, position, named)));
        }
    }

    /// The field that an operand reads.
    fn end_of(&self, operand: &Expr) -> Option<FieldName> {
        let names = match operand {
            Expr::Variable(variable, ..) => self.lookup.in_scope(self.scope, &variable.1, None),
            Expr::Dot(sides, ..) => match (&sides.lhs, &sides.rhs) {
                (Expr::Variable(root, ..), Expr::Property(member, _)) => {
                    let names = self.lookup.in_scope(self.scope, &root.1, Some(&member.2));
                    names.into_iter().skip(1).collect()
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        names.into_iter().next_back().flatten()
    }

    /// A text that stands for a value of a field: options and people are names.
    fn literals(&mut self, literal: &Expr, field: Option<&FieldName>) {
        let (Expr::StringConstant(text, position), Some(field)) = (literal, field) else { return };
        let Some(kind) = self.lookup.kind(field) else { return };
        let named = match kind.shape() {
            Shape::Choice(_) => Named::Option(field.clone(), text.to_string()),
            Shape::Member => Named::Member(text.to_string()),
            Shape::Department => Named::Department(text.to_string()),
            _ => return,
        };
        self.found.extend(self.place.mention(text, *position, named));
    }
}
