//! A space of the organization: where a request belongs.

use super::{FieldType, Widget, picker, plain};

pub const TYPE: FieldType = FieldType {
    kind: "space_picker",
    label: "Space",
    widget: Widget::SpacePicker,
    rules: &[],
    read: plain::read_line,
    check: picker::check,
    display: picker::display,
};
