//! Requests to granted hosts.

use crate::bindings::kanister::http::client;
use crate::context::Context;
use crate::failure::Result;
pub use client::{Auth, Request, Response, Sigv4};

impl Request {
    /// A request without body or credentials that may take a minute.
    pub fn new(method: &str, url: &str) -> Self {
        Self {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: None,
            auth: None,
            timeout_ms: 60_000,
        }
    }
}

impl Context {
    /// Sends a request. An answer with any status is an answer; redirects are not followed.
    ///
    /// # Errors
    /// Denied, or no answer came.
    pub fn http(&self, request: &Request) -> Result<Response> {
        Ok(client::send(request)?)
    }
}
