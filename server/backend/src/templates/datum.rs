//! Values as a rendering has them in its hands: mostly the data of the delivery itself, sometimes something made of it.

use super::budget::{RenderBudget, TemplateError};
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::io;
use std::rc::Rc;

/// Lists within lists, at most, of what a template makes.
const DEEPEST: usize = 40;

static NOTHING: Value = Value::Null;

/// A value.
#[derive(Clone)]
pub(super) enum TemplateValue<'d> {
    /// What is not there: empty, and so is everything in it.
    Undefined,
    /// Part of the data.
    Given(&'d Value),
    /// Made by the template.
    Made(Rc<Value>),
    /// Text that is written as it is, without being escaped.
    Safe(Rc<Value>),
    /// `loop` within a loop: which time it is, from nought, of how many.
    Turn { index: usize, of: usize },
}

impl<'d> TemplateValue<'d> {
    /// Something made by the template; it is paid for.
    pub fn made(value: Value, budget: &RenderBudget) -> Result<Self, TemplateError> {
        budget.spend(weight(&value, 0)?)?;
        Ok(Self::Made(Rc::new(value)))
    }

    /// A text that was paid for.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Made(Rc::new(Value::String(text.into())))
    }

    /// A text that is escaped already, and was paid for.
    pub fn safe(text: impl Into<String>) -> Self {
        Self::Safe(Rc::new(Value::String(text.into())))
    }

    pub fn value(&self) -> &Value {
        match self {
            Self::Given(value) => value,
            Self::Made(value) | Self::Safe(value) => value,
            Self::Undefined | Self::Turn { .. } => &NOTHING,
        }
    }

    pub fn is_undefined(&self) -> bool {
        matches!(self, Self::Undefined)
    }

    pub fn is_true(&self) -> bool {
        match self.value() {
            _ if matches!(self, Self::Turn { .. }) => true,
            Value::Null => false,
            Value::Bool(yes) => *yes,
            Value::Number(number) => number.as_f64() != Some(0.0),
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            Value::Object(entries) => !entries.is_empty(),
        }
    }

    /// The value under a name; undefined where there is none.
    pub fn attribute(&self, name: &str, budget: &RenderBudget) -> Result<Self, TemplateError> {
        if let Self::Turn { index, of } = self {
            let value = match name {
                "index" => Value::from(index + 1),
                "index0" => Value::from(*index),
                "revindex" => Value::from(of - index),
                "revindex0" => Value::from(of - index - 1),
                "first" => Value::from(*index == 0),
                "last" => Value::from(index + 1 == *of),
                "length" => Value::from(*of),
                _ => return Ok(Self::Undefined),
            };
            return Self::made(value, budget);
        }
        self.inner(|value| value.as_object().and_then(|entries| entries.get(name)), budget)
    }

    /// The item at a place, from the end when it is negative; undefined where there is none.
    pub fn item(&self, place: i64, budget: &RenderBudget) -> Result<Self, TemplateError> {
        let at = |items: &[Value]| match usize::try_from(place) {
            Ok(place) => Some(place),
            Err(_) => items.len().checked_sub(usize::try_from(place.unsigned_abs()).ok()?),
        };
        self.inner(|value| value.as_array().and_then(|items| items.get(at(items)?)), budget)
    }

    /// A part of it: of the data without a copy, of anything else as a copy that is paid for.
    fn inner(&self, part: impl for<'v> Fn(&'v Value) -> Option<&'v Value>, budget: &RenderBudget) -> Result<Self, TemplateError> {
        match self {
            Self::Given(value) => Ok(part(value).map_or(Self::Undefined, Self::Given)),
            other => match part(other.value()) {
                Some(value) => {
                    budget.spend(weight(value, 0)?)?;
                    Ok(Self::Made(Rc::new(value.clone())))
                }
                None => Ok(Self::Undefined),
            },
        }
    }

    /// Its items: those of a list, the keys of an object.
    pub fn items(&self, budget: &RenderBudget) -> Result<Vec<Self>, TemplateError> {
        let count = match self.value() {
            Value::Array(items) => items.len(),
            Value::Object(entries) => entries.len(),
            Value::Null => 0,
            _ => return Err(TemplateError::new("only a list can be gone through")),
        };
        budget.spend(count.saturating_mul(size_of::<Self>()))?;
        match (self, self.value()) {
            (Self::Given(Value::Array(items)), _) => Ok(items.iter().map(Self::Given).collect()),
            (_, Value::Array(items)) => items.iter().map(|item| Self::copied(item, budget)).collect(),
            (_, Value::Object(entries)) => entries
                .keys()
                .map(|key| {
                    budget.spend(key.len())?;
                    Ok(Self::text(key.as_str()))
                })
                .collect(),
            _ => Ok(Vec::new()),
        }
    }

    /// A copy, which is paid for before it is made.
    pub fn copied(value: &Value, budget: &RenderBudget) -> Result<Self, TemplateError> {
        budget.spend(weight(value, 0)?)?;
        Ok(Self::Made(Rc::new(value.clone())))
    }

    /// As text: nothing is empty, and what is not text is written as JSON.
    pub fn as_text(&self, budget: &RenderBudget) -> Result<Cow<'_, str>, TemplateError> {
        match self.value() {
            Value::Null => Ok(Cow::Borrowed("")),
            Value::String(text) => Ok(Cow::Borrowed(text)),
            other => json(other, None, budget).map(Cow::Owned),
        }
    }
}

/// Steps and bytes that a value is worth.
pub(super) fn weight(value: &Value, depth: usize) -> Result<usize, TemplateError> {
    if depth > DEEPEST {
        return Err(TemplateError::new("its lists are too deep"));
    }
    let mut sum = size_of::<Value>();
    match value {
        Value::String(text) => sum += text.len(),
        Value::Array(items) => {
            for item in items {
                sum = sum.saturating_add(weight(item, depth + 1)?);
            }
        }
        Value::Object(entries) => {
            for (key, item) in entries {
                sum = sum.saturating_add(weight(item, depth + 1)?).saturating_add(key.len());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(sum)
}

/// A value as JSON, laid out with so many spaces when a number is given.
pub(super) fn json(value: &Value, indent: Option<usize>, budget: &RenderBudget) -> Result<String, TemplateError> {
    let mut paid = Paid { written: Vec::new(), budget, fault: None };
    let done = match indent {
        Some(spaces) => {
            let spaces = vec![b' '; spaces];
            let layout = serde_json::ser::PrettyFormatter::with_indent(&spaces);
            value.serialize(&mut serde_json::Serializer::with_formatter(&mut paid, layout))
        }
        None => serde_json::to_writer(&mut paid, value),
    };
    match (done, paid.fault) {
        (Ok(()), _) => String::from_utf8(paid.written).map_err(|_| TemplateError::new("what it makes is not text")),
        (Err(_), Some(fault)) => Err(fault),
        (Err(error), None) => Err(TemplateError::new(error.to_string())),
    }
}

/// Takes what is written as long as it is paid for.
struct Paid<'b> {
    written: Vec<u8>,
    budget: &'b RenderBudget,
    fault: Option<TemplateError>,
}

impl io::Write for Paid<'_> {
    fn write(&mut self, some: &[u8]) -> io::Result<usize> {
        if let Err(fault) = self.budget.spend(some.len()) {
            self.fault = Some(fault);
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.written.extend_from_slice(some);
        Ok(some.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The entries of an object that a template wrote out.
pub(super) fn object<'d>(entries: Vec<(String, TemplateValue<'d>)>, budget: &RenderBudget) -> Result<TemplateValue<'d>, TemplateError> {
    let mut object = Map::new();
    for (key, value) in entries {
        budget.spend(weight(value.value(), 0)?)?;
        object.insert(key, value.value().clone());
    }
    TemplateValue::made(Value::Object(object), budget)
}
