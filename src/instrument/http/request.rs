//! What is asked of the app.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::instrument::InstrumentError;

/// A request as a validator words it.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpRequest {
    /// The method; any case.
    pub method: String,
    /// A whole address, with `http://` or `https://`.
    pub url: String,
    /// Headers added to those that the payload and the cookies bring.
    pub headers: Vec<(String, String)>,
    /// What is sent along.
    pub payload: Payload,
    /// What is done when the app sends elsewhere.
    pub redirects: Redirects,
}

/// What is sent along with a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Payload {
    /// Nothing.
    #[default]
    None,
    /// A text as it is.
    Text(String),
    /// The fields of a form.
    Form(Vec<(String, String)>),
    /// A JSON value.
    Json(Value),
}

/// What is done when the app sends elsewhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Redirects {
    /// The redirect is the answer.
    #[default]
    Show,
    /// Up to ten are followed.
    Follow,
}

impl HttpRequest {
    /// A request with nothing but a method and an address.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            payload: Payload::None,
            redirects: Redirects::default(),
        }
    }

    /// The same with a payload.
    #[must_use]
    pub fn with(self, payload: Payload) -> Self {
        Self { payload, ..self }
    }

    /// The same, following redirects.
    #[must_use]
    pub fn following(self) -> Self {
        Self { redirects: Redirects::Follow, ..self }
    }
}

impl Payload {
    /// The content type and the text that go over the wire.
    pub(super) fn encode(&self) -> Result<Option<(Option<&'static str>, String)>, InstrumentError> {
        Ok(match self {
            Self::None => None,
            Self::Text(text) => Some((None, text.clone())),
            Self::Form(fields) => {
                let mut address = reqwest::Url::parse("http://form/")
                    .map_err(|error| InstrumentError::BadRequest(error.to_string()))?;
                // A form is encoded as a query is, and this is the encoder at hand.
                address.query_pairs_mut().extend_pairs(fields);
                Some((
                    Some("application/x-www-form-urlencoded"),
                    address.query().unwrap_or_default().to_owned(),
                ))
            }
            Self::Json(value) => Some((Some("application/json"), serde_json::to_string(value)?)),
        })
    }
}
