//! A person of the organization.

use super::{FieldType, Widget, picker};

pub const TYPE: FieldType = FieldType {
    kind: "user_picker",
    label: "Person",
    widget: Widget::PersonPicker,
    rules: &[],
    check: picker::check,
    display: picker::display,
};
