//! A person of the organization.

use super::{FieldType, Widget, picker, plain};

pub const TYPE: FieldType = FieldType {
    kind: "user_picker",
    label: "Person",
    widget: Widget::PersonPicker,
    rules: &[],
    read: plain::read_line,
    check: picker::check,
    display: picker::display,
};
