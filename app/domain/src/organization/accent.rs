//! The colour of what can be acted on: links, buttons, what is chosen. It has to be read on everything that such words stand on, so that
//! not every colour will do.
//!
//! The style sheet makes of it what it needs in both themes: shades of the same hue at lightnesses of its own, which are checked once
//! (`style/tokens.css`); in the light theme the colour itself is the one of links.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The least contrast of text (WCAG 2.2, 1.4.3).
const LEAST_CONTRAST: f64 = 4.5;

/// Relative luminance of the darkest thing that links stand on in the light theme, which is what is chosen: `oklch(0.915 …)`, cubed.
const DARKEST_PAPER: f64 = 0.766;

/// A colour of 8 bits for each of red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccentColour([u8; 3]);

impl AccentColour {
    /// The colour that `#rrggbb` names, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        let part = |at: usize| digits.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    /// Relative luminance (WCAG 2.2): 0 is black, 1 is white.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| to_linear(f64::from(part) / 255.0));
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// Its contrast with the darkest thing that it stands on.
    pub fn contrast(self) -> f64 {
        (DARKEST_PAPER + 0.05) / (self.luminance() + 0.05)
    }

    /// Whether words in it can be read wherever they stand.
    pub fn is_readable(self) -> bool {
        self.contrast() >= LEAST_CONTRAST
    }

    /// The lightest colour of its kind that can be read; itself when it can.
    pub fn readable(self) -> Self {
        let mut found = self;
        // Each step takes a little of the light; black can be read.
        for step in (0..=100).rev() {
            if found.is_readable() {
                break;
            }
            let share = f64::from(step) / 100.0;
            found = Self(self.0.map(|part| to_part(to_linear(f64::from(part) / 255.0) * share)));
        }
        found
    }
}

/// Light of a part between 0 and 1, as screens give it (sRGB).
fn to_linear(part: f64) -> f64 {
    if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
}

fn to_part(linear: f64) -> u8 {
    let part = if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    // Within 0 and 255 by the clamp.
    (part.clamp(0.0, 1.0) * 255.0).floor() as u8
}

impl fmt::Display for AccentColour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Serialize for AccentColour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccentColour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let problem = || serde::de::Error::custom(format!("“{text}” is not a colour. Write one like \"#0a5f7a\""));
        Self::parse(&text).ok_or_else(problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_colour_is_six_digits() {
        assert_eq!(AccentColour::parse("#0A5f7a").map(|colour| colour.to_string()).as_deref(), Some("#0a5f7a"));
        for text in ["", "#", "0a5f7a", "#0a5f7", "#0a5f7a0", "#0a5f7g", "#+a5f7a", "#éé5f", "red", "#0a5f7a;x"] {
            assert_eq!(AccentColour::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let contrast = |text: &str| AccentColour::parse(text).unwrap().contrast();
        assert!((contrast("#000000") - 16.32).abs() < 0.01 && (contrast("#ffffff") - 0.777).abs() < 0.01);
        let readable = ["#0a5f7a", "#7a0a2f", "#4b0082", "#1f4fa0"].map(|text| AccentColour::parse(text).unwrap().is_readable());
        let pale = ["#ffcc00", "#88ccee", "#ff6600", "#ffffff"].map(|text| AccentColour::parse(text).unwrap().is_readable());
        assert_eq!((readable, pale), ([true; 4], [false; 4]));
    }

    proptest! {
        /// For every colour a darker one of its kind can be offered, and what can be read already stays.
        #[test]
        fn a_readable_colour_is_found(parts in any::<[u8; 3]>()) {
            let (colour, offered) = (AccentColour(parts), AccentColour(parts).readable());
            prop_assert!(offered.is_readable());
            prop_assert_eq!(colour.is_readable(), offered == colour);
        }
    }
}
