//! What a request asks for, told by its address and method. Every layer that treats pages, server functions, forms and programs apart asks
//! here.

use axum::http::{Method, Request};

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// A page, or what else is read by its address.
    Page,
    /// A server function of our own pages: `/call/…`.
    Call,
    /// A plain form of our own pages, and whatever else wants to change something.
    Form,
    /// The live stream.
    Stream,
    /// Whether the process is well: `/health/…`.
    Health,
    /// The interface for programs: `/api/…`. Each of its requests proves by itself who calls; it reads no cookie.
    Api,
}

impl RequestKind {
    /// What this request asks for.
    pub fn of<B>(request: &Request<B>) -> Self {
        let path = request.uri().path();
        let below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        match request.method() {
            _ if below("/call") => Self::Call,
            _ if below("/api") => Self::Api,
            _ if below("/health") => Self::Health,
            &Method::GET | &Method::HEAD if path == "/live" => Self::Stream,
            &Method::GET | &Method::HEAD => Self::Page,
            _ => Self::Form,
        }
    }

    /// Whether it may come from a browser alone, and there from our own pages: a cookie says who calls, and browsers send that one along
    /// whatever page asks. `OPTIONS` changes nothing, and answers nothing that is not known.
    pub fn needs_our_origin(self, method: &Method) -> bool {
        match self {
            Self::Call => true,
            Self::Form => *method != Method::OPTIONS,
            Self::Page | Self::Stream | Self::Api => false,
            Self::Health => !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn kind(method: Method, path: &str) -> RequestKind {
        RequestKind::of(&Request::builder().method(method).uri(path).body(Body::empty()).unwrap())
    }

    #[test]
    fn addresses_and_methods_tell_what_is_asked_for() {
        for (method, path, expected) in [
            (Method::GET, "/", RequestKind::Page),
            (Method::HEAD, "/requests/IT-7F3K", RequestKind::Page),
            (Method::GET, "/calls", RequestKind::Page),
            (Method::GET, "/apiary", RequestKind::Page),
            (Method::GET, "/call/requests/page", RequestKind::Call),
            (Method::POST, "/call/requests/page?x=/api/", RequestKind::Call),
            (Method::POST, "/sign-in", RequestKind::Form),
            (Method::DELETE, "/", RequestKind::Form),
            (Method::GET, "/live", RequestKind::Stream),
            (Method::POST, "/live", RequestKind::Form),
            (Method::GET, "/health/ready", RequestKind::Health),
            (Method::GET, "/api", RequestKind::Api),
            (Method::POST, "/api/v1/requests", RequestKind::Api),
        ] {
            assert_eq!(kind(method.clone(), path), expected, "{method} {path}");
        }
    }

    #[test]
    fn only_what_a_cookie_opens_asks_where_it_comes_from() {
        for (method, path, expected) in [
            (Method::GET, "/", false),
            (Method::OPTIONS, "/", false),
            (Method::PUT, "/", true),
            (Method::POST, "/sign-in", true),
            (Method::GET, "/call/requests/page", true),
            (Method::GET, "/live", false),
            (Method::POST, "/health/live", true),
            (Method::POST, "/api/v1/requests", false),
        ] {
            assert_eq!(kind(method.clone(), path).needs_our_origin(&method), expected, "{method} {path}");
        }
    }
}
