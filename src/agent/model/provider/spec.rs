//! How a provider is reached: which protocol, where, with which key.

use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;

use crate::instrument::http::is_loopback;

/// The pages that are asked for replies; each protocol has one.
const PAGES: [&str; 3] = ["/chat/completions", "/responses", "/messages"];

/// The protocol a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// Anthropic's Messages API.
    AnthropicMessages,
    /// `OpenAI`'s Responses API.
    OpenAiResponses,
    /// Chat Completions, which most other servers speak.
    OpenAiChat,
}

/// How hard a model should think before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// The least the provider offers.
    Low,
    /// The middle.
    Medium,
    /// The most that every thinking model offers.
    High,
}

/// One configured model. Keys and URLs are handed in: this room reads no environment.
#[derive(Debug, Clone)]
pub struct ProviderSpec {
    /// The provider's name in the configuration: `anthropic`, `openai`, or one a person chose.
    pub name: String,
    /// The protocol it speaks.
    pub wire: Wire,
    /// Where it is, when it is not the provider's own address.
    pub base_url: Option<String>,
    /// The key, when it wants one; local servers do not.
    pub key: Option<SecretString>,
    /// The variable the key was read from, named to the person when the key is refused.
    pub key_variable: Option<String>,
    /// Headers of the person's own, sent with each request.
    pub headers: Vec<(String, SecretString)>,
    /// The variable that names the proxy requests go through, named to the person when that fails.
    pub proxy_variable: Option<String>,
    /// The model as the provider calls it.
    pub model: String,
    /// How hard to think; `None` leaves it to the provider.
    pub effort: Option<Effort>,
    /// How long the stream may be silent before it counts as broken.
    pub idle_timeout: Duration,
    /// Whether it tells how far it has read a request, when it is asked to.
    pub tells_progress: bool,
}

impl ProviderSpec {
    /// A provider at its usual address, without a key.
    pub fn new(name: impl Into<String>, wire: Wire, model: impl Into<String>) -> Self {
        let idle_timeout = match wire {
            Wire::AnthropicMessages | Wire::OpenAiResponses => Duration::from_mins(2),
            // A local server says nothing while it reads a long prompt.
            Wire::OpenAiChat => Duration::from_mins(10),
        };
        let key_variable = match wire {
            Wire::AnthropicMessages => Some("ANTHROPIC_API_KEY".to_owned()),
            Wire::OpenAiResponses => Some("OPENAI_API_KEY".to_owned()),
            Wire::OpenAiChat => None,
        };
        Self {
            name: name.into(),
            wire,
            base_url: None,
            key: None,
            key_variable,
            headers: Vec::new(),
            proxy_variable: None,
            model: model.into(),
            effort: None,
            idle_timeout,
            tells_progress: false,
        }
    }

    /// The address that pages are joined to: absolute, with a slash at the end of its path, its query kept.
    ///
    /// # Errors
    /// What is wrong with the address.
    pub(super) fn base(&self) -> Result<Url, String> {
        let given = self.base_url.as_deref().map(str::trim).filter(|url| !url.is_empty());
        let usual = match self.wire {
            Wire::AnthropicMessages => "https://api.anthropic.com/v1",
            Wire::OpenAiResponses | Wire::OpenAiChat => "https://api.openai.com/v1",
        };
        let address = given.unwrap_or(usual);
        let mut url = Url::parse(address).map_err(|fault| format!("{address} ({fault})"))?;
        let path = url.path().trim_end_matches('/');
        // Some people copy the address of the whole request.
        let path =
            PAGES.iter().find_map(|page| path.strip_suffix(page)).unwrap_or(path).trim_end_matches('/');
        // ANTHROPIC_BASE_URL is written without the version by every other client.
        let lacks_version = match self.wire {
            Wire::AnthropicMessages => !path.rsplit('/').next().is_some_and(is_version),
            Wire::OpenAiResponses | Wire::OpenAiChat => path.is_empty(),
        };
        let path = format!("{path}{}", if lacks_version { "/v1/" } else { "/" });
        url.set_path(&path);
        Ok(url)
    }

    /// The address of a page of the provider.
    pub(super) fn page(&self, page: &str) -> Result<Url, String> {
        let mut url = self.base()?;
        let path = format!("{}{page}", url.path());
        url.set_path(&path);
        Ok(url)
    }

    /// Whether it is on this machine, where no proxy is asked.
    pub fn is_local(&self) -> bool {
        self.base().is_ok_and(|url| is_loopback(&url))
    }

    /// The address requests go to, as it is shown.
    pub fn endpoint(&self) -> String {
        let shown = self.base().map(String::from);
        shown.unwrap_or_else(|_| self.base_url.clone().unwrap_or_default())
    }

    /// Whether reasoning is asked for and sent back. A Responses model that cannot reason refuses to be asked.
    pub(super) fn reasons(&self) -> bool {
        match self.wire {
            Wire::AnthropicMessages | Wire::OpenAiChat => true,
            Wire::OpenAiResponses => {
                !["gpt-4", "gpt-3", "chatgpt"].iter().any(|prefix| self.model.starts_with(prefix))
            }
        }
    }
}

/// `v1`, `v4`, `v1beta`.
fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_end_in_a_slash_and_anthropic_gets_its_version() {
        let cases = [
            (Wire::AnthropicMessages, None, "https://api.anthropic.com/v1/"),
            (Wire::AnthropicMessages, Some("http://localhost:4010"), "http://localhost:4010/v1/"),
            (Wire::AnthropicMessages, Some("http://localhost:4010/v1/"), "http://localhost:4010/v1/"),
            (Wire::OpenAiResponses, Some(""), "https://api.openai.com/v1/"),
            (Wire::OpenAiChat, Some("http://localhost:11434/v1"), "http://localhost:11434/v1/"),
            (Wire::OpenAiChat, Some("http://localhost:11434"), "http://localhost:11434/v1/"),
            (Wire::OpenAiChat, Some("https://h/v1/chat/completions"), "https://h/v1/"),
            (
                Wire::OpenAiChat,
                Some("https://h/openai/deployments/d?api-version=1"),
                "https://h/openai/deployments/d/?api-version=1",
            ),
            (Wire::OpenAiResponses, Some("https://h/api/v3/responses/?a=b"), "https://h/api/v3/?a=b"),
            (Wire::AnthropicMessages, Some("https://h/anthropic"), "https://h/anthropic/v1/"),
            (Wire::AnthropicMessages, Some("https://h/v1/messages"), "https://h/v1/"),
        ];
        for (wire, base, expected) in cases {
            let mut spec = ProviderSpec::new("x", wire, "m");
            spec.base_url = base.map(str::to_owned);
            assert_eq!(spec.endpoint(), expected);
            let page = spec.page("models").unwrap();
            assert!(
                page.path().ends_with("/models") && expected.contains(page.query().unwrap_or_default()),
                "{page}"
            );
        }
    }
}
