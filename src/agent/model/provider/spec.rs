//! How a provider is reached: which protocol, where, with which key.

use std::time::Duration;

use secrecy::SecretString;

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
    /// The model as the provider calls it.
    pub model: String,
    /// How hard to think; `None` leaves it to the provider.
    pub effort: Option<Effort>,
    /// How long the stream may be silent before it counts as broken.
    pub idle_timeout: Duration,
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
            model: model.into(),
            effort: None,
            idle_timeout,
        }
    }

    /// The address requests go to: absolute, with a slash at its end, because paths are joined to it.
    pub fn endpoint(&self) -> String {
        let base = self.base_url.as_deref().map(|url| url.trim().trim_end_matches('/'));
        match (self.wire, base.filter(|url| !url.is_empty())) {
            (Wire::AnthropicMessages, None) => "https://api.anthropic.com/v1/".to_owned(),
            // ANTHROPIC_BASE_URL is written without the version by every other client.
            (Wire::AnthropicMessages, Some(url)) if !url.ends_with("/v1") => format!("{url}/v1/"),
            (Wire::OpenAiResponses | Wire::OpenAiChat, None) => "https://api.openai.com/v1/".to_owned(),
            (_, Some(url)) => format!("{url}/"),
        }
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
        ];
        for (wire, base, expected) in cases {
            let mut spec = ProviderSpec::new("x", wire, "m");
            spec.base_url = base.map(str::to_owned);
            assert_eq!(spec.endpoint(), expected);
        }
    }
}
