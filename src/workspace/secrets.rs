//! What looks like a secret, found and masked: keys of services by their formats, private keys, passwords by the names that
//! stand before them, and the values of the person's own variables.
//!
//! It is applied where something is taken in: before it is stored, shown or sent to a model.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex, RegexSet, RegexSetBuilder};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::process::looks_secret;

/// The list of formats.
const LIST: &str = include_str!("../../assets/secrets.toml");

/// How what stands in the place of a secret begins.
const MASK: &str = "[secret: ";

/// What a value of the person's own variables is called.
const OWN: &str = "your own key";

/// Room for what is learned of texts while they are looked through, in bytes: with less it is forgotten and learned again.
const STATES: usize = 32 << 20;

/// Shorter values of the person's variables are words like any other.
const SHORTEST: usize = 12;

/// Parts that no real secret has.
const PLACEHOLDERS: [&str; 10] =
    ["example", "xxxx", "****", "....", "your", "placeholder", "changeme", "dummy", "1234567890", "password"];

/// Where a password opens nothing of anybody's.
const LOCAL: [&str; 4] = ["@localhost", "@127.0.0.1", "@0.0.0.0", "@[::1"];

/// Something that looks like a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// What it seems to be, such as `GitHub token`.
    pub kind: &'static str,
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// Whether only the name before it says so.
    pub is_guess: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    rule: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    pattern: String,
    bits: f64,
    #[serde(default)]
    guess: bool,
}

struct Rules {
    set: RegexSet,
    patterns: Vec<(Entry, Regex)>,
    /// The values of the person's own variables whose names say that they are secrets.
    own: Vec<String>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    // A test reads it, so that it is sound.
    let entries = toml::from_str::<List>(LIST).map(|list| list.rule).unwrap_or_default();
    let set = RegexSetBuilder::new(entries.iter().map(pattern_of)).dfa_size_limit(STATES).build();
    let set = set.unwrap_or_else(|_| RegexSet::empty());
    let compiled = entries
        .into_iter()
        .filter_map(|entry| Regex::new(&pattern_of(&entry)).ok().map(|regex| (entry, regex)));
    let own = std::env::vars().filter(|(name, value)| looks_secret(name) && value.len() >= SHORTEST);
    Rules { set, patterns: compiled.collect(), own: own.map(|(_, value)| value).collect() }
});

/// The pattern of a rule. What begins with the beginning of a word is found behind `_` and behind escapes, too.
fn pattern_of(entry: &Entry) -> String {
    let pattern = match entry.pattern.strip_prefix(r"\b") {
        Some(rest) if !rest.contains("(?P<s>") => {
            format!(r"(?:\b|_|\\[abfnrtv]|%[0-9A-Fa-f]{{2}})(?P<s>{rest})")
        }
        _ => entry.pattern.clone(),
    };
    // A word of letters that keys are made of: to know all others costs many times as much.
    pattern.replace(r"\b", r"(?-u:\b)")
}

/// All that looks like a secret in a text, by place; where two overlap, the first.
pub fn find(text: &str) -> Vec<Secret> {
    let rules = &*RULES;
    let mut found: Vec<Secret> = Vec::new();
    for index in rules.set.matches(text) {
        let Some((entry, regex)) = rules.patterns.get(index) else { continue };
        let ranges = regex.captures_iter(text).filter_map(|captures| secret_part(&captures, entry));
        found.extend(ranges.map(|range| Secret { kind: &entry.name, range, is_guess: entry.guess }));
    }
    for value in &rules.own {
        let places = text.match_indices(value.as_str());
        found.extend(places.map(|(at, _)| Secret {
            kind: OWN,
            range: at..at + value.len(),
            is_guess: false,
        }));
    }
    found.sort_by_key(|secret| (secret.range.start, secret.is_guess));
    let mut end = 0;
    found.retain(|secret| {
        let is_apart = secret.range.start >= end;
        end = if is_apart { secret.range.end } else { end };
        is_apart
    });
    found
}

fn secret_part(captures: &Captures<'_>, entry: &Entry) -> Option<Range<usize>> {
    let part = captures.name("s").or_else(|| captures.get(0))?;
    let lower = part.as_str().to_ascii_lowercase();
    let whole = captures.get(0).map_or("", |whole| whole.as_str());
    let is_local = entry.guess && LOCAL.iter().any(|host| whole.contains(host));
    let is_placeholder =
        lower.contains(MASK.trim_end()) || PLACEHOLDERS.iter().any(|word| lower.contains(word));
    // A name, a path or a sentence has no digits among its letters.
    let is_word = entry.guess && entry.bits >= 3.0 && !mixes(part.as_str());
    (!is_placeholder && !is_local && !is_word && entropy(part.as_str()) >= entry.bits).then(|| part.range())
}

fn mixes(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit()) && text.contains(|c: char| c.is_ascii_alphabetic())
}

/// Bits per character.
fn entropy(text: &str) -> f64 {
    let mut counts: HashMap<char, f64> = HashMap::new();
    let mut all = 0.0;
    for c in text.chars() {
        *counts.entry(c).or_default() += 1.0;
        all += 1.0;
    }
    counts.values().map(|count: &f64| -(count / all) * (count / all).log2()).sum()
}

/// A text with what looks like a secret masked.
pub fn mask(text: &str) -> Cow<'_, str> {
    let found = find(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut masked, mut at) = (String::with_capacity(text.len()), 0);
    for Secret { kind, range, .. } in found {
        masked.push_str(&text[at..range.start]);
        masked.push_str(MASK);
        masked.push_str(kind);
        masked.push(']');
        at = range.end;
    }
    masked.push_str(&text[at..]);
    Cow::Owned(masked)
}

/// Whether a text holds what stands in the place of a secret: whoever writes it to a file loses the secret.
pub fn has_mask(text: &str) -> bool {
    let kinds = RULES.patterns.iter().map(|(entry, _)| &*entry.name).chain([OWN]);
    text.contains(MASK) && kinds.into_iter().any(|kind| text.contains(&format!("{MASK}{kind}]")))
}

/// Data with all its texts masked.
///
/// # Errors
/// When it is no such data any more: a field takes no other text.
pub fn masked<T: Serialize + DeserializeOwned>(data: T) -> serde_json::Result<T> {
    let mut value = serde_json::to_value(&data)?;
    if mask_value(&mut value) { serde_json::from_value(value) } else { Ok(data) }
}

/// Masks all texts of a value, and says whether there was something to mask.
pub fn mask_value(value: &mut Value) -> bool {
    match value {
        Value::String(text) => {
            let Cow::Owned(masked) = mask(text) else { return false };
            *text = masked;
            true
        }
        // Both sides are looked at: `any` would stop at the first.
        Value::Array(items) => items.iter_mut().fold(false, |done, item| mask_value(item) | done),
        Value::Object(fields) => fields.values_mut().fold(false, |done, field| mask_value(field) | done),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Something that looks random, of these letters: no real secret stands in this file.
    fn random(letters: &str, length: usize) -> String {
        let letters: Vec<char> = letters.chars().collect();
        let mut state = 0x2545_f491_u64;
        let next = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            letters[usize::try_from(state >> 33).unwrap() % letters.len()]
        };
        (0..length).map(next).collect()
    }

    const HEX: &str = "0123456789abcdef";
    const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const ALL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    #[test]
    #[expect(clippy::too_many_lines, reason = "a flat table of every rule")]
    fn every_rule_is_sound_and_finds_its_kind() {
        let list: List = toml::from_str(LIST).unwrap();
        assert_eq!(RULES.patterns.len(), list.rule.len());
        assert_eq!(RULES.set.len(), list.rule.len());
        let all = |length| random(ALL, length);
        let table = [
            ("private key", format!("-----BEGIN OPENSSH {} KEY-----\n{}\n-----END", "PRIVATE", all(200))),
            ("age key", format!("AGE-SECRET-KEY-1{}", random(UPPER, 58))),
            ("AWS key id", format!("AKIA{}", random(UPPER, 16))),
            ("AWS secret", format!("aws_secret_access_key = {}", all(40))),
            ("GitHub token", format!("ghp_{}", all(36))),
            ("GitHub token", format!("github_pat_{}", all(82))),
            ("GitLab token", format!("glpat-{}", all(20))),
            ("Anthropic key", format!("sk-ant-api03-{}", all(90))),
            ("OpenAI key", format!("sk-proj-{}", all(90))),
            ("OpenAI key", format!("sk-{}", all(48))),
            ("OpenRouter key", format!("sk-or-v1-{}", random(HEX, 64))),
            ("Google key", format!("AIza{}", all(35))),
            ("Google token", format!("ya29.{}", all(100))),
            ("Google client secret", format!("GOCSPX-{}", all(28))),
            ("Azure key", format!("AccountKey={}==", all(86))),
            ("Slack token", format!("xoxb-1234{}-{}", random("0123456789", 9), all(24))),
            ("Slack hook", format!("https://hooks.slack.com/services/T{}/B{}/{}", all(9), all(9), all(24))),
            (
                "Discord hook",
                format!("https://discord.com/api/webhooks/{}/{}", random("0123456789", 18), all(60)),
            ),
            ("Stripe key", format!("sk_live_{}", all(24))),
            ("npm token", format!("npm_{}", all(36))),
            ("PyPI token", format!("pypi-AgE{}", all(120))),
            ("crates.io token", format!("cio{}", all(32))),
            ("Docker token", format!("dckr_pat_{}", all(27))),
            ("Hugging Face token", format!("hf_{}", random("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ", 34))),
            ("SendGrid key", format!("SG.{}.{}", all(22), all(43))),
            ("Twilio key", format!("SK{}", random(HEX, 32))),
            ("DigitalOcean token", format!("dop_v1_{}", random(HEX, 64))),
            ("Telegram token", format!("{}:AA{}", random("123456789", 9), all(33))),
            ("Vault token", format!("hvs.{}", all(24))),
            ("Databricks token", format!("dapi{}", random(HEX, 32))),
            ("Grafana token", format!("glsa_{}", all(41))),
            ("Linear key", format!("lin_api_{}", all(40))),
            ("Notion token", format!("ntn_{}", all(46))),
            ("Shopify token", format!("shpat_{}", random(HEX, 32))),
            ("Square token", format!("sq0atp-{}", all(22))),
            ("Supabase key", format!("sbp_{}", random(HEX, 40))),
            ("Atlassian token", format!("ATATT3{}", all(180))),
            ("Groq key", format!("gsk_{}", all(52))),
            ("xAI key", format!("xai-{}", all(80))),
            ("Replicate token", format!("r8_{}", all(37))),
            (
                "Slack app token",
                format!("xapp-1-{}-{}-{}", random(UPPER, 11), random("123456789", 13), random(HEX, 64)),
            ),
            ("Perplexity key", format!("pplx-{}", all(48))),
            ("Google refresh token", format!("1//0{}", all(90))),
            ("Tailscale key", format!("tskey-auth-{}-{}", all(17), all(32))),
            ("New Relic key", format!("NRAK-{}", random(UPPER, 27))),
            ("Figma token", format!("figd_{}", all(40))),
            ("Fly token", format!("fm2_{}", all(120))),
            ("Facebook token", format!("EAAC{}", all(140))),
            ("Postman key", format!("PMAK-{}-{}", random(HEX, 24), random(HEX, 34))),
            ("Pulumi token", format!("pul-{}", random(HEX, 40))),
            ("Contentful token", format!("CFPAT-{}", all(43))),
            ("RubyGems key", format!("rubygems_{}", random(HEX, 48))),
            ("1Password token", format!("ops_eyJ{}", all(200))),
            ("Heroku key", format!("HRKU-{}", all(58))),
            ("Typeform token", format!("tfp_{}", all(59))),
            ("Terraform token", format!("{}.atlasv1.{}", all(14), all(67))),
            ("NVIDIA key", format!("nvapi-{}", all(64))),
            ("Cerebras key", format!("csk-{}", random("abcdefghijklmnopqrstuvwxyz0123456789", 48))),
            ("Fireworks key", format!("fw_{}", all(24))),
            ("Tavily key", format!("tvly-dev-{}", all(32))),
            ("Jina key", format!("jina_{}", all(60))),
            ("Azure client secret", format!("client: {}8Q~{}", all(3), all(34))),
            ("Mailgun key", format!("MAILGUN=key-{}", random(HEX, 32))),
            ("Mailchimp key", format!("{}-us14", random(HEX, 32))),
            ("Brevo key", format!("xkeysib-{}-{}", random(HEX, 64), all(16))),
            ("Resend key", format!("re_{}_{}", all(8), all(24))),
            ("Doppler token", format!("dp.pt.{}", all(43))),
            ("Sentry token", format!("sntrys_{}", all(120))),
            ("PostHog key", format!("phx_{}", all(47))),
            ("Airtable token", format!("pat{}.{}", all(14), random(HEX, 64))),
            ("Asana token", format!("1/{}:{}", random("123456789", 16), random(HEX, 32))),
            ("PlanetScale token", format!("pscale_tkn_{}", all(43))),
            ("Neon key", format!("napi_{}", random("abcdefghijklmnopqrstuvwxyz0123456789", 64))),
            ("Vercel token", format!("vcp_{}", all(56))),
            ("Netlify token", format!("nfp_{}", all(40))),
            ("Cloudflare token", format!("cfut_{}", all(48))),
            ("Duffel token", format!("duffel_live_{}", all(43))),
            ("Plaid token", format!("access-production-{}", random(HEX, 36))),
            ("Dynatrace token", format!("dt0c01.{}.{}", random(UPPER, 24), random(UPPER, 64))),
            ("EasyPost key", format!("EZAK{}", all(54))),
            ("Flutterwave key", format!("FLWSECK-{}-X", random(HEX, 32))),
            ("Razorpay key", format!("rzp_live_{}", all(14))),
            ("Scalingo token", format!("tk-us-{}", all(48))),
            ("SonarQube token", format!("squ_{}", random(HEX, 40))),
            ("JFrog token", format!("AKCp{}", all(69))),
            ("Buildkite token", format!("bkua_{}", random(HEX, 40))),
            ("CircleCI token", format!("CCIPAT_{}_{}", all(22), random(HEX, 40))),
            ("Anyscale key", format!("esecret_{}", all(32))),
            ("Together key", format!("tgp_v1_{}", all(43))),
            ("LangSmith key", format!("lsv2_pt_{}_{}", random(HEX, 32), random(HEX, 10))),
            ("Pinecone key", format!("pcsk_{}", all(64))),
            ("ElevenLabs key", format!("sk_{}", random(HEX, 48))),
            ("PuTTY key", format!("PuTTY-User-Key-File-3: x\nPrivate-Lines: 2\n{}\nPrivate-MAC: 1", all(64))),
            ("password in an address", format!("redis://:{}@cache.internal:6379", all(12))),
            ("token in an address", format!("https://{}@git.acme.io/a.git", all(40))),
            ("token in an address", format!("https://api.acme.io/x?a=1&access_token={}", all(40))),
            ("token in an address", format!("https://blob.acme.io/x?sig={}", all(43))),
            ("token in a header", format!("X-Api-Key: {}", all(40))),
            ("cookie", format!("Cookie: theme=dark; sessionid={}", all(40))),
            ("password of a command", format!("curl -s -u ada:{} https://acme.io", all(12))),
            ("password of a command", format!("mysqldump --password={} db", all(16))),
            ("netrc password", format!("machine acme.io login ada password {}", all(16))),
            ("registry token", format!("//npm.acme.io/:_authToken={}", all(36))),
            ("registry token", format!("{{\"auths\": {{\"acme.io\": {{\"auth\": \"{}\"}}}}}}", all(40))),
            ("signed token", format!("eyJ{}.eyJ{}.{}", all(30), all(60), all(43))),
            ("password in an address", format!("postgres://ada:{}@db.local/x", all(12))),
            ("bearer token", format!("Authorization: Bearer {}", all(40))),
            ("secret", format!("const apiKey = \"{}\";", all(32))),
            ("secret", format!("DB_PASSWORD={}", all(20))),
        ];
        for rule in &list.rule {
            assert!(table.iter().any(|(kind, _)| *kind == rule.name), "{} has no case", rule.name);
        }
        for (kind, text) in table {
            let found = find(&format!("before {text}\nafter"));
            let found: Vec<&str> = if kind == "secret" {
                find(&text).into_iter().map(|secret| secret.kind).collect()
            } else {
                found.into_iter().map(|secret| secret.kind).collect()
            };
            assert_eq!(found, [kind], "{text}");
            let masked = mask(&text);
            assert_eq!(mask(&masked), masked, "what is masked stays so");
            let tail: String = text.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
            assert!(masked.contains(&format!("{MASK}{kind}]")), "{masked}");
            assert!(
                kind.contains("address")
                    || kind.ends_with(" key") && text.contains('\n')
                    || matches!(kind, "secret" | "password of a command" | "registry token")
                    || !masked.contains(&tail),
                "{masked}"
            );
        }
    }

    #[test]
    fn what_only_looks_like_one_is_left_alone() {
        for text in [
            concat!("AKIA", "IOSFODNN7EXAMPLE"),
            concat!("ghp_", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
            "OPENAI_API_KEY=sk-your-key-here-please",
            "password = \"correct-horse-battery-staple\"",
            "api_key = os.environ[\"OPENAI_API_KEY\"]",
            "const TOKEN_HEADER: &str = \"x-auth-token-header\";",
            "commit d301031f9c4e5b2a1d8f7e6c5b4a39281706f5e4",
            "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
            "https://user:password@example.org/",
            "DATABASE_URL=postgres://postgres:postgres@localhost:5432/test",
            "cache-key-d41d8cd98f00b204e9800998ecf8427e",
            "https://example.org:8080/path@2x.png",
            "SECRET_KEY=${SECRET_KEY}",
            "PASSWORD_HASH_ROUNDS=12",
            "token: string",
            "550e8400-e29b-41d4-a716-446655440000",
            "https://example.org/search?token=abc&key=name",
            "git clone https://github.com/acme/a-repository-with-a-long-name.git",
            "curl -u \"$USER:$PASSWORD\" https://acme.io",
            "usage: tool [--password PASSWORD] [--token-file FILE]",
            "--token ${{ secrets.DEPLOY_TOKEN }}",
            "machine learning login password",
            "//registry.npmjs.org/:_authToken=${NPM_TOKEN}",
            "re_export_everything_from_the_index_module",
            "Cookie: theme=dark; lang=en",
            "x-api-key: $KEY",
            "\"auth\": \"required\"",
            "sk_buff_head_init_class_of_the_network_driver",
        ] {
            assert_eq!(find(text), [], "{text}");
        }
    }

    #[test]
    fn a_secret_is_found_behind_what_a_word_may_go_on_with() {
        let token = format!("ghp_{}", random(ALL, 36));
        for before in ["id_", "\\n", "%3F", "x=", "\""] {
            assert_eq!(mask(&format!("{before}{token}")), format!("{before}[secret: GitHub token]"));
        }
    }

    #[test]
    fn all_texts_of_a_value_are_masked_and_the_rest_stays() {
        let token = format!("ghp_{}", random(ALL, 36));
        let mut value = json!({ "a": [1, format!("x {token} y {token}")], "b": { "c": token, "d": null } });
        assert!(mask_value(&mut value));
        let mask = "[secret: GitHub token]";
        assert_eq!(value, json!({ "a": [1, format!("x {mask} y {mask}")], "b": { "c": mask, "d": null } }));
        assert!(!mask_value(&mut value), "what is masked stays so");
    }
}
