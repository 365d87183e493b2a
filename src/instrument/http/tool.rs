//! `http`: requests to the app under test.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::burst;
use super::driver::{HttpDriver, Order};
use super::request::{HttpRequest, Payload};
use crate::instrument::{Instrument, InstrumentError, Place, Reach, Rendering, Seen};
use crate::workspace::Access;

/// Seconds that the app may take to answer unless the model gives others, and the most of them.
const SECONDS: (u64, u64) = (30, 120);
/// The most requests of one call.
const MOST: usize = 100;

/// One request, or several.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct Wanted {
    #[serde(flatten)]
    request: Request,
    /// Several requests instead of one, each with `url`, `method`, `headers` and so on.
    #[serde(default)]
    requests: Vec<Request>,
    /// Sends all of them at the same moment, over connections that are open by then; else one after the other.
    #[serde(default)]
    at_once: bool,
    /// How often the request or the list is sent; once when left out. At most 100 requests in all.
    repeat: Option<usize>,
    /// Shows each byte of the bodies, with escapes for what cannot be seen.
    bytes: Option<bool>,
    /// How long an answer may take; 30 when left out.
    #[schemars(range(min = 1, max = SECONDS.1), extend("x-nearest" = true))]
    seconds: Option<u64>,
    /// False forgets the cookies first, as a new visitor has none.
    #[serde(default = "yes")]
    keep_cookies: bool,
}

/// A request. What it says goes over the wire as it is written.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(description = "")]
struct Request {
    /// The whole address, such as `http://localhost:8080/login`. Its path is sent as written: `/%2e`, `/../x`, `//`.
    url: Option<String>,
    /// The method; GET when left out.
    method: Option<String>,
    /// Headers to add; they replace `Host`, `Cookie` and others that are sent by themselves. A list sends one for each value,
    /// an empty list none.
    #[serde(default)]
    headers: BTreeMap<String, Values>,
    /// A body sent as it is. Give at most one of `body`, `body_hex`, `json`, `form` and `raw`.
    body: Option<String>,
    /// A body of any bytes, as hexadecimal digits.
    body_hex: Option<String>,
    /// A body sent as JSON.
    json: Option<Value>,
    /// The fields of a form.
    form: Option<BTreeMap<String, String>>,
    /// All that is sent to the address's host and port, from the request line on, with its own `\r\n`; nothing is added.
    raw: Option<String>,
    /// Follow redirects instead of showing them.
    #[serde(default)]
    follow_redirects: bool,
}

/// The value of a header, or its values.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(description = "")]
enum Values {
    One(String),
    Many(Vec<String>),
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
    const DESCRIPTION: &'static str = "Sends HTTP requests to the app under test and shows the whole exchanges: one, several, or many at \
                                       the same moment. No answer is evidence too. Cookies are kept between calls.";
    const ACCESS: Access = Access::Read;
    const REACHES: Reach = Reach::Ports;

    fn new(place: &Place) -> Result<Self, InstrumentError> {
        let on = place.program("true", ".")?.loopback();
        Ok(Self(Mutex::new(HttpDriver::new(Duration::from_secs(SECONDS.0)).on(on))))
    }

    async fn act(&self, wanted: Wanted) -> Result<Seen, InstrumentError> {
        let requests = all(&wanted)?;
        let order = if wanted.at_once { Order::AtOnce } else { Order::InTurn };
        let limit = Duration::from_secs(wanted.seconds.unwrap_or(SECONDS.0));
        let mut driver = self.0.lock().await;
        if !wanted.keep_cookies {
            driver.reset_cookies();
        }
        let exchanges = driver.within(limit).send_all(&requests, order).await?;
        burst::seen(&exchanges, order, Rendering::of(wanted.bytes))
    }
}

/// The requests of a call, in order.
fn all(wanted: &Wanted) -> Result<Vec<HttpRequest>, InstrumentError> {
    let list = match (wanted.request.url.is_some(), wanted.requests.is_empty()) {
        (true, true) => vec![request(&wanted.request)?],
        (false, false) => wanted.requests.iter().map(request).collect::<Result<_, _>>()?,
        _ => {
            let words =
                "give either `url` or `requests`: {\"url\": \"http://localhost:8080/\"} is a whole call";
            return Err(bad(words));
        }
    };
    let repeat = wanted.repeat.unwrap_or(1);
    let count = list.len().saturating_mul(repeat);
    if !(1..=MOST).contains(&count) {
        let words = format!("that is {count} requests; 1 to {MOST} can be sent by one call");
        return Err(bad(&format!("{words}: give another `repeat`, or make several calls")));
    }
    Ok((0..repeat).flat_map(|_| list.clone()).collect())
}

fn request(wanted: &Request) -> Result<HttpRequest, InstrumentError> {
    let Request { url, method, headers, body, body_hex, json, form, raw, follow_redirects } = wanted.clone();
    let bytes = body_hex.map(|digits| {
        let digits: String = digits.chars().filter(|c| !c.is_whitespace()).collect();
        hex::decode(digits).map_err(|fault| {
            bad(&format!(
                "`body_hex` is wrong: {fault}; give two hexadecimal digits for each byte, such as 00ff"
            ))
        })
    });
    let given = [
        body.map(Payload::Text),
        bytes.transpose()?.map(Payload::Bytes),
        json.map(Payload::Json),
        form.map(|fields| Payload::Form(fields.into_iter().collect())),
        raw.map(|text| Payload::Raw(text.into_bytes())),
    ];
    let mut payloads = given.into_iter().flatten();
    let (payload, more) = (payloads.next().unwrap_or_default(), payloads.next());
    if more.is_some() {
        return Err(bad(
            "give at most one of `body`, `body_hex`, `json`, `form` and `raw`, and leave the others out",
        ));
    }
    let url = url.ok_or_else(|| bad("each request wants a `url`, such as http://localhost:8080/"))?;
    let method = method.unwrap_or_else(|| "GET".to_owned());
    let mut request = HttpRequest::new(method, url).with(payload);
    for (name, values) in headers {
        let values = match values {
            Values::One(value) => vec![value],
            Values::Many(values) => values,
        };
        if values.is_empty() {
            request.without.push(name.clone());
        }
        request.headers.extend(values.into_iter().map(|value| (name.clone(), value)));
    }
    Ok(if follow_redirects { request.following() } else { request })
}

fn bad(why: &str) -> InstrumentError {
    InstrumentError::BadRequest(why.to_owned())
}
