//! A group of the organization.

use super::{FieldType, Widget, picker};

pub const TYPE: FieldType = FieldType {
    kind: "group_picker",
    label: "Group",
    widget: Widget::GroupPicker,
    rules: &[],
    check: picker::check,
    display: picker::display,
};
