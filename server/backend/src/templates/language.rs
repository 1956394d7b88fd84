//! What a template may be written in: the part of minijinja's language whose every word has a bounded cost.
//!
//! minijinja reads the text. Its own engine does not run it: that counts steps and not what a step allocates, and one such step can
//! take all the memory there is. So macros, inclusion and arithmetic of texts and lists do not exist here.

use super::budget::TemplateError;
use super::filters::{FILTERS, TESTS};
use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, Stmt};
use minijinja::machinery::{Token, parse, tokenize};
use minijinja::syntax::SyntaxConfig;
use std::collections::BTreeSet;

/// Words and signs between one pair of braces, at most: so deep can an expression be.
const LONGEST_TAG: usize = 300;
/// Further branches of conditions in a template, at most: each is within the one before it.
const BRANCHES: usize = 50;
/// The one function there is.
pub(super) const RANGE: &str = "range";

/// A template that was read.
pub(super) struct ParsedTemplate<'s> {
    pub root: Stmt<'s>,
    /// What it names of the data, with dots: `requester.email`.
    pub names: BTreeSet<String>,
}

/// Reads a template.
pub(super) fn read(source: &str) -> Result<ParsedTemplate<'_>, TemplateError> {
    measure(source)?;
    let root = parse(source, "template", SyntaxConfig::default()).map_err(|error| unread(&error))?;
    let mut names = Names { locals: vec![BTreeSet::new()], found: BTreeSet::new() };
    names.statements(std::slice::from_ref(&root))?;
    Ok(ParsedTemplate { names: names.found, root })
}

/// Refuses what would be too deep, before it is read: the parser calls itself for it.
fn measure(source: &str) -> Result<(), TemplateError> {
    let (mut words, mut branches) = (0, 0);
    for token in tokenize(source, false, SyntaxConfig::default()) {
        let (token, span) = token.map_err(|error| unread(&error))?;
        match token {
            Token::TemplateData(_) | Token::VariableStart | Token::BlockStart => words = 0,
            Token::Ident("elif") => branches += 1,
            _ => {}
        }
        words += 1;
        let line = u32::from(span.start_line);
        if words > LONGEST_TAG {
            return Err(TemplateError::new("an expression is too long").at(line));
        }
        if branches > BRANCHES {
            return Err(TemplateError::new(format!("there are more than {BRANCHES} “elif”")).at(line));
        }
    }
    Ok(())
}

fn unread(error: &minijinja::Error) -> TemplateError {
    let what = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    TemplateError { line: error.line().and_then(|line| u32::try_from(line).ok()), what }
}

fn list(names: impl Iterator<Item = &'static str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// Finds what a template names, and refuses what there is not.
struct Names<'s> {
    /// What the template named itself, scope by scope.
    locals: Vec<BTreeSet<&'s str>>,
    found: BTreeSet<String>,
}

impl<'s> Names<'s> {
    fn statements(&mut self, all: &[Stmt<'s>]) -> Result<(), TemplateError> {
        all.iter().try_for_each(|one| self.statement(one))
    }

    fn statement(&mut self, statement: &Stmt<'s>) -> Result<(), TemplateError> {
        match statement {
            Stmt::Template(template) => self.statements(&template.children),
            Stmt::EmitRaw(_) => Ok(()),
            Stmt::EmitExpr(emit) => self.expression(&emit.expr),
            Stmt::IfCond(branch) => {
                self.expression(&branch.expr)?;
                self.statements(&branch.true_body)?;
                self.statements(&branch.false_body)
            }
            Stmt::ForLoop(each) => {
                let line = u32::from(each.span().start_line);
                if each.recursive {
                    return Err(TemplateError::new("a loop cannot be recursive").at(line));
                }
                self.expression(&each.iter)?;
                self.locals.push(BTreeSet::from(["loop"]));
                self.target(&each.target).map_err(|fault| fault.at(line))?;
                each.filter_expr.iter().try_for_each(|filter| self.expression(filter))?;
                self.statements(&each.body)?;
                self.locals.pop();
                self.statements(&each.else_body)
            }
            Stmt::WithBlock(with) => {
                self.locals.push(BTreeSet::new());
                for (target, value) in &with.assignments {
                    self.expression(value)?;
                    self.target(target).map_err(|fault| fault.at(u32::from(with.span().start_line)))?;
                }
                self.statements(&with.body)?;
                self.locals.pop();
                Ok(())
            }
            Stmt::Set(set) => {
                self.expression(&set.expr)?;
                self.target(&set.target).map_err(|fault| fault.at(u32::from(set.span().start_line)))
            }
            Stmt::SetBlock(set) => {
                let line = u32::from(set.span().start_line);
                if set.filter.is_some() {
                    return Err(TemplateError::new("a block that is set has no filter here").at(line));
                }
                self.locals.push(BTreeSet::new());
                self.statements(&set.body)?;
                self.locals.pop();
                self.target(&set.target).map_err(|fault| fault.at(line))
            }
            Stmt::AutoEscape(other) => Err(missing("autoescape", other.span().start_line)),
            Stmt::FilterBlock(other) => Err(missing("filter", other.span().start_line)),
            Stmt::Do(other) => Err(missing("do", other.span().start_line)),
        }
    }

    /// A name, or several, that values are put under.
    fn target(&mut self, target: &Expr<'s>) -> Result<(), TemplateError> {
        for name in targets(target)? {
            if let Some(locals) = self.locals.last_mut() {
                locals.insert(name);
            }
        }
        Ok(())
    }

    fn expressions(&mut self, all: &[Expr<'s>]) -> Result<(), TemplateError> {
        all.iter().try_for_each(|one| self.expression(one))
    }

    fn expression(&mut self, expression: &Expr<'s>) -> Result<(), TemplateError> {
        let line = u32::from(expression.span().start_line);
        if let Some((base, path)) = path(expression) {
            if !self.locals.iter().any(|scope| scope.contains(base)) {
                self.found.insert(path);
            }
            return Ok(());
        }
        match expression {
            Expr::Var(_) | Expr::Const(_) => Ok(()),
            Expr::GetAttr(of) => self.expression(&of.expr),
            Expr::GetItem(of) => {
                self.expression(&of.expr)?;
                self.expression(&of.subscript_expr)
            }
            Expr::Slice(slice) => {
                if slice.step.is_some() {
                    return Err(TemplateError::new("a slice has no steps here").at(line));
                }
                self.expression(&slice.expr)?;
                slice.start.iter().chain(&slice.stop).try_for_each(|bound| self.expression(bound))
            }
            Expr::UnaryOp(one) => self.expression(&one.expr),
            Expr::BinOp(two) => {
                if matches!(two.op, BinOpKind::Pow) {
                    return Err(TemplateError::new("“**” is not supported").at(line));
                }
                self.expression(&two.left)?;
                self.expression(&two.right)
            }
            Expr::Compare(chain) => {
                self.expression(&chain.expr)?;
                chain.ops.iter().try_for_each(|one| self.expression(&one.expr))
            }
            Expr::IfExpr(either) => {
                self.expression(&either.test_expr)?;
                self.expression(&either.true_expr)?;
                either.false_expr.iter().try_for_each(|other| self.expression(other))
            }
            Expr::Filter(filter) => {
                if !FILTERS.contains(&filter.name) {
                    let known = list(FILTERS.iter().copied());
                    return Err(TemplateError::new(format!("“{}” is not a filter. The filters are {known}", filter.name)).at(line));
                }
                filter.expr.iter().try_for_each(|value| self.expression(value))?;
                self.arguments(&filter.args).map_err(|fault| fault.at(line))
            }
            Expr::Test(test) => {
                if !TESTS.contains(&test.name) {
                    let known = list(TESTS.iter().copied());
                    return Err(TemplateError::new(format!("“{}” is not a test. The tests are {known}", test.name)).at(line));
                }
                self.expression(&test.expr)?;
                self.arguments(&test.args).map_err(|fault| fault.at(line))
            }
            Expr::Call(call) => {
                match &call.expr {
                    Expr::Var(name) if name.id == RANGE => {}
                    _ => return Err(TemplateError::new("nothing can be called here but range(…)").at(line)),
                }
                self.arguments(&call.args).map_err(|fault| fault.at(line))
            }
            Expr::List(list) => self.expressions(&list.items),
            Expr::Tuple(tuple) => self.expressions(&tuple.items),
            Expr::Map(map) => {
                self.expressions(&map.keys)?;
                self.expressions(&map.values)
            }
        }
    }

    fn arguments(&mut self, all: &[CallArg<'s>]) -> Result<(), TemplateError> {
        all.iter().try_for_each(|one| match one {
            CallArg::Pos(value) | CallArg::Kwarg(_, value) => self.expression(value),
            CallArg::PosSplat(_) | CallArg::KwargSplat(_) => Err(TemplateError::new("arguments are written one by one")),
        })
    }
}

fn missing(statement: &str, line: u16) -> TemplateError {
    TemplateError::new(format!("“{statement}” cannot be used here")).at(u32::from(line))
}

/// The names that values are put under.
pub(super) fn targets<'s>(target: &Expr<'s>) -> Result<Vec<&'s str>, TemplateError> {
    let names = |items: &[Expr<'s>]| items.iter().map(name).collect::<Option<Vec<_>>>();
    let found = match target {
        Expr::List(list) => names(&list.items),
        Expr::Tuple(tuple) => names(&tuple.items),
        other => name(other).map(|name| vec![name]),
    };
    found.ok_or_else(|| TemplateError::new("a value is put under a plain name"))
}

fn name<'s>(expression: &Expr<'s>) -> Option<&'s str> {
    match expression {
        Expr::Var(name) => Some(name.id),
        _ => None,
    }
}

/// A name of the data with what is asked of it, when it is nothing else: its first part, and all of it.
fn path<'s>(expression: &Expr<'s>) -> Option<(&'s str, String)> {
    match expression {
        Expr::Var(name) => Some((name.id, name.id.to_owned())),
        Expr::GetAttr(of) => path(&of.expr).map(|(base, path)| (base, format!("{path}.{}", of.name))),
        _ => None,
    }
}
