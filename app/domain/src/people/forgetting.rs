//! Forgetting a person: what names them in what is kept is replaced, wherever it stands. What was done, when and with which docket number
//! stays.

use crate::id::PersonId;
use crate::text::count_characters;
use serde_json::Value;

/// What stands in the place of a name.
pub const REMOVED_NAME: &str = "Removed person";
/// What has to be typed before personal data is deleted.
pub const TYPED_WORD: &str = "delete";

/// Digits of the shortest phone number that is looked for where it stands alone.
const SHORTEST_NUMBER: usize = 5;
/// Characters of the shortest name by which texts are looked for.
const SHORTEST_MARK: usize = 3;

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
            // A plain text that is nothing but the name means them. In a document it may be any word of the product's own.
            _ if text == self.name => REMOVED_NAME.to_owned(),
            _ => self.forget_words(text),
        }
    }

    /// Texts that stand in what has to be looked at: their id, their address and their name. A very short name would be everywhere.
    pub fn marks(&self) -> [String; 3] {
        let name = if count_characters(&self.name) < SHORTEST_MARK { String::new() } else { self.name.clone() };
        [self.id.to_string(), self.email.clone(), name]
    }

    fn forget_in(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.forget_words(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.forget_in(value)),
            Value::Object(entries) => {
                let id = entries.get("id").and_then(Value::as_str);
                let theirs = id == Some(self.id.to_string().as_str());
                let of_other = id.is_some() && !theirs;
                for (key, value) in entries.iter_mut() {
                    // A person as documents name them: also by a name or title that they had once.
                    match (theirs, key.as_str()) {
                        (true, "name") if value.is_string() => *value = REMOVED_NAME.into(),
                        (true, "title") if value.is_string() => *value = "".into(),
                        // Somebody else may have the same name, and keeps it.
                        (false, "name") if of_other => {}
                        _ => self.forget_in(value),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// A text without their address, number and name. A name of one word may be any word, and stays but for mentions.
    fn forget_words(&self, text: &str) -> String {
        if text == self.phone && is_number(&self.phone) {
            return String::new();
        }
        let mention = |name: &str| format!("@[{name}]({})", self.id);
        let text = text.replace(&mention(&self.name), &mention(REMOVED_NAME));
        let without = replace_alone(&text, &self.email, &self.address());
        if self.name.split_whitespace().nth(1).is_some() { replace_alone(&without, &self.name, REMOVED_NAME) } else { without }
    }
}

/// Whether what was written as a phone number can be nothing else.
fn is_number(text: &str) -> bool {
    text.chars().filter(char::is_ascii_digit).count() >= SHORTEST_NUMBER && !text.chars().any(char::is_alphabetic)
}

/// The text with `what` replaced wherever it is not a part of a longer word or address: `ana@x.example` stays in `hana@x.example`.
pub fn replace_alone(text: &str, what: &str, with: &str) -> String {
    if what.is_empty() {
        return text.to_owned();
    }
    let goes_on = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || "._%+-".contains(letter));
    let (mut replaced, mut from) = (String::new(), 0);
    for (at, _) in text.match_indices(what) {
        let (before, end) = (text.get(..at).unwrap_or_default(), at + what.len());
        let mut after = text.get(end..).unwrap_or_default().chars();
        let (next, then) = (after.next(), after.next());
        // A sentence may end behind it.
        let ends = if next == Some('.') { !then.is_some_and(char::is_alphanumeric) } else { !goes_on(next) };
        if ends && !goes_on(before.chars().next_back()) {
            replaced.push_str(text.get(from..at).unwrap_or_default());
            replaced.push_str(with);
            from = end;
        }
    }
    replaced.push_str(text.get(from..).unwrap_or_default());
    replaced
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
            phone: "+44 20 7946".to_owned(),
        }
    }

    #[test]
    fn a_document_keeps_all_but_who_it_was() {
        let (id, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let before = json!({
            "seq": 3, "amount": 4.5, "actor": {"id": id, "name": "Hana Berg", "title": "Analyst"},
            "to": {"id": other, "name": "Ruth Abel", "title": "Lead"},
            "answers": {"mail": "hana@x.example", "phone": "+44 20 7946", "note": "Ask Hana Sato", "many": [id, true, null]}
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
    fn a_name_that_is_a_word_of_the_product_breaks_nothing() {
        let state = json!({"status": "in_progress", "returns_to": "open", "actor": {"id": hana().id, "name": "in_progress"}});
        let odd = ForgottenPerson { name: "in_progress".to_owned(), phone: "open".to_owned(), ..hana() };
        let after: Value = serde_json::from_str(&odd.forget(&state.to_string())).unwrap();
        assert_eq!(after, json!({"status": "in_progress", "returns_to": "open", "actor": {"id": hana().id, "name": REMOVED_NAME}}));
        assert_eq!(ForgottenPerson { name: "I".to_owned(), ..hana() }.marks()[2], "");
    }

    #[test]
    fn others_keep_their_names_and_addresses() {
        let ana = ForgottenPerson { name: "Ann Lee".to_owned(), email: "ana@x.example".to_owned(), ..hana() };
        let kept = "hana@x.example, ana@x.example.org, diana@x.example and Ann Leeson, Joann Lee";
        assert_eq!(ana.forget(kept), kept);
        assert_eq!(ana.forget("Ask Ann Lee. Or <ana@x.example>."), format!("Ask Removed person. Or <{}>.", ana.address()));
        let namesake = json!({"to": {"id": Uuid::from_u128(8), "name": "Ann Lee"}}).to_string();
        assert_eq!(ana.forget(&namesake), namesake);
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
