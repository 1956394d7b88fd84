//! Makes a value from a JSON tree. The tree's own reader also accepts lists for structs and numbers of every width, for each type anew;
//! this one knows what our own writer makes, and is half the size in the browser. It hands a struct its fields in the order in which they
//! are declared, so that no type needs a reader of names: a field with a second name (`alias`) cannot be read so.

use super::ReadError;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, SeqAccess, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};

/// A JSON tree to be read.
pub struct JsonTree(pub Value);

fn expected<T>(what: &str) -> Result<T, ReadError> {
    Err(ReadError::custom(format_args!("expected {what}")))
}

/// The values of a struct's fields, in the order of their declaration.
struct StructFields {
    object: Map<String, Value>,
    names: std::slice::Iter<'static, &'static str>,
    /// The field that was asked for last, if it is not there.
    missing: Option<&'static str>,
}

impl<'de> SeqAccess<'de> for &mut StructFields {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        let Some(name) = self.names.next() else { return Ok(None) };
        match self.object.get_mut(*name) {
            Some(value) => seed.deserialize(JsonTree(value.take())).map(Some),
            // What may be null is; the others have a default, or the reader of the struct says that one is missing.
            None => {
                self.missing = Some(name);
                Ok(seed.deserialize(JsonTree(Value::Null)).ok())
            }
        }
    }
}

impl JsonTree {
    /// Reads a struct with fields of these names.
    fn fields<'de, V: Visitor<'de>>(self, names: &'static [&'static str], visitor: V) -> Result<V::Value, ReadError> {
        let Value::Object(object) = self.0 else { return expected("an object") };
        let mut fields = StructFields { object, names: names.iter(), missing: None };
        let read = visitor.visit_seq(&mut fields);
        match (read, fields.missing) {
            (Err(error), Some(name)) if error.is_about_length() => Err(ReadError::missing_field(name)),
            (read, _) => read,
        }
    }

    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (.., Some(number)) => visitor.visit_f64(number),
                _ => expected("a number of 64 bits"),
            },
            _ => expected("a number"),
        }
    }

    fn map<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::Object(map) => visitor.visit_map(MapDeserializer::new(map.into_iter().map(|(key, value)| (key, JsonTree(value))))),
            _ => expected("an object"),
        }
    }

    fn seq<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::Array(list) => visitor.visit_seq(SeqDeserializer::new(list.into_iter().map(JsonTree))),
            _ => expected("a list"),
        }
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            _ => expected("a text"),
        }
    }
}

impl IntoDeserializer<'_, ReadError> for JsonTree {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Methods that do the same as another one.
macro_rules! same {
    ($($method:ident => $as:ident),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            self.$as(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for JsonTree {
    type Error = ReadError;

    same! {
        deserialize_i8 => number, deserialize_i16 => number, deserialize_i32 => number, deserialize_i64 => number,
        deserialize_u8 => number, deserialize_u16 => number, deserialize_u32 => number, deserialize_u64 => number,
        deserialize_f32 => number, deserialize_f64 => number,
        deserialize_char => text, deserialize_str => text, deserialize_string => text, deserialize_identifier => text,
        deserialize_bytes => deserialize_any, deserialize_byte_buf => deserialize_any,
        deserialize_seq => seq, deserialize_map => map,
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(_) => self.number(visitor),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(_) => self.seq(visitor),
            Value::Object(_) => self.map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::Bool(value) => visitor.visit_bool(value),
            _ => expected("true or false"),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            _ => expected("nothing"),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, ReadError> {
        self.seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _name: &'static str, _len: usize, visitor: V) -> Result<V::Value, ReadError> {
        self.seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.fields(names, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let named = match self.0 {
            Value::String(name) => Some((name, Value::Null)),
            Value::Object(entries) => entries.into_iter().next(),
            _ => None,
        };
        match named {
            Some((name, value)) => visitor.visit_enum(TreeVariant { name, value }),
            None => expected("a variant"),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_unit()
    }
}

/// A variant of an enum: its name, and what it is made from.
pub struct TreeVariant {
    pub(super) name: String,
    pub(super) value: Value,
}

impl<'de> Deserializer<'de> for TreeVariant {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for TreeVariant {
    type Error = ReadError;
    type Variant = JsonTree;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, JsonTree), ReadError> {
        Ok((seed.deserialize(JsonTree(Value::String(self.name)))?, JsonTree(self.value)))
    }
}

impl<'de> VariantAccess<'de> for JsonTree {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ReadError> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, ReadError> {
        self.seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, names: &'static [&'static str], visitor: V) -> Result<V::Value, ReadError> {
        self.fields(names, visitor)
    }
}

#[cfg(test)]
mod tests {
    use crate::reading::read_json as read;
    use crate::requests::Status;
    use serde::de::DeserializeOwned;
    use serde::{Deserialize, Serialize};
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner(u64);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    enum Tagged {
        Empty,
        Full { number: i64, more: Vec<Inner> },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Outer {
        Unit,
        One(Inner),
        Two(u8, String),
        Named { tagged: Tagged },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Whole {
        status: Status,
        at: chrono::DateTime<chrono::Utc>,
        id: uuid::Uuid,
        none: Option<String>,
        some: Option<Inner>,
        float: f64,
        negative: i32,
        yes: bool,
        unit: (),
        pair: (char, u16),
        map: BTreeMap<String, serde_json::Value>,
        enums: Vec<Outer>,
        #[serde(default)]
        missing: u32,
    }

    fn whole() -> Whole {
        Whole {
            status: Status::NeedsInfo,
            at: chrono::DateTime::from_timestamp(1_776_073_260, 5_000_000).unwrap(),
            id: uuid::Uuid::from_u128(7),
            none: None,
            some: Some(Inner(u64::MAX)),
            float: -0.25,
            negative: -7,
            yes: true,
            unit: (),
            pair: ('ß', 9),
            map: BTreeMap::from([("a".to_owned(), serde_json::json!([null, 1.5, { "b": "c" }]))]),
            enums: vec![
                Outer::Unit,
                Outer::One(Inner(1)),
                Outer::Two(2, "zwei".to_owned()),
                Outer::Named { tagged: Tagged::Empty },
                Outer::Named { tagged: Tagged::Full { number: -3, more: vec![Inner(4)] } },
            ],
            missing: 0,
        }
    }

    #[test]
    fn what_is_written_is_read_again_whatever_its_shape() {
        let text = serde_json::to_string(&whole()).unwrap();
        assert_eq!(read::<Whole>(&text).unwrap(), whole());
        let newer = text.replacen('{', r#"{"unknown":{"deep":[1,2]},"#, 1).replace(r#","missing":0"#, "");
        assert_eq!(read::<Whole>(&newer).unwrap(), whole(), "unknown fields are left out, missing ones filled in");
    }

    #[test]
    fn results_and_lists_are_read() {
        let answer: Result<Vec<u32>, String> = Ok(vec![1, 2]);
        assert_eq!(read::<Result<Vec<u32>, String>>(&serde_json::to_string(&answer).unwrap()).unwrap(), answer);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_what_was_expected() {
        fn refusal<T: DeserializeOwned>(text: &str) -> String {
            read::<T>(text).err().map(|error| error.to_string()).unwrap_or_default()
        }
        assert!(refusal::<Inner>("\"one\"").contains("expected a number"));
        assert!(refusal::<Vec<u8>>("[300]").contains("300"));
        assert!(refusal::<Tagged>(r#"{"kind":"other"}"#).contains("other"));
        assert!(refusal::<Whole>("[]").contains("expected an object"));
        assert!(refusal::<Whole>("{}").contains("missing field"));
        assert!(refusal::<bool>("1").contains("expected true or false"));
        assert!(!refusal::<u8>("{").is_empty());
    }
}
