//! Forgetting a person: what names them in what is kept is replaced, wherever it stands. What was done, when and with which docket number
//! stays.

use crate::id::PersonId;
use serde_json::Value;

/// What stands in the place of a name.
pub const REMOVED_NAME: &str = "Removed person";
/// What has to be typed before personal data is deleted.
pub const TYPED_WORD: &str = "delete";

/// A person whose personal data is deleted, as they were called until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgottenPerson {
    pub id: PersonId,
    pub name: String,
    pub email: String,
    pub phone: String,
}

impl ForgottenPerson {
    /// The address in the place of theirs: nobody has it, and nothing can be sent to it.
    pub fn address(&self) -> String {
        format!("removed-{}@removed.invalid", self.id)
    }

    /// A document or plain text without them.
    pub fn forget(&self, text: &str) -> String {
        match serde_json::from_str::<Value>(text) {
            Ok(mut document) if document.is_object() || document.is_array() => {
                self.forget_in(&mut document);
                document.to_string()
            }
            _ => self.forget_words(text),
        }
    }

    /// Texts that stand in what has to be looked at: their id, their address and their name.
    pub fn marks(&self) -> [String; 3] {
        [self.id.to_string(), self.email.clone(), self.name.clone()]
    }

    fn forget_in(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.forget_words(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.forget_in(value)),
            Value::Object(entries) => {
                let theirs = entries.get("id").and_then(Value::as_str) == Some(self.id.to_string().as_str());
                for (key, value) in entries.iter_mut() {
                    // A person as documents name them: also by a name or title that they had once.
                    match (theirs, key.as_str()) {
                        (true, "name") if value.is_string() => *value = REMOVED_NAME.into(),
                        (true, "title") if value.is_string() => *value = "".into(),
                        _ => self.forget_in(value),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// A text without their address, number and name. A name of one word may be any word: it goes where it stands alone.
    fn forget_words(&self, text: &str) -> String {
        if !self.phone.is_empty() && text == self.phone {
            return String::new();
        }
        if text == self.name {
            return REMOVED_NAME.to_owned();
        }
        let mention = |name: &str| format!("@[{name}]({})", self.id);
        let text = text.replace(&mention(&self.name), &mention(REMOVED_NAME));
        let without = if self.email.is_empty() { text } else { text.replace(&self.email, &self.address()) };
        if self.name.split_whitespace().nth(1).is_some() { without.replace(&self.name, REMOVED_NAME) } else { without }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    fn hana() -> ForgottenPerson {
        ForgottenPerson {
            id: PersonId(Uuid::from_u128(7)),
            name: "Hana Sato".to_owned(),
            email: "hana@x.example".to_owned(),
            phone: "+44 20".to_owned(),
        }
    }

    #[test]
    fn a_document_keeps_all_but_who_it_was() {
        let (id, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let before = json!({
            "seq": 3, "amount": 4.5, "actor": {"id": id, "name": "Hana Berg", "title": "Analyst"},
            "to": {"id": other, "name": "Ruth Abel", "title": "Lead"},
            "answers": {"mail": "hana@x.example", "phone": "+44 20", "note": "Ask Hana Sato", "many": [id, true, null]}
        });
        let after = json!({
            "seq": 3, "amount": 4.5, "actor": {"id": id, "name": REMOVED_NAME, "title": ""},
            "to": {"id": other, "name": "Ruth Abel", "title": "Lead"},
            "answers": {"mail": hana().address(), "phone": "", "note": "Ask Removed person", "many": [id, true, null]}
        });
        let forgotten = hana().forget(&before.to_string());
        assert_eq!(serde_json::from_str::<Value>(&forgotten).unwrap(), after);
        assert_eq!(hana().forget(&forgotten), forgotten, "once");
    }

    #[test]
    fn a_name_of_one_word_goes_where_it_stands_alone() {
        let will = ForgottenPerson { name: "Will".to_owned(), ..hana() };
        assert_eq!((will.forget("It will. Will it?"), will.forget("Will")), ("It will. Will it?".to_owned(), REMOVED_NAME.to_owned()));
        let mention = |name: &str| format!("Ask @[{name}]({})", will.id);
        assert_eq!(will.forget(&mention("Will")), mention(REMOVED_NAME));
        assert_eq!(hana().forget("Laptop for Hana Sato"), "Laptop for Removed person");
        assert_eq!(hana().forget("{not json hana@x.example"), format!("{{not json {}", hana().address()));
    }

    #[test]
    fn the_address_of_somebody_removed_is_one() {
        assert!(crate::people::is_email(&hana().address()) && hana().address() == crate::people::normal_email(&hana().address()));
    }
}
