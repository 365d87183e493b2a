//! `http`: one request to the app under test.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::{HttpDriver, HttpRequest, Payload};
use crate::instrument::{Facts, Instrument, InstrumentError, Place, Seen};
use crate::workspace::Access;

/// How long the app may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A request.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct Wanted {
    /// The method; GET when left out.
    method: Option<String>,
    /// The whole address, such as `http://localhost:8080/login`.
    url: String,
    /// Headers to add.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// A body sent as it is. Give at most one of `body`, `json` and `form`.
    body: Option<String>,
    /// A body sent as JSON.
    json: Option<Value>,
    /// The fields of a form.
    form: Option<BTreeMap<String, String>>,
    /// False forgets the cookies first, as a new visitor has none.
    #[serde(default = "yes")]
    keep_cookies: bool,
    /// Follow redirects instead of showing them.
    #[serde(default)]
    follow_redirects: bool,
}

fn yes() -> bool {
    true
}

/// Requests with the cookies of one visitor.
#[derive(Debug)]
pub struct Http(Mutex<HttpDriver>);

#[async_trait::async_trait]
impl Instrument for Http {
    type Wanted = Wanted;

    const NAME: &'static str = "http";
    const DESCRIPTION: &'static str = "Sends one HTTP request to the app under test and shows the whole exchange. Cookies are kept \
                                       between calls.";
    const ACCESS: Access = Access::Read;

    fn new(_place: &Place) -> Result<Self, InstrumentError> {
        HttpDriver::new(TIMEOUT).map(|driver| Self(Mutex::new(driver)))
    }

    async fn act(&self, wanted: Wanted) -> Result<Seen, InstrumentError> {
        let mut driver = self.0.lock().await;
        if !wanted.keep_cookies {
            driver.reset_cookies()?;
        }
        let exchange = driver.send(&request(wanted)?).await?;
        let facts = Facts {
            statuses: vec![exchange.answer.status],
            text: exchange.answer.body.text(),
            ..Facts::default()
        };
        Ok(Seen::new(exchange.text(), [exchange.evidence()?], facts))
    }
}

fn request(wanted: Wanted) -> Result<HttpRequest, InstrumentError> {
    let payload = match (wanted.body, wanted.json, wanted.form) {
        (None, None, None) => Payload::None,
        (Some(text), None, None) => Payload::Text(text),
        (None, Some(value), None) => Payload::Json(value),
        (None, None, Some(fields)) => Payload::Form(fields.into_iter().collect()),
        _ => {
            return Err(InstrumentError::BadRequest(
                "give at most one of `body`, `json` and `form`".to_owned(),
            ));
        }
    };
    let method = wanted.method.unwrap_or_else(|| "GET".to_owned());
    let mut request = HttpRequest::new(method, wanted.url).with(payload);
    request.headers = wanted.headers.into_iter().collect();
    Ok(if wanted.follow_redirects { request.following() } else { request })
}
