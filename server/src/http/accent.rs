//! `/accent/{rrggbb}.css`: what an organization's colour makes of links, buttons and what is chosen, in both themes. The address names the
//! content, so that browsers keep it for ever; it says nothing of any organization.

use super::SiteState;
use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::organization::accent::AccentColour;

/// The style sheet's address, to come before anything that is painted.
pub fn router() -> Router<SiteState> {
    Router::new().route("/accent/{file}", get(accent))
}

async fn accent(Path(file): Path<String>) -> Response {
    let colour = file.strip_suffix(".css").and_then(|digits| AccentColour::parse(&format!("#{digits}")));
    match colour.filter(|colour| colour.is_readable()) {
        Some(colour) => {
            let head = [(header::CONTENT_TYPE, "text/css"), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
            (head, style_of(colour)).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The tokens of `style/tokens.css` that are of the accent, in its hue: at the lightness that each of them has there, for that is what was
/// checked for contrast. In the light theme words are in the colour itself.
fn style_of(colour: AccentColour) -> String {
    let shade = |lightness: &str, chroma: &str| format!("oklch(from {colour} {lightness} min(c,{chroma}) h)");
    let token = |name: &str, light: String, dark: String| format!("--{name}:light-dark({light},{dark});");
    let itself = || colour.to_string();
    let tokens = [
        token("carbon", itself(), shade(".802", ".09")),
        token("carbon-hover", shade("calc(l - .07)", "1"), shade(".868", ".075")),
        token("carbon-fill", itself(), shade(".802", ".08")),
        token("carbon-fill-hover", shade("calc(l - .06)", "1"), shade(".858", ".07")),
        token("carbon-wash", shade(".95", ".02"), shade(".282", ".04")),
        token("carbon-wash-2", shade(".915", ".03"), shade(".33", ".05")),
        token("carbon-line", shade(".79", ".055"), shade(".46", ".06")),
        token("focus", itself(), shade(".83", ".105")),
    ];
    format!(":root{{{}}}", tokens.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_colour_that_can_be_read_has_a_style_and_no_other_text_has() {
        let status = async |file: &str| accent(Path(file.to_owned())).await.status();
        assert_eq!(status("0a5f7a.css").await, StatusCode::OK);
        for wrong in ["ffcc00.css", "0a5f7a", "0a5f7.css", "red.css", ".css", "0a5f7a;}.css", "0a5f7a.css.css"] {
            assert_eq!(status(wrong).await, StatusCode::NOT_FOUND, "{wrong}");
        }
    }

    /// A token that the product gained would keep the product's hue beside the organization's.
    #[test]
    fn every_token_of_the_accent_gets_the_hue() {
        let tokens = include_str!("../../../style/tokens.css");
        let style = style_of(AccentColour::parse("#4b0082").unwrap());
        let names = tokens.lines().filter_map(|line| line.trim().strip_prefix("--")?.split(':').next());
        let ours: Vec<&str> = names.filter(|name| name.starts_with("carbon") || *name == "focus").collect();
        assert!(ours.len() >= 8, "{ours:?}");
        for name in ours {
            assert!(style.contains(&format!("--{name}:light-dark(")), "{name}");
        }
    }
}
