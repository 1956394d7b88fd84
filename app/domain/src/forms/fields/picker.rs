//! What the pickers share: the answer is an id with the name it had when picked, so that history reads the same for ever.
//!
//! Whether the id exists in the organization is for the server to ask; here only the shape is judged.

use super::plain;
use crate::forms::words::ask;
use crate::forms::{Answers, Field};
use crate::text::{count_characters, is_blank_text};
use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

/// `check` of a picker.
pub fn check(field: &Field, value: &Value, _: &Answers, _: NaiveDate) -> Result<(), String> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let id = text("id").is_some_and(|id| Uuid::parse_str(id).is_ok());
    let name =
        text("name").is_some_and(|name| !is_blank_text(name) && count_characters(name) <= 200 && !name.chars().any(char::is_control));
    if id && name { Ok(()) } else { Err(format!("{} from the list", ask("Choose", field))) }
}

/// The name.
pub fn display(field: &Field, value: &Value) -> String {
    value.get("name").and_then(Value::as_str).map_or_else(|| plain::display(field, value), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{field, message, shown};
    use serde_json::json;

    #[test]
    fn an_id_and_a_name_are_needed() {
        let id = "0190c1a8-0000-7000-8000-000000000001";
        for kind in ["user_picker", "group_picker", "space_picker"] {
            assert_eq!(message(&field(kind), json!({"id": id, "name": "Hana Sato"})), "");
            assert_eq!(shown(&field(kind), json!({"id": id, "name": "Hana Sato"})), "Hana Sato");
            for wrong in [
                json!("Hana Sato"),
                json!({"id": id}),
                json!({"id": "1", "name": "H"}),
                json!({"id": id, "name": " "}),
                json!({"id": id, "name": "\u{200b}"}),
                json!(id),
            ] {
                assert_eq!(message(&field(kind), wrong), "Choose a cost centre from the list");
            }
            assert_ne!(message(&field(kind), json!({"id": id, "name": "x".repeat(201)})), "");
        }
    }
}
