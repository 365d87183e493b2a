//! Asking a provider whether it is there, takes the key and knows the model, without having a model think.
//!
//! Anthropic and `OpenAI` answer `GET models/NAME`, which answers all three. Other servers answer `GET models` with a
//! list, where they answer it at all; some list less than they serve, so that a name that is missing is no proof.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::errors;
use super::spec::{ProviderSpec, Wire};
use crate::agent::model::ModelError;

/// How long a provider has to answer.
const LIMIT: Duration = Duration::from_secs(8);
/// Bytes of an answer that are read: the longest known list of models has less than one mebibyte.
const MOST_BYTES: usize = 4 << 20;

/// What a provider said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probed {
    /// It knows the model.
    Known,
    /// It answered with so many models, and that one is not among them.
    NotListed(usize),
    /// It is there, but says nothing about its models: the status of its answer.
    Silent(u16),
}

/// Asks for the model of a spec; where it names none, only whether the provider answers and takes the key.
///
/// # Errors
/// That it cannot be reached, refuses the key, or does not know the model, with what to do about it.
pub async fn probe(spec: &ProviderSpec, http: &reqwest::Client) -> Result<Probed, ModelError> {
    let request = spec.authorize(http.get(format!("{}{}", spec.endpoint(), path(spec))).timeout(LIMIT));
    let unreachable = |fault: &reqwest::Error| errors::unreachable(fault, LIMIT, spec);
    let mut answer = request.send().await.map_err(|fault| unreachable(&fault))?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|fault| unreachable(&fault))? {
        body.extend_from_slice(&chunk);
        if body.len() > MOST_BYTES {
            break;
        }
    }
    read(status.as_u16(), &headers, &body, spec)
}

fn path(spec: &ProviderSpec) -> String {
    if lists(spec) { "models".to_owned() } else { format!("models/{}", spec.model) }
}

/// Whether the list is asked for: where one model cannot be, and where no model is meant.
fn lists(spec: &ProviderSpec) -> bool {
    spec.wire == Wire::OpenAiChat || spec.model.is_empty()
}

fn read(status: u16, headers: &HeaderMap, body: &[u8], spec: &ProviderSpec) -> Result<Probed, ModelError> {
    let lists = lists(spec);
    match status {
        200..=299 if !lists || spec.model.is_empty() => Ok(Probed::Known),
        200..=299 => Ok(listed(body, &spec.model).unwrap_or(Probed::Silent(status))),
        // A server that has no such page is there all the same.
        404 | 405 | 501 if lists => Ok(Probed::Silent(status)),
        _ => Err(errors::by_status(status, &String::from_utf8_lossy(body), headers, spec)),
    }
}

/// Looks for the model in `{"data":[{"id":…}]}`. Ollama lists `qwen3:latest` for what may be called `qwen3`.
fn listed(body: &[u8], model: &str) -> Option<Probed> {
    let parsed: Value = serde_json::from_slice(body).ok()?;
    let models = parsed.get("data").or_else(|| parsed.get("models"))?.as_array()?;
    let names = models.iter().filter_map(|model| model.get("id").or_else(|| model.get("name"))?.as_str());
    let known = names.into_iter().any(|name| name == model || name.strip_suffix(":latest") == Some(model));
    Some(if known { Probed::Known } else { Probed::NotListed(models.len()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(wire: Wire, status: u16, body: &str) -> Result<Probed, String> {
        let spec = ProviderSpec::new("it", wire, "qwen3");
        read(status, &HeaderMap::new(), body.as_bytes(), &spec).map_err(|fault| fault.to_string())
    }

    #[test]
    fn what_an_answer_tells_is_no_more_than_it_says() {
        let list = r#"{"data":[{"id":"a"},{"id":"qwen3:latest"}]}"#;
        assert_eq!(told(Wire::OpenAiChat, 200, list), Ok(Probed::Known));
        assert_eq!(told(Wire::OpenAiChat, 200, r#"{"data":[{"id":"a"}]}"#), Ok(Probed::NotListed(1)));
        assert_eq!(told(Wire::OpenAiChat, 200, "hello"), Ok(Probed::Silent(200)));
        assert_eq!(told(Wire::OpenAiChat, 404, ""), Ok(Probed::Silent(404)));
        assert_eq!(told(Wire::AnthropicMessages, 200, "{}"), Ok(Probed::Known));
        let unknown =
            told(Wire::OpenAiResponses, 404, r#"{"error":{"message":"no such model"}}"#).unwrap_err();
        assert!(unknown.contains("unknown model `it/qwen3`"), "{unknown}");
        let refused = told(Wire::AnthropicMessages, 401, "").unwrap_err();
        assert!(refused.contains("refused the key") && refused.contains("ANTHROPIC_API_KEY"), "{refused}");
        assert!(told(Wire::OpenAiChat, 503, "busy").unwrap_err().contains("answered 503: busy"));
    }
}
