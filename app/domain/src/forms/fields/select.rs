//! One choice from a list.

use super::{FieldType, Widget, choice, plain};

pub const TYPE: FieldType = FieldType {
    kind: "select",
    label: "One choice from a list",
    widget: Widget::Select,
    rules: &[],
    read: plain::read_line,
    check: choice::check,
    display: choice::display,
};

#[cfg(test)]
mod tests {
    use super::super::tests::{message, shown, with_options};
    use serde_json::json;

    #[test]
    fn only_options_pass_and_labels_are_shown() {
        assert_eq!(message(&with_options("select"), json!("a")), "");
        assert_eq!(message(&with_options("select"), json!("Alpha")), "Choose a cost centre from the list");
        assert_eq!(shown(&with_options("select"), json!("b")), "Beta");
        assert_eq!(shown(&with_options("select"), json!("gone")), "gone");
    }
}
