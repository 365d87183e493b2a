//! Which key does what, where. The hints and the help are read from here, so they are never wrong.

use std::collections::BTreeMap;

pub use super::action::Context;
use super::action::{Action, DEFAULTS};
use super::key::{Chord, ChordError};

/// All bindings. In one place a key does one thing; an action may have several keys, the first is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: BTreeMap<Context, Vec<(Chord, Action)>>,
}

/// The person's own keys: place, then action, then keys. An empty list takes the keys of an action away.
pub type Overrides = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// Why a configuration of keys cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    #[error("keys.{place}: there is no such screen")]
    Place { place: String },
    #[error("keys.{place}.{action}: there is no such action; `:` in the console lists them")]
    Action { place: String, action: String },
    #[error("keys.{place}.{action}: {source}")]
    Key { place: String, action: String, source: ChordError },
}

impl Default for Keymap {
    fn default() -> Self {
        let mut bindings: BTreeMap<Context, Vec<(Chord, Action)>> = BTreeMap::new();
        for (context, keys, action) in DEFAULTS {
            let place = bindings.entry(*context).or_default();
            place.extend(keys.split(' ').filter_map(|key| Some((key.parse().ok()?, *action))));
        }
        Self { bindings }
    }
}

impl Keymap {
    /// The default keys with a person's changes.
    ///
    /// # Errors
    /// The first line that cannot be understood.
    pub fn with(overrides: &Overrides) -> Result<Self, KeymapError> {
        let mut keymap = Self::default();
        for (place, actions) in overrides {
            let context = place.parse().map_err(|_| KeymapError::Place { place: place.clone() })?;
            for (action, keys) in actions {
                keymap.rebind(context, place, action, keys)?;
            }
        }
        Ok(keymap)
    }

    fn rebind(
        &mut self,
        context: Context,
        place: &str,
        name: &str,
        keys: &[String],
    ) -> Result<(), KeymapError> {
        let (place, action) = (place.to_owned(), name.to_owned());
        let Ok(done) = name.parse::<Action>() else { return Err(KeymapError::Action { place, action }) };
        let chords: Result<Vec<Chord>, _> = keys.iter().map(|key| key.parse()).collect();
        let chords = chords.map_err(|source| KeymapError::Key { place, action, source })?;
        let bound = self.bindings.entry(context).or_default();
        bound.retain(|(chord, old)| *old != done && !chords.contains(chord));
        bound.extend(chords.into_iter().map(|chord| (chord, done)));
        Ok(())
    }

    /// What a key does, asked of one place after the other.
    pub fn route(&self, places: &[Context], chord: Chord) -> Option<Action> {
        places.iter().find_map(|place| {
            self.bindings.get(place)?.iter().find(|(bound, _)| *bound == chord).map(|(_, action)| *action)
        })
    }

    /// The key to show for an action, asked of one place after the other.
    pub fn key_of(&self, places: &[Context], action: Action) -> Option<Chord> {
        places.iter().find_map(|place| {
            let bound = self.bindings.get(place)?;
            let (chord, _) = bound.iter().find(|(_, done)| *done == action)?;
            // A key that an earlier place uses for something else is not the key of this action here.
            (self.route(places, *chord) == Some(action)).then_some(*chord)
        })
    }

    /// All keys of a place, one line an action, in order.
    pub fn listing(&self, place: Context) -> Vec<(Action, Vec<Chord>)> {
        let mut lines: Vec<(Action, Vec<Chord>)> = Vec::new();
        for (chord, action) in self.bindings.get(&place).into_iter().flatten() {
            match lines.iter_mut().find(|(listed, _)| listed == action) {
                Some((_, chords)) => chords.push(*chord),
                None => lines.push((*action, vec![*chord])),
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_key_parses_and_is_unambiguous() {
        let mut seen = std::collections::HashSet::new();
        for (context, keys, action) in DEFAULTS {
            for key in keys.split(' ') {
                let chord: Chord = key.parse().unwrap_or_else(|e| panic!("{action:?}: {e}"));
                assert!(seen.insert((*context, chord)), "{context:?} binds {chord} twice");
            }
        }
    }

    #[test]
    fn a_persons_key_replaces_the_default_and_the_hint_follows() {
        let overrides = toml::from_str("[main]\nzoom = [\"ctrl+w\"]\n").unwrap();
        let keymap = Keymap::with(&overrides).unwrap();
        let places = [Context::Main, Context::Move, Context::Global];
        assert_eq!(keymap.route(&places, "ctrl+w".parse().unwrap()), Some(Action::Zoom));
        assert_eq!(keymap.key_of(&places, Action::Zoom).unwrap().to_string(), "Ctrl+W");
        assert_eq!(keymap.route(&places, "z".parse().unwrap()), None);
    }

    #[test]
    fn a_wrong_configuration_says_where() {
        let say = |text: &str| Keymap::with(&toml::from_str(text).unwrap()).unwrap_err().to_string();
        assert_eq!(say("[mian]\nzoom = [\"z\"]"), "keys.mian: there is no such screen");
        assert!(say("[main]\nzooom = [\"z\"]").starts_with("keys.main.zooom: there is no such action"));
        assert!(say("[main]\nzoom = [\"zz\"]").starts_with("keys.main.zoom: \"zz\" is not a key"));
    }
}
