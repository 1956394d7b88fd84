//! Sentences about fields: errors say what to do, in the words of the label.

use super::Field;
use crate::text::{lower_case, lower_first};

/// Words that begin a question or already stand for an article.
const QUESTION_WORDS: &[&str] =
    &["what", "why", "who", "which", "how", "when", "where", "is", "are", "do", "does", "did", "can", "will", "should", "has", "have"];
const DETERMINERS: &[&str] = &["your", "my", "our", "their", "the", "a", "an", "all", "any", "each", "this", "these", "other"];

/// The label as the start of a sentence, before "must be …".
pub fn subject(field: &Field) -> String {
    if is_question(&field.label) { format!("The answer to “{}”", field.label) } else { field.label.clone() }
}

/// "Enter a phone number", "Choose a role in Finance ledger", "Choose an answer to “Which room?”".
pub fn ask(verb: &str, field: &Field) -> String {
    let label = field.label.trim();
    if is_question(label) {
        return format!("{verb} an answer to “{label}”");
    }
    let noun = uncapitalised(label);
    let first = lower_case(noun.split_whitespace().next().unwrap_or_default());
    if DETERMINERS.contains(&first.as_str()) || is_plural(label) {
        format!("{verb} {noun}")
    } else if noun.contains(" of ") {
        format!("{verb} the {noun}")
    } else {
        format!("{verb} {} {noun}", article(&noun))
    }
}

/// "Choose at least one of the systems", "Choose at least 2 options for “Equipment”".
pub fn ask_for_several(at_least: u32, field: &Field) -> String {
    let label = field.label.trim();
    let number = if at_least <= 1 { "one".to_owned() } else { at_least.to_string() };
    if !is_question(label) && is_plural(label) && !label.contains(" of ") {
        format!("Choose at least {number} of the {}", uncapitalised(label))
    } else {
        format!("Choose at least {number} {} for “{label}”", if at_least <= 1 { "option" } else { "options" })
    }
}

/// The label inside a sentence: "employment type", "SSH key".
pub fn uncapitalised(label: &str) -> String {
    let mut chars = label.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => lower_first(label),
        (Some('A'), Some(' ')) => format!("a{}", &label[1..]),
        (Some('E'), Some('-')) => format!("e{}", &label[1..]),
        _ => label.to_owned(),
    }
}

/// "a, b or c".
pub fn join(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., end] => format!("{} {last} {end}", rest.join(", ")),
    }
}

fn is_question(label: &str) -> bool {
    let first = lower_case(label.split_whitespace().next().unwrap_or_default());
    label.ends_with('?') || QUESTION_WORDS.contains(&first.as_str())
}

/// Whether the noun the label is about (before "of", "in", "for", "with") looks plural.
fn is_plural(label: &str) -> bool {
    let noun = label.split_whitespace().take_while(|w| !["of", "in", "for", "with", "to", "at", "on", "("].contains(w)).last();
    let noun = lower_case(noun.unwrap_or_default().trim_end_matches(|c: char| !c.is_alphanumeric()));
    noun.len() > 3 && noun.ends_with('s') && !["ss", "us", "is"].iter().any(|end| noun.ends_with(end))
}

fn article(noun: &str) -> &'static str {
    let word = noun.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let spelled = word.len() > 1 && word.chars().all(|c| c.is_uppercase() || c.is_ascii_digit());
    let lower = lower_case(word);
    let vowel = if spelled {
        lower.starts_with(['a', 'e', 'f', 'h', 'i', 'l', 'm', 'n', 'o', 'r', 's', 'x', '8'])
    } else {
        let sounds_like_you = ["uni", "use", "usu", "uti", "eu", "one", "uk"].iter().any(|start| lower.starts_with(start))
            && !lower.starts_with("unin")
            && !lower.starts_with("unim");
        let silent_h = ["hour", "honest", "honour", "heir"].iter().any(|start| lower.starts_with(start));
        silent_h || (lower.starts_with(['a', 'e', 'i', 'o', 'u', '8']) && !sounds_like_you)
    };
    if vowel { "an" } else { "a" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(label: &str) -> Field {
        Field { label: label.into(), ..crate::forms::fields::tests::field("text") }
    }

    #[test]
    fn asking_reads_like_a_sentence() {
        for (verb, label, sentence) in [
            ("Enter", "Phone number", "Enter a phone number"),
            ("Choose", "Role in Finance ledger", "Choose a role in Finance ledger"),
            ("Enter", "E-mail address", "Enter an e-mail address"),
            ("Enter", "SSH key", "Enter an SSH key"),
            ("Enter", "VPN profile", "Enter a VPN profile"),
            ("Enter", "Unit code", "Enter a unit code"),
            ("Enter", "Your reason", "Enter your reason"),
            ("Enter", "Details", "Enter details"),
            ("Enter", "Address", "Enter an address"),
            ("Enter", "Name of the server", "Enter the name of the server"),
            ("Choose", "Which room?", "Choose an answer to “Which room?”"),
            ("Enter", "Why do you need it", "Enter an answer to “Why do you need it”"),
            ("Enter", "Ärztliche Notiz", "Enter a ärztliche Notiz"),
            ("Enter", "", "Enter a "),
        ] {
            assert_eq!(ask(verb, &field(label)), sentence);
        }
    }

    #[test]
    fn several_are_asked_for_by_number() {
        assert_eq!(ask_for_several(1, &field("Systems")), "Choose at least one of the systems");
        assert_eq!(ask_for_several(2, &field("Equipment")), "Choose at least 2 options for “Equipment”");
    }

    #[test]
    fn questions_get_a_subject() {
        assert_eq!(subject(&field("Cost centre")), "Cost centre");
        assert_eq!(subject(&field("Which room?")), "The answer to “Which room?”");
    }
}
