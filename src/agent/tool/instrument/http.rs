//! `http`: one request to the app under test.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::{EvidenceSink, mend, with_evidence};
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Call, Output, Tool, ToolError, arguments, spec};
use crate::instrument::HttpDriver;
use crate::instrument::http::{Hosts, HttpRequest, Payload};

/// How long the app may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
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

pub(super) struct Http {
    driver: Mutex<HttpDriver>,
    evidence: Arc<dyn EvidenceSink>,
}

impl Http {
    pub(super) fn new(evidence: Arc<dyn EvidenceSink>) -> Result<Self, String> {
        crate::instrument::http::install_crypto();
        let driver = HttpDriver::new(Hosts::Loopback, TIMEOUT).map_err(|fault| fault.to_string())?;
        Ok(Self { driver: Mutex::new(driver), evidence })
    }
}

#[async_trait::async_trait]
impl Tool for Http {
    fn spec(&self) -> ToolSpec {
        let description = "Sends one HTTP request to the app under test and shows the whole exchange. Cookies are kept \
                           between calls.";
        spec::<Arguments>("http", description)
    }

    async fn call(&self, value: Value, call: &Call) -> Result<Output, ToolError> {
        let wanted: Arguments = arguments(value)?;
        let mut driver = self.driver.lock().await;
        if !wanted.keep_cookies {
            driver.reset_cookies().map_err(|fault| mend(&fault))?;
        }
        let request = request(wanted)?;
        let exchange = tokio::select! {
            exchange = driver.send(&request) => exchange.map_err(|fault| mend(&fault))?,
            () = call.cancel.cancelled() => return Err(ToolError::Mend("the request was stopped".to_owned())),
        };
        with_evidence(self.evidence.as_ref(), &exchange.text(), exchange.evidence())
    }
}

fn request(wanted: Arguments) -> Result<HttpRequest, ToolError> {
    let payload = match (wanted.body, wanted.json, wanted.form) {
        (None, None, None) => Payload::None,
        (Some(text), None, None) => Payload::Text(text),
        (None, Some(value), None) => Payload::Json(value),
        (None, None, Some(fields)) => Payload::Form(fields.into_iter().collect()),
        _ => return Err(ToolError::Mend("give at most one of `body`, `json` and `form`".to_owned())),
    };
    let method = wanted.method.unwrap_or_else(|| "GET".to_owned());
    let mut request = HttpRequest::new(method, wanted.url).with(payload);
    request.headers = wanted.headers.into_iter().collect();
    Ok(if wanted.follow_redirects { request.following() } else { request })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

    use super::super::tests::Kept;
    use super::*;
    use crate::agent::tool::env::tests::call;

    #[tokio::test]
    async fn an_exchange_is_shown_and_kept() {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(201).insert_header("set-cookie", "id=7").set_body_string("made");
        let posted = Mock::given(matchers::method("POST")).and(matchers::body_json(json!({ "n": 1 })));
        posted.respond_with(answer).mount(&server).await;
        let seen = Mock::given(matchers::header("cookie", "id=7"));
        seen.respond_with(ResponseTemplate::new(200).set_body_string("you again")).mount(&server).await;
        let kept = Arc::new(Kept::default());
        let http = Http::new(Arc::clone(&kept) as Arc<dyn EvidenceSink>).unwrap();

        let post = json!({ "method": "post", "url": server.uri(), "json": { "n": 1 } });
        let text = call(&http, post).await.unwrap();
        assert!(text.contains("status: 201") && text.ends_with("made\n\nevidence: ev_1"), "{text}");
        let again = call(&http, json!({ "url": server.uri() })).await.unwrap();
        assert!(again.contains("you again"), "{again}");
        let stranger = call(&http, json!({ "url": server.uri(), "keep_cookies": false })).await.unwrap();
        assert!(stranger.contains("status: 404"), "{stranger}");
        let kept = kept.0.lock().unwrap();
        assert_eq!((kept.len(), kept[0].kind), (3, "http"));
    }

    #[tokio::test]
    async fn other_machines_and_two_bodies_are_refused() {
        let http = Http::new(Arc::new(Kept::default())).unwrap();
        let fault = call(&http, json!({ "url": "http://example.com" })).await.unwrap_err();
        assert!(fault.contains("not this machine"), "{fault}");
        let fault =
            call(&http, json!({ "url": "http://localhost", "body": "a", "json": 1 })).await.unwrap_err();
        assert!(fault.contains("at most one"), "{fault}");
    }
}
