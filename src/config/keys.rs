//! Every setting there is: its name, what its value must be, and who may set it.

use crate::domain::attempt::Role;

/// A setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub kind: Kind,
    pub scope: Scope,
}

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `provider/model`.
    Model,
    /// Any text that says something.
    Text,
    /// An `http` or `https` address.
    Url,
    /// `anthropic`, `openai` or `chat`.
    Wire,
    /// The name of a variable of the environment.
    Variable,
    /// A path; a leading `~/` is the home directory.
    Path,
    /// A number above zero.
    Positive,
    /// A whole number from 1 on.
    Count,
    /// A whole number from 0 to 90.
    Percent,
    Switch,
    /// A key chord, or several.
    Chords,
}

/// Who may set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Anybody,
    /// Not a project's file, for this reason.
    PersonOnly {
        because: &'static str,
    },
}

/// A repository that somebody else wrote must not be able to send keys elsewhere or to run programs.
const KEYS: Scope =
    Scope::PersonOnly { because: "it decides which program runs and where your keys are sent" };
/// Nor to give the person's consent.
const CONSENT: Scope = Scope::PersonOnly { because: "it would give your consent in your place" };
/// Nor to make money look cheaper than it is.
const MONEY: Scope = Scope::PersonOnly { because: "it decides how your money is counted" };

/// Settings whose name is fixed. `models.<role>` are added to them, `providers.*` and `keys.*` are open.
const FIXED: [(&str, Kind, Scope); 13] = [
    ("models.default", Kind::Model, Scope::Anybody),
    ("budget.money", Kind::Positive, Scope::Anybody),
    ("budget.tokens", Kind::Count, Scope::Anybody),
    ("budget.hours", Kind::Positive, Scope::Anybody),
    ("budget.validation_percent", Kind::Percent, Scope::Anybody),
    ("limits.rounds", Kind::Count, Scope::Anybody),
    ("limits.failures", Kind::Count, Scope::Anybody),
    ("limits.reviewers", Kind::Count, Scope::Anybody),
    ("autopilot", Kind::Switch, CONSENT),
    ("theme", Kind::Text, Scope::Anybody),
    ("speed", Kind::Positive, Scope::Anybody),
    ("prices", Kind::Path, MONEY),
    ("keys", Kind::Chords, Scope::Anybody),
];

const PROVIDER: [(&str, Kind); 4] = [
    ("base_url", Kind::Url),
    ("wire", Kind::Wire),
    ("api_key_env", Kind::Variable),
    ("api_key_cmd", Kind::Text),
];

/// The setting of a dotted name, if there is one.
pub fn find(name: &str) -> Option<Key> {
    if let Some(role) = name.strip_prefix("models.")
        && role.parse::<Role>().is_ok_and(|known| known.word() == role)
    {
        return Some(Key { kind: Kind::Model, scope: Scope::Anybody });
    }
    if let Some((_, field)) = name.strip_prefix("providers.").and_then(|rest| rest.rsplit_once('.')) {
        let found = PROVIDER.iter().find(|(known, _)| *known == field)?;
        return Some(Key { kind: found.1, scope: KEYS });
    }
    if name.starts_with("keys.") {
        return Some(Key { kind: Kind::Chords, scope: Scope::Anybody });
    }
    let (_, kind, scope) = FIXED.iter().filter(|(known, ..)| *known != "keys").find(|k| k.0 == name)?;
    Some(Key { kind: *kind, scope: *scope })
}

/// The names that can be written out, `models.<role>` included.
pub fn fixed_names() -> impl Iterator<Item = String> {
    let roles = Role::ALL.iter().copied().map(|role| format!("models.{}", role.word()));
    roles.chain(FIXED.iter().filter(|(name, ..)| *name != "keys").map(|(name, ..)| (*name).to_owned()))
}

/// The variable of the environment that sets a key.
pub fn variable_of(name: &str) -> String {
    format!("FLIGHTDECK_{}", name.to_ascii_uppercase().replace('.', "_"))
}

/// What to say about a name that is no setting: the nearest one, else where they are listed.
pub fn advice(name: &str) -> String {
    let fields = PROVIDER.iter().map(|(field, _)| {
        let provider = name.strip_prefix("providers.").and_then(|rest| rest.split('.').next());
        format!("providers.{}.{field}", provider.unwrap_or("<name>"))
    });
    let nearest = fixed_names().chain(fields).map(|known| (distance(name, &known), known)).min();
    match nearest {
        Some((distance, known)) if distance <= 3 => format!("did you mean `{known}`?"),
        _ => "`flightdeck config show` lists all settings".to_owned(),
    }
}

/// How many letters must be changed to make one word of the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, letter) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in to.iter().enumerate() {
            let substituted = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_found_by_its_dotted_name() {
        assert_eq!(find("models.user_testing").map(|key| key.kind), Some(Kind::Model));
        assert_eq!(find("providers.ollama.base_url").map(|key| key.scope), Some(KEYS));
        assert_eq!(find("keys.quit").map(|key| key.kind), Some(Kind::Chords));
        for unknown in
            ["models.wroker", "models.user-testing", "keys", "providers.x", "providers.x.key", "budget"]
        {
            assert_eq!(find(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_gets_the_word_that_was_meant() {
        assert_eq!(advice("budget.mony"), "did you mean `budget.money`?");
        assert_eq!(advice("providers.ollama.baseurl"), "did you mean `providers.ollama.base_url`?");
        assert_eq!(advice("colour"), "`flightdeck config show` lists all settings");
    }

    #[test]
    fn variables_are_the_names_in_capitals() {
        assert_eq!(variable_of("budget.validation_percent"), "FLIGHTDECK_BUDGET_VALIDATION_PERCENT");
    }
}
