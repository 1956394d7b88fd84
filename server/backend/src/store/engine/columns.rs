//! How values become columns: times as microseconds, documents as JSON text.

use crate::error::Result;
use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};

/// A moment as stored: microseconds since 1970 in UTC.
pub(crate) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// A stored moment. Out-of-range values (none are written) read as 1970.
pub(crate) fn time(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// A document as stored.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

/// A stored document.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    Ok(serde_json::from_str(text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_seventeen_digits_survive() {
        let mut bits = 0x3ff0_0000_0000_0001_u64;
        for _ in 0..10_000 {
            // Anywhere between 1 and 2, where neighbours differ in the seventeenth digit.
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number = f64::from_bits(0x3ff0_0000_0000_0000 | (bits >> 12));
            let text = to_json(&serde_json::json!({"number": number})).unwrap();
            let read: serde_json::Value = from_json(&text).unwrap();
            assert_eq!(read["number"].as_f64().unwrap().to_bits(), number.to_bits(), "{text}");
            assert_eq!(to_json(&read).unwrap(), text);
        }
    }
}
