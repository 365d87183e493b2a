//! Asking a provider whether it is there, takes the key and knows the model, without having a model think.
//!
//! Anthropic and `OpenAI` answer `GET models/NAME`, which answers all three. Other servers answer `GET models` with a
//! list, where they answer it at all; some list less than they serve, so that a name that is missing is no proof.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::connections::Connections;
use super::errors;
use super::spec::{ProviderSpec, Wire};
use crate::agent::model::ModelError;

/// How long a provider has to answer.
const LIMIT: Duration = Duration::from_secs(8);
/// How long a server has to tell the window of its model: an attempt waits for it.
const WINDOW_LIMIT: Duration = Duration::from_secs(3);
/// Where servers say how much a model reads: as it was started before what it was made for (llama.cpp, LM Studio, vLLM,
/// `OpenRouter`, Groq, Mistral).
const WINDOWS: [&str; 7] = [
    "/meta/n_ctx",
    "/loaded_context_length",
    "/max_model_len",
    "/context_length",
    "/context_window",
    "/max_context_length",
    "/meta/n_ctx_train",
];
/// Who llama.cpp and Ollama say owns their models.
const LLAMA_CPP: &str = "llamacpp";
const OLLAMA: &str = "library";
/// Bytes of a name: a longer one could not be chosen.
const LONGEST_NAME: usize = 140;
/// A smaller window is none that a tool could be called in.
const LEAST_WINDOW: u32 = 1_024;
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

/// A model that a provider offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// As the provider calls it.
    pub name: String,
    /// How much it reads, where the provider says so.
    pub window: Option<u32>,
    /// Who serves it, where the provider says so: `llamacpp`, `vllm`.
    pub owner: String,
}

/// What a provider says of its models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offered {
    Listed(Vec<Offer>),
    /// It is there, but lists nothing.
    Nothing,
}

/// Asks a provider for its models. It is given its key, and no model thinks.
///
/// # Errors
/// That it cannot be reached or refuses the key, with what to do about it.
pub async fn offers(
    spec: &ProviderSpec,
    connections: &Connections,
    limit: Duration,
) -> Result<Offered, ModelError> {
    let page = match spec.wire {
        // It lists twenty at a time, unless it is asked for more.
        Wire::AnthropicMessages => "models?limit=1000",
        Wire::OpenAiResponses | Wire::OpenAiChat => "models",
    };
    let Told { status, headers, body } = asked(spec, connections, page, limit).await?;
    match status {
        200..=299 => Ok(models_in(&body)
            .map_or(Offered::Nothing, |models| Offered::Listed(models.iter().filter_map(offer).collect()))),
        404 | 405 | 501 => Ok(Offered::Nothing),
        _ => Err(errors::by_status(status, &String::from_utf8_lossy(&body), &headers, spec)),
    }
}

fn offer(entry: &Value) -> Option<Offer> {
    let name = name_of(entry);
    let owner = entry.get("owned_by").and_then(Value::as_str).unwrap_or_default();
    // Gemini lists `models/NAME` for what is called NAME.
    let name = name.strip_prefix("models/").unwrap_or(name);
    let fits = !name.is_empty() && name.len() <= LONGEST_NAME && !name.contains(char::is_whitespace);
    fits.then(|| Offer { name: name.to_owned(), window: window_of(entry), owner: owner.to_owned() })
}

/// Asks for the model of a spec; where it names none, only whether the provider answers and takes the key.
///
/// # Errors
/// That it cannot be reached, refuses the key, or does not know the model, with what to do about it.
pub async fn probe(spec: &ProviderSpec, connections: &Connections) -> Result<Probed, ModelError> {
    let Told { status, headers, body } = asked(spec, connections, &path(spec), LIMIT).await?;
    read(status, &headers, &body, spec)
}

/// What a server of one's own shows of how it was started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shown {
    /// The window that it has given its model, in tokens.
    pub window: Option<u32>,
    /// How many requests it answers at a time.
    pub slots: Option<u32>,
    /// Whether it tells how far it has read a request.
    pub tells_progress: bool,
}

/// Asks a server for what it shows in its list of models, and of itself where it is one that is known to.
pub async fn shown(spec: &ProviderSpec, connections: &Connections) -> Shown {
    if spec.wire != Wire::OpenAiChat {
        return Shown::default();
    }
    let page = async |page| asked(spec, connections, page, WINDOW_LIMIT).await.ok().map(|told| told.body);
    let Some(models) = page("models").await else { return Shown::default() };
    let window = window_in(&models, &spec.model);
    match owner_in(&models, &spec.model).as_deref() {
        Some(LLAMA_CPP) => {
            let slots = page("../props").await.and_then(|props| number_in(&props, "/total_slots"));
            Shown { window, slots, tells_progress: true }
        }
        // Ollama answers one at a time unless its environment says otherwise, and tells nobody.
        Some(OLLAMA)
            if page("../api/version").await.is_some_and(|body| body.starts_with(b"{\"version\"")) =>
        {
            Shown { window, slots: Some(1), tells_progress: false }
        }
        _ => Shown { window, ..Shown::default() },
    }
}

/// What a server said.
struct Told {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

async fn asked(
    spec: &ProviderSpec,
    connections: &Connections,
    page: &str,
    limit: Duration,
) -> Result<Told, ModelError> {
    let wrong = |fault| ModelError::Refused(format!("the base_url of `{}` is not a URL: {fault}", spec.name));
    let (page, query) = page.split_once('?').unwrap_or((page, ""));
    let mut url = spec.page(page).map_err(wrong)?;
    if let Some((name, value)) = query.split_once('=') {
        url.query_pairs_mut().append_pair(name, value);
    }
    let request = spec.authorize(connections.client(&url).get(url).timeout(limit));
    let unreachable = |fault: &reqwest::Error| errors::unreachable(fault, limit, spec);
    let mut answer = request.send().await.map_err(|fault| unreachable(&fault))?;
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|fault| unreachable(&fault))? {
        body.extend_from_slice(&chunk);
        if body.len() > MOST_BYTES {
            break;
        }
    }
    Ok(Told { status, headers, body })
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

/// Looks for the model in the list.
fn listed(body: &[u8], model: &str) -> Option<Probed> {
    let models = models_in(body)?;
    let known = models.iter().any(|entry| is_called(entry, model));
    Some(if known { Probed::Known } else { Probed::NotListed(models.len()) })
}

/// `{"data":[{"id":…}]}`, or the same under `models`.
fn models_in(body: &[u8]) -> Option<Vec<Value>> {
    let mut parsed: Value = serde_json::from_slice(body).ok()?;
    let key = if parsed["data"].is_array() { "data" } else { "models" };
    match parsed[key].take() {
        Value::Array(models) => Some(models),
        _ => None,
    }
}

/// Ollama lists `qwen3:latest` for what may be called `qwen3`.
fn is_called(entry: &Value, model: &str) -> bool {
    let name = name_of(entry);
    name == model || name.strip_suffix(":latest") == Some(model)
}

fn name_of(entry: &Value) -> &str {
    entry.get("id").or_else(|| entry.get("name")).and_then(Value::as_str).unwrap_or_default()
}

fn window_in(body: &[u8], model: &str) -> Option<u32> {
    window_of(&entry_in(body, model)?)
}

fn owner_in(body: &[u8], model: &str) -> Option<String> {
    entry_in(body, model)?.get("owned_by")?.as_str().map(str::to_owned)
}

/// A server with one model answers with it whatever it is called.
fn entry_in(body: &[u8], model: &str) -> Option<Value> {
    let mut models = models_in(body)?;
    let named = models.iter().position(|entry| is_called(entry, model));
    let place = named.or((models.len() == 1).then_some(0))?;
    Some(models.swap_remove(place))
}

fn number_in(body: &[u8], place: &str) -> Option<u32> {
    let page: Value = serde_json::from_slice(body).ok()?;
    u32::try_from(page.pointer(place)?.as_u64()?).ok().filter(|number| *number > 0)
}

fn window_of(entry: &Value) -> Option<u32> {
    let told = WINDOWS.iter().filter_map(|place| entry.pointer(place)?.as_u64());
    told.filter_map(|tokens| u32::try_from(tokens).ok()).find(|tokens| *tokens >= LEAST_WINDOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(wire: Wire, status: u16, body: &str) -> Result<Probed, String> {
        let spec = ProviderSpec::new("it", wire, "qwen3");
        read(status, &HeaderMap::new(), body.as_bytes(), &spec).map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_window_is_told_in_the_way_of_each_server() {
        for (entry, window) in [
            (r#""meta":{"n_ctx":4096,"n_ctx_train":32768}"#, Some(4_096)),
            (r#""max_model_len":16384"#, Some(16_384)),
            (r#""loaded_context_length":8192,"max_context_length":131072"#, Some(8_192)),
            (r#""context_length":200000"#, Some(200_000)),
            (r#""context_length":"many""#, None),
            (r#""context_length":7"#, None),
        ] {
            let list = format!(r#"{{"data":[{{"id":"other"}},{{"id":"qwen3",{entry}}}]}}"#);
            assert_eq!(window_in(list.as_bytes(), "qwen3"), window, "{entry}");
        }
        let file = br#"{"data":[{"id":"/models/qwen.gguf","meta":{"n_ctx":4096}}]}"#;
        assert_eq!(window_in(file, "qwen3"), Some(4_096), "the only one");
        assert_eq!(window_in(b"no list", "qwen3"), None);
    }

    #[test]
    fn an_offer_is_a_name_that_can_be_chosen() {
        let list = r#"{"data":[{"id":"models/gemini-x"},{"id":"q:7b","owned_by":"library","meta":{"n_ctx":4096}},
            {"id":"two words"},{"id":""},{"object":"model"}]}"#;
        let offers: Vec<Offer> = models_in(list.as_bytes()).unwrap().iter().filter_map(offer).collect();
        let named =
            |name: &str, window, owner: &str| Offer { name: name.into(), window, owner: owner.into() };
        assert_eq!(offers, [named("gemini-x", None, ""), named("q:7b", Some(4_096), "library")]);
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
