//! From the text of an expression to its tree. rhai reads the text; what the rule
//! language has no meaning for is refused here.

use std::sync::LazyLock;

use formwork_model::Problem;
use rhai::{AST, ASTFlags, Engine, Expr, FnCallExpr, OptimizationLevel, Position, Stmt};

use crate::{
    Path, function,
    misspelt::{self, at},
    node::Node,
    operator::Operator,
    term::Term,
};

/// Longest expression, in characters.
pub(crate) const MAX_EXPRESSION: usize = 4000;
/// Deepest nesting of an expression, operands of one chain of operators included.
const MAX_DEPTH: usize = 64;

/// rhai only reads expressions here and never runs them, so it has no functions at all.
static PARSER: LazyLock<Engine> = LazyLock::new(|| {
    let mut engine = Engine::new_raw();
    engine
        .set_optimization_level(OptimizationLevel::None)
        .set_max_strings_interned(0)
        .set_max_expr_depths(MAX_DEPTH, MAX_DEPTH)
        .set_max_string_size(MAX_EXPRESSION * 4)
        .set_max_array_size(function::MANY)
        .set_max_map_size(1)
        .set_max_functions(0)
        .set_max_modules(0)
        .set_max_variables(0)
        .set_max_call_levels(0)
        .set_max_operations(1)
        .set_allow_anonymous_fn(false)
        .set_allow_if_expression(false)
        .set_allow_switch_expression(false)
        .set_allow_statement_expression(false)
        .set_allow_loop_expressions(false)
        .set_allow_looping(false);
    engine
});

/// Reads an expression: its tree, and every path that it reads, each once.
///
/// # Errors
/// `formula_syntax`, `formula_too_long`, `unknown_function` or `wrong_argument_count`.
pub(crate) fn parse(text: &str) -> Result<(Node, Vec<Path>), Problem> {
    if text.chars().nth(MAX_EXPRESSION).is_some() {
        return Err(Problem::new("formula_too_long").with("max", MAX_EXPRESSION));
    }
    let ast = PARSER.compile_expression(text).map_err(|error| misspelt::problem(text, &error))?;
    let mut reader = Reader { paths: Vec::new() };
    let node = match ast.statements() {
        [Stmt::Expr(expression)] => reader.read(expression)?,
        [Stmt::FnCall(call, position)] => reader.call(call, *position)?,
        _ => return Err(wrong("unexpected_end", Position::NONE)),
    };
    Ok((node, reader.paths))
}

/// The text as rhai reads it; none when it is no expression.
pub(crate) fn read(text: &str) -> Option<AST> {
    let is_short = text.chars().nth(MAX_EXPRESSION).is_none();
    is_short.then(|| PARSER.compile_expression(text).ok()).flatten()
}

fn wrong(reason: &str, position: Position) -> Problem {
    at(Problem::new("formula_syntax").with("reason", reason), position)
}

struct Reader {
    paths: Vec<Path>,
}

impl Reader {
    fn read(&mut self, expression: &Expr) -> Result<Node, Problem> {
        let position = expression.position();
        Ok(match expression {
            Expr::Unit(_) => Node::Constant(Term::Null),
            Expr::BoolConstant(yes, _) => Node::Constant(Term::Bool(*yes)),
            Expr::IntegerConstant(number, _) => Node::Constant(Term::from(*number)),
            Expr::DynamicConstant(value, _) => match value.as_decimal() {
                Ok(number) => Node::Constant(Term::Number(number)),
                Err(_) => return Err(wrong("no_meaning", position)),
            },
            Expr::CharConstant(character, _) => Node::Text(character.to_string().into()),
            Expr::StringConstant(text, _) => Node::Text(text.as_str().into()),
            Expr::Variable(variable, ..) => {
                if !variable.2.is_empty() {
                    return Err(wrong("no_meaning", position));
                }
                self.name(Path::plain(&variable.1))
            }
            Expr::Dot(sides, flags, _) => self.dotted(&sides.lhs, &sides.rhs, *flags, position)?,
            Expr::Array(items, _) => Node::List(self.read_all(items)?),
            Expr::And(operands, _) => Node::All(self.read_all(operands)?),
            Expr::Or(operands, _) => Node::Any(self.read_all(operands)?),
            Expr::Coalesce(operands, _) => Node::Coalesce(self.read_all(operands)?),
            Expr::FnCall(call, position) => self.call(call, *position)?,
            _ => return Err(wrong("no_meaning", position)),
        })
    }

    fn read_all(&mut self, expressions: &[Expr]) -> Result<Vec<Node>, Problem> {
        expressions.iter().map(|expression| self.read(expression)).collect()
    }

    fn name(&mut self, path: Path) -> Node {
        if !self.paths.contains(&path) {
            self.paths.push(path.clone());
        }
        Node::Name(path)
    }

    fn dotted(
        &mut self,
        root: &Expr,
        member: &Expr,
        flags: ASTFlags,
        position: Position,
    ) -> Result<Node, Problem> {
        match (root, member) {
            (Expr::Variable(root, ..), Expr::Property(member, _))
                if root.2.is_empty() && !flags.contains(ASTFlags::NEGATED) =>
            {
                Ok(self.name(Path::member(&root.1, &member.2)))
            }
            _ => Err(wrong("one_link_only", position)),
        }
    }

    fn call(&mut self, call: &FnCallExpr, position: Position) -> Result<Node, Problem> {
        if !call.namespace.is_empty() || call.capture_parent_scope {
            return Err(wrong("no_meaning", position));
        }
        let mut arguments = self.read_all(&call.args)?;
        if call.op_token.is_none() && call.name != "contains" {
            return library_call(&call.name, arguments, position);
        }
        let last = arguments.pop();
        let first = arguments.pop();
        match (call.name.as_str(), first, last) {
            ("-", None, Some(node)) => Ok(Node::Negate(Box::new(node))),
            ("!", None, Some(node)) => Ok(Node::Not(Box::new(node))),
            ("contains", Some(list), Some(item)) => {
                library_call("CONTAINS", vec![list, item], position)
            }
            (sign, Some(left), Some(right)) => match Operator::from_sign(sign) {
                Some(operator) => Ok(Node::Binary(operator, Box::new([left, right]))),
                None => Err(wrong("no_meaning", position)),
            },
            _ => Err(wrong("no_meaning", position)),
        }
    }
}

fn library_call(name: &str, arguments: Vec<Node>, position: Position) -> Result<Node, Problem> {
    let Some(found) = function::find(name) else {
        return Err(at(Problem::new("unknown_function").with("name", name), position));
    };
    if !found.takes(arguments.len()) {
        let problem = Problem::new("wrong_argument_count").with("signature", found.signature());
        return Err(at(problem, position));
    }
    Ok(Node::Call(found, arguments))
}
