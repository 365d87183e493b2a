//! Providers that people have keys of: the variables their keys are in, and where they are.

/// A provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownProvider {
    /// What it is called in the settings.
    pub name: &'static str,
    pub title: &'static str,
    /// Where other clients look for its key; the first that is set counts.
    pub variables: &'static [&'static str],
    /// Where it is; `None` where flightdeck knows by itself.
    pub address: Option<&'static str>,
    /// What to fly with, the first that it offers. None is a model that its people would call small.
    pub models: &'static [&'static str],
}

/// Those that are looked for. Each speaks Chat Completions, unless it has no address here.
pub const KNOWN: [KnownProvider; 13] = [
    known(
        "anthropic",
        "Anthropic",
        &["ANTHROPIC_API_KEY"],
        None,
        &["claude-sonnet-5-5", "claude-sonnet-5", "claude-sonnet-4-5"],
    ),
    known("openai", "OpenAI", &["OPENAI_API_KEY"], None, &["gpt-5.1", "gpt-5.2", "gpt-5"]),
    known(
        "gemini",
        "Google Gemini",
        &["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"],
        Some("https://generativelanguage.googleapis.com/v1beta/openai"),
        &["gemini-2.5-pro", "gemini-3.1-pro-preview"],
    ),
    known(
        "openrouter",
        "OpenRouter",
        &["OPENROUTER_API_KEY"],
        Some("https://openrouter.ai/api/v1"),
        &["anthropic/claude-sonnet-5", "anthropic/claude-sonnet-4.5"],
    ),
    known(
        "deepseek",
        "DeepSeek",
        &["DEEPSEEK_API_KEY"],
        Some("https://api.deepseek.com/v1"),
        &["deepseek-chat"],
    ),
    known(
        "mistral",
        "Mistral",
        &["MISTRAL_API_KEY"],
        Some("https://api.mistral.ai/v1"),
        &["devstral-latest", "mistral-medium-latest"],
    ),
    known("xai", "xAI", &["XAI_API_KEY"], Some("https://api.x.ai/v1"), &["grok-4.6", "grok-4.5"]),
    known(
        "groq",
        "Groq",
        &["GROQ_API_KEY"],
        Some("https://api.groq.com/openai/v1"),
        &["openai/gpt-oss-120b"],
    ),
    known(
        "cerebras",
        "Cerebras",
        &["CEREBRAS_API_KEY"],
        Some("https://api.cerebras.ai/v1"),
        &["gpt-oss-120b"],
    ),
    known(
        "together",
        "Together",
        &["TOGETHER_API_KEY"],
        Some("https://api.together.xyz/v1"),
        &["Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8"],
    ),
    known(
        "moonshot",
        "Moonshot",
        &["MOONSHOT_API_KEY"],
        Some("https://api.moonshot.ai/v1"),
        &["kimi-k2.6", "kimi-k2.5"],
    ),
    known(
        "zai",
        "Z.AI",
        &["ZAI_API_KEY", "ZHIPU_API_KEY"],
        Some("https://api.z.ai/api/paas/v4"),
        &["glm-5", "glm-4.7"],
    ),
    known(
        "dashscope",
        "Alibaba",
        &["DASHSCOPE_API_KEY"],
        Some("https://dashscope-intl.aliyuncs.com/compatible-mode/v1"),
        &["qwen3-coder-plus"],
    ),
];

const fn known(
    name: &'static str,
    title: &'static str,
    variables: &'static [&'static str],
    address: Option<&'static str>,
    models: &'static [&'static str],
) -> KnownProvider {
    KnownProvider { name, title, variables, address, models }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::model::catalogue::Catalogue;
    use crate::config::USUAL_MODELS;

    #[test]
    fn what_is_proposed_is_a_known_model_that_calls_tools() {
        let catalogue = Catalogue::builtin().unwrap();
        for provider in KNOWN {
            for model in provider.models {
                let name = format!("{}/{model}", provider.name);
                let facts =
                    catalogue.known(&name).unwrap_or_else(|| panic!("{name} is not in the catalogue"));
                assert!(facts.tools != Some(false) && facts.price.is_some(), "{name}");
            }
        }
    }

    #[test]
    fn the_usual_models_are_proposed_first() {
        for (provider, model) in USUAL_MODELS {
            let known = KNOWN.iter().find(|known| known.name == provider).unwrap();
            assert_eq!(format!("{provider}/{}", known.models[0]), model);
        }
    }
}
