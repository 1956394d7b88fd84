//! A template run over the data of a delivery. Whatever it says, it ends soon and takes little memory: each step is paid for first.

use super::budget::{RenderBudget, TemplateError};
use super::datum::{TemplateValue, json, object};
use super::filters::{FilterArguments, array, contains, filter, same, test};
use super::language::targets;
use super::{TemplateEscape, html, slack};
use minijinja::machinery::ast::{BinOpKind, CallArg, CompareOpKind, Expr, ForLoop, Stmt, UnaryOpKind};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Numbers of a range, at most.
const LONGEST_RANGE: i64 = 1_000;

/// A rendering under way.
pub(super) struct TemplateRendering<'d, 's> {
    data: &'d Map<String, Value>,
    escape: TemplateEscape,
    /// What the template named itself, the innermost last.
    scopes: Vec<BTreeMap<&'s str, TemplateValue<'d>>>,
    budget: RenderBudget,
    made: String,
    longest: usize,
}

impl<'d, 's> TemplateRendering<'d, 's> {
    /// The text that a template makes, of so many bytes at most.
    pub fn run(root: &Stmt<'s>, escape: TemplateEscape, data: &'d Map<String, Value>, longest: usize) -> Result<String, TemplateError> {
        let scopes = vec![BTreeMap::new()];
        let mut evaluation = Self { data, escape, scopes, budget: RenderBudget::new(), made: String::new(), longest };
        evaluation.statement(root)?;
        Ok(evaluation.made)
    }

    fn statements(&mut self, all: &[Stmt<'s>]) -> Result<(), TemplateError> {
        all.iter().try_for_each(|one| self.statement(one))
    }

    fn statement(&mut self, statement: &Stmt<'s>) -> Result<(), TemplateError> {
        self.budget.spend(1)?;
        match statement {
            Stmt::Template(template) => self.statements(&template.children),
            Stmt::EmitRaw(raw) => self.write(raw.raw),
            Stmt::EmitExpr(emit) => {
                let value = self.expression(&emit.expr)?;
                let line = u32::from(emit.span().start_line);
                let text = self.escaped(&value).map_err(|fault| fault.at(line))?.into_owned();
                self.write(&text).map_err(|fault| fault.at(line))
            }
            Stmt::IfCond(branch) => {
                let holds = self.expression(&branch.expr)?.is_true();
                self.statements(if holds { &branch.true_body } else { &branch.false_body })
            }
            Stmt::ForLoop(each) => self.each(each).map_err(|fault| fault.at(u32::from(each.span().start_line))),
            Stmt::WithBlock(with) => {
                self.scopes.push(BTreeMap::new());
                for (target, value) in &with.assignments {
                    let value = self.expression(value)?;
                    self.put(target, value)?;
                }
                let done = self.statements(&with.body);
                self.scopes.pop();
                done
            }
            Stmt::Set(set) => {
                let value = self.expression(&set.expr)?;
                self.put(&set.target, value)
            }
            Stmt::SetBlock(set) => {
                let before = std::mem::take(&mut self.made);
                self.scopes.push(BTreeMap::new());
                let done = self.statements(&set.body);
                self.scopes.pop();
                let text = std::mem::replace(&mut self.made, before);
                done?;
                self.put(&set.target, TemplateValue::safe(text))
            }
            // Refused when the template was read.
            _ => Err(TemplateError::new("it says something that does not exist here")),
        }
    }

    /// Writes a text as it is.
    fn write(&mut self, text: &str) -> Result<(), TemplateError> {
        self.budget.spend(text.len())?;
        if self.made.len().saturating_add(text.len()) > self.longest {
            return Err(TemplateError::new(format!("it makes more than {} characters", self.longest)));
        }
        self.made.push_str(text);
        Ok(())
    }

    /// A value as it is written where the text goes.
    fn escaped<'v>(&self, value: &'v TemplateValue<'d>) -> Result<Cow<'v, str>, TemplateError> {
        let safe = matches!(value, TemplateValue::Safe(_));
        if self.escape == TemplateEscape::Json && !safe {
            return json(value.value(), None, &self.budget).map(Cow::Owned);
        }
        let text = value.as_text(&self.budget)?;
        if safe || self.escape == TemplateEscape::None {
            return Ok(text);
        }
        self.budget.spend(text.len())?;
        let entities = if self.escape == TemplateEscape::Slack { slack(&text) } else { html(&text) };
        self.budget.spend(entities.len())?;
        Ok(Cow::Owned(entities))
    }

    fn each(&mut self, each: &ForLoop<'s>) -> Result<(), TemplateError> {
        let mut items = self.expression(&each.iter)?.items(&self.budget)?;
        if let Some(condition) = &each.filter_expr {
            let mut chosen = Vec::new();
            for item in items {
                self.scopes.push(BTreeMap::new());
                let holds = self.put(&each.target, item.clone()).and_then(|()| self.expression(condition));
                self.scopes.pop();
                if holds?.is_true() {
                    chosen.push(item);
                }
            }
            items = chosen;
        }
        if items.is_empty() {
            return self.statements(&each.else_body);
        }
        let of = items.len();
        for (index, item) in items.into_iter().enumerate() {
            self.budget.spend(1)?;
            self.scopes.push(BTreeMap::from([("loop", TemplateValue::Turn { index, of })]));
            let done = self.put(&each.target, item).and_then(|()| self.statements(&each.body));
            self.scopes.pop();
            done?;
        }
        Ok(())
    }

    /// Puts a value under a name, or the items of one under several.
    fn put(&mut self, target: &Expr<'s>, value: TemplateValue<'d>) -> Result<(), TemplateError> {
        let names = targets(target)?;
        let values = match names.as_slice() {
            [_] => vec![value],
            _ => value.items(&self.budget)?,
        };
        if names.len() != values.len() {
            return Err(TemplateError::new(format!("{} names stand for {} values", names.len(), values.len())));
        }
        if let Some(scope) = self.scopes.last_mut() {
            scope.extend(names.into_iter().zip(values));
        }
        Ok(())
    }

    fn expression(&mut self, expression: &Expr<'s>) -> Result<TemplateValue<'d>, TemplateError> {
        let line = u32::from(expression.span().start_line);
        self.value(expression).map_err(|fault| fault.at(line))
    }

    fn value(&mut self, expression: &Expr<'s>) -> Result<TemplateValue<'d>, TemplateError> {
        self.budget.spend(1)?;
        match expression {
            Expr::Var(name) => {
                let own = self.scopes.iter().rev().find_map(|scope| scope.get(name.id)).cloned();
                Ok(own.or_else(|| self.data.get(name.id).map(TemplateValue::Given)).unwrap_or(TemplateValue::Undefined))
            }
            Expr::Const(constant) => {
                let value = serde_json::to_value(&constant.value).map_err(|error| TemplateError::new(error.to_string()))?;
                TemplateValue::made(value, &self.budget)
            }
            Expr::GetAttr(of) => self.expression(&of.expr)?.attribute(of.name, &self.budget),
            Expr::GetItem(of) => {
                let (of, at) = (self.expression(&of.expr)?, self.expression(&of.subscript_expr)?);
                match at.value() {
                    Value::String(name) => of.attribute(name, &self.budget),
                    place => place.as_i64().map_or(Ok(TemplateValue::Undefined), |place| of.item(place, &self.budget)),
                }
            }
            Expr::Slice(slice) => {
                let of = self.expression(&slice.expr)?;
                let start = slice.start.as_ref().map(|start| self.expression(start)).transpose()?;
                let stop = slice.stop.as_ref().map(|stop| self.expression(stop)).transpose()?;
                let bound = |bound: Option<TemplateValue<'d>>| bound.and_then(|bound| bound.value().as_i64());
                self.slice(&of, bound(start), bound(stop))
            }
            Expr::UnaryOp(one) => {
                let value = self.expression(&one.expr)?;
                let made = match one.op {
                    UnaryOpKind::Not => Value::Bool(!value.is_true()),
                    UnaryOpKind::Neg => arithmetic(&BinOpKind::Sub, &Number::from(0), value.value().as_number().ok_or_else(no_number)?)?,
                };
                TemplateValue::made(made, &self.budget)
            }
            Expr::BinOp(two) => self.both(two.op, &two.left, &two.right),
            Expr::Compare(chain) => {
                let mut left = self.expression(&chain.expr)?;
                for one in &chain.ops {
                    let right = self.expression(&one.expr)?;
                    if !self.compare(one.op, &left, &right)? {
                        return TemplateValue::made(Value::Bool(false), &self.budget);
                    }
                    left = right;
                }
                TemplateValue::made(Value::Bool(true), &self.budget)
            }
            Expr::IfExpr(either) => match (self.expression(&either.test_expr)?.is_true(), &either.false_expr) {
                (true, _) => self.expression(&either.true_expr),
                (false, Some(other)) => self.expression(other),
                (false, None) => Ok(TemplateValue::Undefined),
            },
            Expr::Filter(one) => {
                let value = match &one.expr {
                    Some(value) => self.expression(value)?,
                    None => TemplateValue::Undefined,
                };
                if matches!(one.name, "escape" | "e") {
                    return Ok(TemplateValue::safe(self.escaped(&value)?));
                }
                let given = self.arguments(&one.args)?;
                filter(one.name, &value, &given, &self.budget)
            }
            Expr::Test(one) => {
                let value = self.expression(&one.expr)?;
                let given = self.arguments(&one.args)?;
                let passes = test(one.name, &value, &given, &self.budget)?;
                TemplateValue::made(Value::Bool(passes), &self.budget)
            }
            Expr::Call(call) => {
                let given = self.arguments(&call.args)?;
                self.range(&given)
            }
            Expr::List(list) => self.list(&list.items),
            Expr::Tuple(tuple) => self.list(&tuple.items),
            Expr::Map(map) => {
                let mut entries = Vec::new();
                for (key, value) in map.keys.iter().zip(&map.values) {
                    let key = self.expression(key)?.as_text(&self.budget)?.into_owned();
                    entries.push((key, self.expression(value)?));
                }
                object(entries, &self.budget)
            }
        }
    }

    fn list(&mut self, items: &[Expr<'s>]) -> Result<TemplateValue<'d>, TemplateError> {
        let items = items.iter().map(|item| self.expression(item)).collect::<Result<Vec<_>, _>>()?;
        array(items, &self.budget)
    }

    fn arguments(&mut self, all: &[CallArg<'s>]) -> Result<FilterArguments<'d>, TemplateError> {
        let mut given = FilterArguments::default();
        for one in all {
            match one {
                CallArg::Pos(value) => given.placed.push(self.expression(value)?),
                CallArg::Kwarg(name, value) => given.named.push(((*name).to_owned(), self.expression(value)?)),
                CallArg::PosSplat(_) | CallArg::KwargSplat(_) => return Err(TemplateError::new("arguments are written one by one")),
            }
        }
        Ok(given)
    }

    /// `range(stop)`, or `range(start, stop)`.
    fn range(&self, given: &FilterArguments<'d>) -> Result<TemplateValue<'d>, TemplateError> {
        let numbers: Option<Vec<i64>> = given.placed.iter().map(|bound| bound.value().as_i64()).collect();
        let (start, stop) = match numbers.as_deref() {
            Some([stop]) => (0, *stop),
            Some([start, stop]) => (*start, *stop),
            _ => return Err(TemplateError::new("range needs one whole number, or two")),
        };
        if stop.saturating_sub(start) > LONGEST_RANGE {
            return Err(TemplateError::new(format!("a range has {LONGEST_RANGE} numbers at most")));
        }
        TemplateValue::made(Value::Array((start..stop).map(Value::from).collect()), &self.budget)
    }

    fn slice(&self, of: &TemplateValue<'d>, start: Option<i64>, stop: Option<i64>) -> Result<TemplateValue<'d>, TemplateError> {
        let length = match of.value() {
            Value::String(text) => {
                self.budget.spend(text.len())?;
                text.chars().count()
            }
            Value::Array(items) => items.len(),
            Value::Null => return Ok(TemplateValue::Undefined),
            _ => return Err(TemplateError::new("only a list or a text can be sliced")),
        };
        let place = |bound: i64| match usize::try_from(bound) {
            Ok(place) => place.min(length),
            Err(_) => length.saturating_sub(usize::try_from(bound.unsigned_abs()).unwrap_or(usize::MAX)),
        };
        let (from, to) = (start.map_or(0, place), stop.map_or(length, place));
        let (skipped, taken) = (from, to.saturating_sub(from));
        match of.value() {
            Value::String(text) => {
                self.budget.spend(text.len())?;
                Ok(TemplateValue::text(text.chars().skip(skipped).take(taken).collect::<String>()))
            }
            _ => array(of.items(&self.budget)?.into_iter().skip(skipped).take(taken).collect(), &self.budget),
        }
    }

    fn both(&mut self, op: BinOpKind, left: &Expr<'s>, right: &Expr<'s>) -> Result<TemplateValue<'d>, TemplateError> {
        let left = self.expression(left)?;
        // The other side is asked only when it matters.
        match op {
            BinOpKind::ScAnd if !left.is_true() => return Ok(left),
            BinOpKind::ScOr if left.is_true() => return Ok(left),
            BinOpKind::ScAnd | BinOpKind::ScOr => return self.expression(right),
            _ => {}
        }
        let right = self.expression(right)?;
        let compared = match op {
            BinOpKind::Eq => Some(CompareOpKind::Eq),
            BinOpKind::Ne => Some(CompareOpKind::Ne),
            BinOpKind::Lt => Some(CompareOpKind::Lt),
            BinOpKind::Lte => Some(CompareOpKind::Lte),
            BinOpKind::Gt => Some(CompareOpKind::Gt),
            BinOpKind::Gte => Some(CompareOpKind::Gte),
            BinOpKind::In => Some(CompareOpKind::In),
            _ => None,
        };
        if let Some(compared) = compared {
            let holds = self.compare(compared, &left, &right)?;
            return TemplateValue::made(Value::Bool(holds), &self.budget);
        }
        match (op, left.value(), right.value()) {
            (BinOpKind::Concat, ..) | (BinOpKind::Add, Value::String(_), Value::String(_)) => {
                let (left, right) = (left.as_text(&self.budget)?, right.as_text(&self.budget)?);
                self.budget.spend(left.len().saturating_add(right.len()))?;
                Ok(TemplateValue::text(format!("{left}{right}")))
            }
            (op, Value::Number(left), Value::Number(right)) => TemplateValue::made(arithmetic(&op, left, right)?, &self.budget),
            _ => Err(no_number()),
        }
    }

    fn compare(&self, op: CompareOpKind, left: &TemplateValue<'d>, right: &TemplateValue<'d>) -> Result<bool, TemplateError> {
        let order = || -> Result<Option<Ordering>, TemplateError> {
            Ok(match (left.value(), right.value()) {
                (Value::Number(left), Value::Number(right)) => left.as_f64().partial_cmp(&right.as_f64()),
                (Value::String(left), Value::String(right)) => {
                    self.budget.spend(left.len().min(right.len()))?;
                    Some(left.cmp(right))
                }
                _ => None,
            })
        };
        Ok(match op {
            CompareOpKind::Eq => same(left, right, &self.budget)?,
            CompareOpKind::Ne => !same(left, right, &self.budget)?,
            CompareOpKind::Lt => order()? == Some(Ordering::Less),
            CompareOpKind::Lte => order()?.is_some_and(Ordering::is_le),
            CompareOpKind::Gt => order()? == Some(Ordering::Greater),
            CompareOpKind::Gte => order()?.is_some_and(Ordering::is_ge),
            CompareOpKind::In => contains(right, left, &self.budget)?,
            CompareOpKind::NotIn => !contains(right, left, &self.budget)?,
        })
    }
}

fn no_number() -> TemplateError {
    TemplateError::new("only numbers can be counted with")
}

/// Whole numbers stay whole as long as they can.
fn arithmetic(op: &BinOpKind, left: &Number, right: &Number) -> Result<Value, TemplateError> {
    let whole = left.as_i64().zip(right.as_i64()).and_then(|(left, right)| match op {
        BinOpKind::Add => left.checked_add(right),
        BinOpKind::Sub => left.checked_sub(right),
        BinOpKind::Mul => left.checked_mul(right),
        BinOpKind::FloorDiv => left.checked_div_euclid(right),
        BinOpKind::Rem => left.checked_rem_euclid(right),
        _ => None,
    });
    if let Some(whole) = whole {
        return Ok(Value::from(whole));
    }
    let (left, right) = (left.as_f64().unwrap_or_default(), right.as_f64().unwrap_or_default());
    let made = match op {
        BinOpKind::Add => left + right,
        BinOpKind::Sub => left - right,
        BinOpKind::Mul => left * right,
        BinOpKind::Div => left / right,
        BinOpKind::FloorDiv => (left / right).floor(),
        BinOpKind::Rem => left.rem_euclid(right),
        _ => return Err(no_number()),
    };
    Number::from_f64(made).map(Value::Number).ok_or_else(|| TemplateError::new("a number is too large, or divided by nought"))
}
