//! Makes a tree of JSON text in the browser, of what our own server wrote. serde_json's reader is built to say what is wrong with a text and
//! where, which takes it a dozen kilobytes more; in the browser nobody would see it.

use super::ReadError;
use serde::de::Error as _;
use serde_json::{Map, Number, Value};

/// Deeper trees are refused: each level takes a place on the stack.
const DEEPEST: usize = 128;

/// The tree of a whole text.
pub fn read_tree(text: &str) -> Result<Value, ReadError> {
    let mut reader = TextReader { text, at: 0 };
    let value = reader.value(0)?;
    reader.skip_blanks();
    if reader.at == text.len() { Ok(value) } else { wrong() }
}

/// Every fault is the same: the words would be in the browser for nobody.
fn wrong<T>() -> Result<T, ReadError> {
    Err(ReadError::custom("this is not JSON"))
}

struct TextReader<'t> {
    text: &'t str,
    at: usize,
}

impl TextReader<'_> {
    fn peek(&self) -> u8 {
        // A text has no zero outside of strings, where it is refused.
        self.text.as_bytes().get(self.at).copied().unwrap_or_default()
    }

    fn take(&mut self, wanted: u8) -> bool {
        let is_there = self.peek() == wanted;
        self.at += usize::from(is_there);
        is_there
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, ReadError> {
        if depth >= DEEPEST {
            return wrong();
        }
        self.skip_blanks();
        match self.peek() {
            b'{' => self.object(depth),
            b'[' => self.list(depth),
            b'"' => self.string().map(Value::String),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, ReadError> {
        let is_there = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        self.at += word.len();
        if is_there { Ok(value) } else { wrong() }
    }

    fn object(&mut self, depth: usize) -> Result<Value, ReadError> {
        let mut entries = Map::new();
        self.at += 1;
        self.skip_blanks();
        if self.take(b'}') {
            return Ok(Value::Object(entries));
        }
        loop {
            self.skip_blanks();
            let key = self.string()?;
            self.skip_blanks();
            if !self.take(b':') {
                return wrong();
            }
            let value = self.value(depth + 1)?;
            entries.insert(key, value);
            if self.ends(b'}')? {
                return Ok(Value::Object(entries));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, ReadError> {
        let mut values = Vec::new();
        self.at += 1;
        self.skip_blanks();
        if self.take(b']') {
            return Ok(Value::Array(values));
        }
        loop {
            values.push(self.value(depth + 1)?);
            if self.ends(b']')? {
                return Ok(Value::Array(values));
            }
        }
    }

    /// Whether the list or object ends here; it goes on after a comma.
    fn ends(&mut self, end: u8) -> Result<bool, ReadError> {
        self.skip_blanks();
        if self.take(end) {
            Ok(true)
        } else if self.take(b',') {
            Ok(false)
        } else {
            wrong()
        }
    }

    fn string(&mut self) -> Result<String, ReadError> {
        if !self.take(b'"') {
            return wrong();
        }
        let mut string = String::new();
        loop {
            let from = self.at;
            while !matches!(self.peek(), b'"' | b'\\' | 0..=0x1f) {
                self.at += 1;
            }
            string.push_str(self.text.get(from..self.at).unwrap_or_default());
            match self.peek() {
                b'"' => {
                    self.at += 1;
                    return Ok(string);
                }
                b'\\' => {
                    self.at += 1;
                    let letter = self.escaped()?;
                    string.push(letter);
                }
                _ => return wrong(),
            }
        }
    }

    /// The letter that is written behind a backslash.
    fn escaped(&mut self) -> Result<char, ReadError> {
        let mark = self.peek();
        self.at += 1;
        Ok(match mark {
            b'"' | b'\\' | b'/' => char::from(mark),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit()?;
                let code = match first {
                    0xd800..=0xdbff if self.take(b'\\') && self.take(b'u') => match self.unit()? {
                        second @ 0xdc00..=0xdfff => 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00),
                        _ => return wrong(),
                    },
                    first => first,
                };
                // Half of a letter alone is none.
                return char::from_u32(code).map_or_else(wrong, Ok);
            }
            _ => return wrong(),
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u32, ReadError> {
        let mut unit = 0;
        for _ in 0..4 {
            let Some(digit) = char::from(self.peek()).to_digit(16) else { return wrong() };
            unit = unit * 16 + digit;
            self.at += 1;
        }
        Ok(unit)
    }

    fn digits(&mut self) -> Result<(), ReadError> {
        let from = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.at > from { Ok(()) } else { wrong() }
    }

    fn number(&mut self) -> Result<Value, ReadError> {
        let from = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        let mut is_whole = true;
        if self.take(b'.') {
            is_whole = false;
            self.digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            is_whole = false;
            self.at += 1;
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        let text = self.text.get(from..self.at).unwrap_or_default();
        let whole = if is_whole { whole(text) } else { None };
        whole.or_else(|| Number::from_f64(fraction(text))).map_or_else(wrong, |number| Ok(Value::Number(number)))
    }
}

fn whole(text: &str) -> Option<Number> {
    // A zero with a sign is a fraction: whole numbers have none.
    let read = text.parse::<u64>().map(Number::from).or_else(|_| text.parse::<i64>().map(Number::from));
    read.ok().filter(|_| text != "-0")
}

#[cfg(not(target_arch = "wasm32"))]
fn fraction(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

/// The browser's own reader of fractions: ours brings tables of ten kilobytes, which cannot be compressed.
#[cfg(target_arch = "wasm32")]
fn fraction(text: &str) -> f64 {
    js_sys::Number::parse_float(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn tree() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<u64>().prop_map(|number| json!(number)),
            any::<i64>().prop_map(|number| json!(number)),
            (-1e300..1e300f64).prop_map(|number| json!(number)),
            any::<String>().prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::btree_map(any::<String>(), inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(tree in tree()) {
            prop_assert_eq!(&read_tree(&serde_json::to_string(&tree).unwrap()).unwrap(), &tree);
            prop_assert_eq!(&read_tree(&serde_json::to_string_pretty(&tree).unwrap()).unwrap(), &tree);
        }

        #[test]
        fn whatever_the_text_it_is_read_as_by_the_other_reader(text in r#"[\[\]{}",:\\u0-9a-fDd8eEtrunl. +-]{0,24}"#) {
            prop_assert_eq!(read_tree(&text).ok(), serde_json::from_str::<Value>(&text).ok(), "{}", text);
        }
    }

    #[test]
    fn what_is_not_json_is_refused_and_the_rest_is_read_as_by_the_other_reader() {
        let texts = [
            "",
            " ",
            "{",
            "[1,]",
            "[1 2]",
            r#"{"a"}"#,
            r#"{"a":1,}"#,
            "tru",
            "nulll",
            "01",
            "-",
            "1.",
            ".5",
            "1e",
            "-0",
            "0",
            "1e3",
            "-1.5E-3",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775808",
            "1e400",
            r#""\ud83d\ude00""#,
            r#""\ud83d""#,
            r#""\ude00""#,
            r#""\u00e9\n\t\"\\\/\b\f\r""#,
            r#""\x""#,
            "\"\n\"",
            "\"\u{0}\"",
            r#"{"a":1,"a":2}"#,
            " [ 1 , { \"b\" : [ ] } ] ",
            "\"é😀\"",
        ];
        for text in texts {
            assert_eq!(read_tree(text).ok(), serde_json::from_str::<Value>(text).ok(), "{text}");
        }
    }

    #[test]
    fn a_tree_that_is_too_deep_is_refused() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(read_tree(&nested(DEEPEST - 1)).is_ok());
        assert!(read_tree(&nested(100_000)).is_err());
    }
}
