//! How answers travel: as JSON, read in one way everywhere. What is read becomes a tree first, which every type is then made from: a reader
//! that goes through the text for each type anew, once for pages and once for server functions, was a sixth of what the browser loads.

use crate::error::CallError;
use domain::reading::{ReadError, read_json};
use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use leptos::server_fn::codec::Post;
use leptos::server_fn::{ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use serde::de::{DeserializeOwned, Error as _};

/// The encoding of page data and of what server functions take and answer.
pub struct WireCodec;

/// The `input` of server functions: a POST with JSON.
pub type JsonPost = Post<WireCodec>;

/// A page's data, loaded on the server and read from the page in the browser.
pub type PageData<T> = Resource<Result<T, CallError>, WireCodec>;

/// Loads a page's data; again whenever `source` changes. The page waits for it before its first byte is sent, for its true status.
pub fn page_data<T, S, F>(source: impl Fn() -> S + Send + Sync + 'static, load: impl Fn(S) -> F + Send + Sync + 'static) -> PageData<T>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    S: PartialEq + Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, CallError>> + Send + 'static,
{
    Resource::new_with_options(source, load, true)
}

impl<T: Serialize> Encoder<T> for WireCodec {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for WireCodec {
    type Error = ReadError;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        read_json(text)
    }
}

impl ContentType for WireCodec {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for WireCodec {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for WireCodec {
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<leptos::server_fn::Bytes, Self::Error> {
        serde_json::to_vec(value).map(Into::into)
    }
}

impl<T: DeserializeOwned> Decodes<T> for WireCodec {
    type Error = ReadError;

    fn decode(bytes: leptos::server_fn::Bytes) -> Result<T, Self::Error> {
        read_json(std::str::from_utf8(&bytes).map_err(ReadError::custom)?)
    }
}
