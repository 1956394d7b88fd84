//! One choice, all options in view.

use super::{FieldType, Widget, choice, plain};

pub const TYPE: FieldType = FieldType {
    kind: "radio",
    label: "One choice, all in view",
    widget: Widget::Radios,
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
        assert_eq!(message(&with_options("radio"), json!("b")), "");
        assert_eq!(message(&with_options("radio"), json!(["b"])), "Choose a cost centre from the list");
        assert_eq!(shown(&with_options("radio"), json!("a")), "Alpha");
    }
}
