//! Which variables of the engine's environment a program may see.
//!
//! An agent chooses what runs, so a program gets an allow-list and never the keys that the engine itself needs.

use std::ffi::{OsStr, OsString};

/// What tools need to find themselves, their caches and the person's language.
const ALLOWED: &str = "\
    PATH HOME USER LOGNAME SHELL LANG LANGUAGE TERM COLORTERM TZ TMPDIR \
    CARGO_HOME RUSTUP_HOME RUSTUP_TOOLCHAIN GOPATH GOROOT GOCACHE GOMODCACHE GOFLAGS GOPROXY JAVA_HOME \
    NVM_DIR NODE_PATH PNPM_HOME PYENV_ROOT VIRTUAL_ENV UV_CACHE_DIR GEM_HOME \
    XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_RUNTIME_DIR \
    HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy NIX_PATH LD_LIBRARY_PATH";

/// Where tools find the certificates of authorities that are a company's own: files and folders that hold no secret.
pub const CERTIFICATES: [&str; 8] = [
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "PIP_CERT",
    "CARGO_HTTP_CAINFO",
    "GIT_SSL_CAINFO",
];

/// Parts of a name that mark a secret.
const SECRET_PARTS: &str = "KEY TOKEN SECRET PASSWORD PASSWD PASSPHRASE CREDENTIAL AUTH COOKIE SESSION";

/// The variables that a program inherits, out of those that the engine has.
pub fn cleaned(all: impl Iterator<Item = (OsString, OsString)>) -> Vec<(OsString, OsString)> {
    all.filter(|(name, value)| inherits(name, value)).collect()
}

/// Whether a variable's name says that its value is a secret.
pub fn looks_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    SECRET_PARTS.split(' ').any(|part| name.contains(part))
}

fn inherits(name: &OsStr, value: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    let allowed =
        ALLOWED.split(' ').chain(CERTIFICATES).any(|allowed| allowed == name) || name.starts_with("LC_");
    // A proxy's address may carry a password before its `@`.
    let carries_login = name.to_ascii_lowercase().ends_with("proxy") && value.to_string_lossy().contains('@');
    allowed && !looks_secret(name) && !carries_login
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(pairs: &[(&str, &str)]) -> Vec<String> {
        let all = pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        cleaned(all).into_iter().map(|(name, _)| name.into_string().unwrap()).collect()
    }

    #[test]
    fn only_what_is_allowed_and_no_secret_is_inherited() {
        let all = [
            ("PATH", "/bin"),
            ("LC_ALL", "C"),
            ("LC_API_KEY", "x"),
            ("ANTHROPIC_API_KEY", "x"),
            ("GITHUB_TOKEN", "x"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("SSH_AUTH_SOCK", "x"),
            ("UNHEARD_OF", "x"),
            ("HTTPS_PROXY", "http://me:pw@proxy"),
            ("http_proxy", "http://proxy:3128"),
            ("NODE_EXTRA_CA_CERTS", "/etc/authority.pem"),
        ];
        assert_eq!(kept(&all), ["PATH", "LC_ALL", "http_proxy", "NODE_EXTRA_CA_CERTS"]);
    }

    #[test]
    fn secrets_are_told_by_their_names() {
        for name in ["OPENAI_API_KEY", "npm_token", "DB_PASSWORD", "MY_SECRET"] {
            assert!(looks_secret(name), "{name}");
        }
        assert!(!looks_secret("CARGO_HOME"));
    }
}
