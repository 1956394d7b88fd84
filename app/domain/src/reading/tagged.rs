//! Enums whose variant is named in a field beside its own: `{"kind": "filed", "number": "IT-7F3K"}`.

use super::{ReadError, tree::TreeVariant};
use serde::de::Error as _;
use serde_json::Value;

/// Defines an enum that is written with its variant in a field, and its reader: a twin that reads the variants, each known by its name.
macro_rules! tagged_enum {
    ($tag:literal, $own:literal, $twin:ident; $(#[$about:meta])* pub enum $name:ident { $($variants:tt)* }) => {
        $(#[$about])*
        #[derive(serde::Serialize)]
        #[serde(tag = $tag, rename_all = "snake_case")]
        pub enum $name { $($variants)* }

        #[derive(serde::Deserialize)]
        #[serde(remote = $own, rename_all = "snake_case")]
        enum $twin { $($variants)* }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let tree = serde_json::Value::deserialize(from)?;
                $crate::reading::read_tagged(tree, $tag).and_then($twin::deserialize).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use tagged_enum;

/// The variant that an object names under `tag`, with what else it has.
pub fn read_tagged(tree: Value, tag: &'static str) -> Result<TreeVariant, ReadError> {
    let Value::Object(mut fields) = tree else { return Err(ReadError::custom("expected an object")) };
    match fields.get_mut(tag).map(Value::take) {
        Some(Value::String(name)) => Ok(TreeVariant { name, value: Value::Object(fields) }),
        _ => Err(ReadError::missing_field(tag)),
    }
}

#[cfg(test)]
mod tests {
    use crate::reading::read_json;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    pub struct Inner {
        one: u8,
    }

    tagged_enum! {
        "kind", "Written", WrittenTwin;
        #[derive(Debug, PartialEq)]
        pub enum Written {
            Empty,
            Alone(Inner),
            Full {
                number: i64,
                more: Vec<Inner>,
                none: Option<String>,
                #[serde(default, skip_serializing_if = "String::is_empty")]
                text: String,
            },
        }
    }

    #[test]
    fn every_variant_is_read_as_it_was_written_by_any_reader() {
        let full = Written::Full { number: -3, more: vec![Inner { one: 1 }], none: None, text: String::new() };
        for written in [Written::Empty, Written::Alone(Inner { one: 7 }), full] {
            let text = serde_json::to_string(&written).unwrap();
            assert_eq!(read_json::<Written>(&text).unwrap(), written, "{text}");
            assert_eq!(serde_json::from_str::<Written>(&text).unwrap(), written, "{text}");
        }
    }

    #[test]
    fn what_is_unknown_is_left_out_and_what_is_missing_is_empty_or_refused_by_name() {
        let read = read_json::<Written>(r#"{"kind":"full","number":4,"more":[],"newer":{}}"#).unwrap();
        assert_eq!(read, Written::Full { number: 4, more: Vec::new(), none: None, text: String::new() });
        let refusal = |text: &str| read_json::<Written>(text).unwrap_err().to_string();
        assert!(refusal(r#"{"kind":"full","number":4}"#).contains("missing field `more`"), "{}", refusal(r#"{"kind":"full","number":4}"#));
        assert!(refusal(r#"{"kind":"other"}"#).contains("unknown variant `other`"));
        assert!(refusal("{}").contains("missing field `kind`"));
        assert!(refusal("7").contains("expected an object"));
    }
}
