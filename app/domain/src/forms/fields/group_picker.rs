//! A group of the organization.

use super::{FieldType, Widget, picker, plain};

pub const TYPE: FieldType = FieldType {
    kind: "group_picker",
    label: "Group",
    widget: Widget::GroupPicker,
    rules: &[],
    read: plain::read_line,
    check: picker::check,
    display: picker::display,
};
