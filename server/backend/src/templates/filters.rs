//! The filters and tests a template can use. Each pays for what it reads and makes before it does.

use super::budget::{RenderBudget, TemplateError};
use super::datum::{TemplateValue, json};
use serde_json::{Number, Value};

/// Every filter.
pub(super) const FILTERS: &[&str] = &[
    "abs",
    "capitalize",
    "count",
    "d",
    "default",
    "e",
    "escape",
    "first",
    "float",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "split",
    "string",
    "title",
    "tojson",
    "trim",
    "upper",
];

/// Every test.
pub(super) const TESTS: &[&str] = &[
    "defined",
    "divisibleby",
    "eq",
    "equalto",
    "even",
    "false",
    "in",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sequence",
    "string",
    "true",
    "undefined",
];

/// Spaces that a line or a level of JSON is set in, at most.
const WIDEST: usize = 40;

/// What a filter or a test is given besides the value.
#[derive(Default)]
pub(super) struct FilterArguments<'d> {
    pub placed: Vec<TemplateValue<'d>>,
    pub named: Vec<(String, TemplateValue<'d>)>,
}

impl<'d> FilterArguments<'d> {
    fn get(&self, place: usize, name: &str) -> Option<&TemplateValue<'d>> {
        self.placed.get(place).or_else(|| self.named.iter().find(|(known, _)| known == name).map(|(_, value)| value))
    }

    fn text(&self, place: usize, name: &str, budget: &RenderBudget) -> Result<Option<String>, TemplateError> {
        self.get(place, name).map(|value| paid(value, budget)).transpose()
    }

    fn spaces(&self, place: usize, name: &str) -> Result<Option<usize>, TemplateError> {
        let Some(asked) = self.get(place, name) else { return Ok(None) };
        match asked.value() {
            Value::Bool(false) | Value::Null => Ok(None),
            Value::Bool(true) => Ok(Some(2)),
            other => match other.as_u64().and_then(|spaces| usize::try_from(spaces).ok()).filter(|spaces| *spaces <= WIDEST) {
                Some(spaces) => Ok(Some(spaces)),
                None => Err(TemplateError::new(format!("{name} is a number up to {WIDEST}"))),
            },
        }
    }

    fn is_true(&self, place: usize, name: &str) -> bool {
        self.get(place, name).is_some_and(TemplateValue::is_true)
    }
}

/// A text of its own, paid for.
fn paid(value: &TemplateValue<'_>, budget: &RenderBudget) -> Result<String, TemplateError> {
    let text = value.as_text(budget)?;
    budget.spend(text.len())?;
    Ok(text.into_owned())
}

/// A text made of a value's text, by something that makes it a few times as long at most.
fn changed<'d>(
    value: &TemplateValue<'d>,
    budget: &RenderBudget,
    change: impl FnOnce(&str) -> String,
) -> Result<TemplateValue<'d>, TemplateError> {
    let text = value.as_text(budget)?;
    budget.spend(text.len().saturating_mul(4))?;
    Ok(TemplateValue::text(change(&text)))
}

/// A list of copies.
fn copies<'d>(items: impl IntoIterator<Item = TemplateValue<'d>>, budget: &RenderBudget) -> Result<TemplateValue<'d>, TemplateError> {
    let mut list = Vec::new();
    for item in items {
        budget.spend(super::datum::weight(item.value(), 0)?)?;
        list.push(item.value().clone());
    }
    TemplateValue::made(Value::Array(list), budget)
}

/// Puts a value through a filter. Escaping depends on where the text goes, and is not here.
pub(super) fn filter<'d>(
    name: &str,
    value: &TemplateValue<'d>,
    given: &FilterArguments<'d>,
    budget: &RenderBudget,
) -> Result<TemplateValue<'d>, TemplateError> {
    budget.spend(1)?;
    match name {
        "safe" => Ok(TemplateValue::safe(paid(value, budget)?)),
        "string" => Ok(TemplateValue::text(paid(value, budget)?)),
        "lower" => changed(value, budget, str::to_lowercase),
        "upper" => changed(value, budget, str::to_uppercase),
        "capitalize" => changed(value, budget, capitalized),
        "title" => changed(value, budget, titled),
        "trim" => changed(value, budget, |text| text.trim().to_owned()),
        "replace" => replaced(value, given, budget),
        "indent" => indented(value, given, budget),
        "split" => {
            let by = given.text(0, "sep", budget)?.filter(|by| !by.is_empty());
            let text = value.as_text(budget)?;
            let parts: Vec<&str> = match &by {
                Some(by) => text.split(by.as_str()).collect(),
                None => text.split_whitespace().collect(),
            };
            texts(&parts, budget)
        }
        "lines" => texts(&value.as_text(budget)?.lines().collect::<Vec<_>>(), budget),
        "tojson" => Ok(TemplateValue::safe(json(value.value(), given.spaces(0, "indent")?, budget)?)),
        "default" | "d" => {
            let missing = value.is_undefined() || (given.is_true(1, "boolean") && !value.is_true());
            Ok(if missing { given.get(0, "value").cloned().unwrap_or_else(|| TemplateValue::text("")) } else { value.clone() })
        }
        "length" | "count" => {
            let length = match value.value() {
                Value::String(text) => {
                    budget.spend(text.len())?;
                    text.chars().count()
                }
                _ => value.items(budget)?.len(),
            };
            TemplateValue::made(Value::from(length), budget)
        }
        "first" => ends(value, true, budget),
        "last" => ends(value, false, budget),
        "reverse" => match value.value() {
            Value::String(_) => changed(value, budget, |text| text.chars().rev().collect()),
            _ => copies(value.items(budget)?.into_iter().rev(), budget),
        },
        "list" => copies(value.items(budget)?, budget),
        "items" => {
            let Some(entries) = value.value().as_object() else { return Err(TemplateError::new("only an object has items")) };
            let mut pairs = Vec::new();
            for (key, item) in entries {
                budget.spend(key.len() + super::datum::weight(item, 0)?)?;
                pairs.push(Value::Array(vec![Value::from(key.as_str()), item.clone()]));
            }
            TemplateValue::made(Value::Array(pairs), budget)
        }
        "join" => joined(value, given, budget),
        "map" => {
            let Some(attribute) = given.text(usize::MAX, "attribute", budget)? else {
                return Err(TemplateError::new("map needs an attribute, like map(attribute=\"title\")"));
            };
            let mut mapped = Vec::new();
            for item in value.items(budget)? {
                mapped.push(item.attribute(&attribute, budget)?);
            }
            copies(mapped, budget)
        }
        "select" | "reject" => copies(value.items(budget)?.into_iter().filter(|item| item.is_true() == (name == "select")), budget),
        "selectattr" | "rejectattr" => {
            let Some(attribute) = given.text(0, "attribute", budget)? else {
                return Err(TemplateError::new(format!("{name} needs an attribute")));
            };
            let mut found = Vec::new();
            for item in value.items(budget)? {
                if item.attribute(&attribute, budget)?.is_true() == (name == "selectattr") {
                    found.push(item);
                }
            }
            copies(found, budget)
        }
        "int" => {
            let number = number(value, budget)?;
            // A number beyond the whole ones becomes the last of them.
            let whole = number.as_i64().unwrap_or_else(|| number.as_f64().unwrap_or_default() as i64);
            TemplateValue::made(Value::from(whole), budget)
        }
        "float" => TemplateValue::made(Value::from(number(value, budget)?.as_f64().unwrap_or_default()), budget),
        "abs" => {
            let number = number(value, budget)?;
            let whole = number.as_i64().and_then(i64::checked_abs).map(Value::from);
            TemplateValue::made(whole.unwrap_or_else(|| Value::from(number.as_f64().unwrap_or_default().abs())), budget)
        }
        "round" => {
            let digits = given.get(0, "precision").and_then(|digits| digits.value().as_i64()).unwrap_or_default().clamp(0, 15);
            let scale = 10_f64.powi(i32::try_from(digits).unwrap_or_default());
            TemplateValue::made(Value::from((number(value, budget)?.as_f64().unwrap_or_default() * scale).round() / scale), budget)
        }
        other => Err(TemplateError::new(format!("“{other}” is not a filter"))),
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect())
}

fn titled(text: &str) -> String {
    let mut within = false;
    let mut made = String::with_capacity(text.len());
    for letter in text.chars() {
        match within {
            true => made.extend(letter.to_lowercase()),
            false => made.extend(letter.to_uppercase()),
        }
        within = letter.is_alphanumeric() || letter == '\'';
    }
    made
}

fn replaced<'d>(value: &TemplateValue<'d>, given: &FilterArguments<'d>, budget: &RenderBudget) -> Result<TemplateValue<'d>, TemplateError> {
    let (Some(from), Some(to)) = (given.text(0, "old", budget)?, given.text(1, "new", budget)?) else {
        return Err(TemplateError::new("replace needs what is replaced, and by what"));
    };
    let text = value.as_text(budget)?;
    budget.spend(text.len())?;
    if from.is_empty() {
        return Ok(value.clone());
    }
    let times = text.matches(from.as_str()).count();
    budget.spend(times.saturating_mul(to.len()).saturating_add(text.len()))?;
    Ok(TemplateValue::text(text.replace(from.as_str(), &to)))
}

fn indented<'d>(value: &TemplateValue<'d>, given: &FilterArguments<'d>, budget: &RenderBudget) -> Result<TemplateValue<'d>, TemplateError> {
    let spaces = " ".repeat(given.spaces(0, "width")?.unwrap_or(4));
    let (first, blank) = (given.is_true(1, "first"), given.is_true(2, "blank"));
    let text = value.as_text(budget)?;
    budget.spend(text.len())?;
    let lines = text.lines().count();
    budget.spend(lines.saturating_mul(spaces.len() + 1).saturating_add(text.len()))?;
    let indented = text.lines().enumerate().map(|(place, line)| {
        let bare = (place == 0 && !first) || (line.is_empty() && !blank);
        if bare { line.to_owned() } else { format!("{spaces}{line}") }
    });
    Ok(TemplateValue::text(indented.collect::<Vec<_>>().join("\n")))
}

fn texts<'d>(parts: &[&str], budget: &RenderBudget) -> Result<TemplateValue<'d>, TemplateError> {
    let bytes: usize = parts.iter().map(|part| part.len()).sum();
    budget.spend(bytes.saturating_add(parts.len().saturating_mul(size_of::<Value>())))?;
    TemplateValue::made(Value::Array(parts.iter().map(|part| Value::from(*part)).collect()), budget)
}

/// The first or the last item of a list, letter of a text.
fn ends<'d>(value: &TemplateValue<'d>, first: bool, budget: &RenderBudget) -> Result<TemplateValue<'d>, TemplateError> {
    if let Value::String(text) = value.value() {
        let letter = if first { text.chars().next() } else { text.chars().next_back() };
        return Ok(letter.map_or(TemplateValue::Undefined, TemplateValue::text));
    }
    let mut items = value.items(budget)?;
    Ok(if items.is_empty() { TemplateValue::Undefined } else { items.swap_remove(if first { 0 } else { items.len() - 1 }) })
}

fn joined<'d>(value: &TemplateValue<'d>, given: &FilterArguments<'d>, budget: &RenderBudget) -> Result<TemplateValue<'d>, TemplateError> {
    let between = given.text(0, "joiner", budget)?.unwrap_or_default();
    let mut made = String::new();
    for (place, item) in value.items(budget)?.iter().enumerate() {
        let text = item.as_text(budget)?;
        budget.spend(between.len().saturating_add(text.len()))?;
        if place > 0 {
            made.push_str(&between);
        }
        made.push_str(&text);
    }
    Ok(TemplateValue::text(made))
}

/// A number, or what a text says as one; nought when it says none.
fn number(value: &TemplateValue<'_>, budget: &RenderBudget) -> Result<Number, TemplateError> {
    let read = |text: &str| {
        let text = text.trim();
        let float = || text.parse::<f64>().ok().and_then(Number::from_f64);
        text.parse::<i64>().ok().map(Number::from).or_else(float)
    };
    Ok(match value.value() {
        Value::Number(number) => number.clone(),
        Value::Bool(yes) => Number::from(u8::from(*yes)),
        Value::String(text) => {
            budget.spend(text.len())?;
            read(text).unwrap_or_else(|| Number::from(0))
        }
        _ => Number::from(0),
    })
}

/// Whether a value passes a test.
pub(super) fn test<'d>(
    name: &str,
    value: &TemplateValue<'d>,
    given: &FilterArguments<'d>,
    budget: &RenderBudget,
) -> Result<bool, TemplateError> {
    budget.spend(1)?;
    let other = || given.placed.first().cloned().unwrap_or(TemplateValue::Undefined);
    let whole = || value.value().as_i64();
    Ok(match name {
        "defined" => !value.is_undefined(),
        "undefined" => value.is_undefined(),
        "none" => value.value().is_null() && !value.is_undefined(),
        "true" => *value.value() == Value::Bool(true),
        "false" => *value.value() == Value::Bool(false),
        "string" => value.value().is_string(),
        "number" => value.value().is_number(),
        "sequence" => value.value().is_array(),
        "mapping" => value.value().is_object(),
        "odd" => whole().is_some_and(|number| number % 2 != 0),
        "even" => whole().is_some_and(|number| number % 2 == 0),
        "divisibleby" => {
            let by = other().value().as_i64().filter(|by| *by != 0);
            whole().zip(by).and_then(|(number, by)| number.checked_rem(by)) == Some(0)
        }
        "eq" | "equalto" => same(value, &other(), budget)?,
        "ne" => !same(value, &other(), budget)?,
        "in" => contains(&other(), value, budget)?,
        unknown => return Err(TemplateError::new(format!("“{unknown}” is not a test"))),
    })
}

/// Whether two values are equal; numbers by their size.
pub(super) fn same(one: &TemplateValue<'_>, other: &TemplateValue<'_>, budget: &RenderBudget) -> Result<bool, TemplateError> {
    Ok(match (one.value(), other.value()) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (one, other) => {
            budget.spend(super::datum::weight(one, 0)?.min(super::datum::weight(other, 0)?))?;
            one == other
        }
    })
}

/// Whether a list has a value, a text a part, an object a key.
pub(super) fn contains(whole: &TemplateValue<'_>, part: &TemplateValue<'_>, budget: &RenderBudget) -> Result<bool, TemplateError> {
    match whole.value() {
        Value::String(text) => {
            let part = part.as_text(budget)?;
            budget.spend(text.len().saturating_add(part.len()))?;
            Ok(text.contains(&*part))
        }
        Value::Object(entries) => Ok(part.value().as_str().is_some_and(|key| entries.contains_key(key))),
        Value::Array(_) => {
            for item in whole.items(budget)? {
                if same(&item, part, budget)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Null => Ok(false),
        _ => Err(TemplateError::new("“in” asks a list or a text")),
    }
}

/// The items of a list that a template wrote out.
pub(super) fn array<'d>(items: Vec<TemplateValue<'d>>, budget: &RenderBudget) -> Result<TemplateValue<'d>, TemplateError> {
    copies(items, budget)
}
