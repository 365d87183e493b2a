//! Whether a test by the name that its runner gives it is the one that somebody speaks of.

use super::TestCase;

/// What a name stands behind, where it is named with its place.
const PLACES: [&str; 5] = ["::", "›", " > ", "#", "/"];

impl TestCase {
    /// Whether somebody who says this means it: the name ends with it or has it in it as whole words, with or without its
    /// place and its parameters; signs and the size of letters say nothing. In prose every word that tells is in the name.
    pub fn is_called(&self, said: &str) -> bool {
        let name = words(&self.name);
        let said = said.trim().trim_matches('`').trim_end_matches('…');
        let bare = said.split(['[', '(']).next().unwrap_or(said);
        let ways = [said, bare, last(said), last(bare)];
        let has = |way: &&str| {
            let wanted = words(way);
            !wanted.is_empty() && name.windows(wanted.len()).any(|part| part == wanted.as_slice())
        };
        ways.iter().any(has)
            || is_prose(said) && words(bare).iter().all(|word| word.len() < 3 || name.contains(word))
    }
}

/// Whether a name is a sentence and no name that a program could have.
fn is_prose(said: &str) -> bool {
    said.split_whitespace().count() > 2
}

/// Whether it is written as programs name things, and not as people describe them.
pub fn is_identifier(said: &str) -> bool {
    let said = said.trim().trim_matches('`');
    let bare = said.split(['[', '(']).next().unwrap_or(said);
    let has_inner_capital =
        bare.chars().skip(1).any(char::is_uppercase) && bare.chars().any(char::is_lowercase);
    !bare.contains(char::is_whitespace) && (bare.contains(['_', ':', '.']) || has_inner_capital)
}

/// The words of a name, whatever stands between them.
pub fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect()
}

/// A name without its place.
fn last(said: &str) -> &str {
    let behind = PLACES.iter().filter_map(|place| said.rfind(place).map(|at| at + place.len())).max();
    let name = behind.and_then(|at| said.get(at..)).unwrap_or(said).trim();
    // A dotted path, as Python has it.
    let dotted = |part: &&str| !part.is_empty() && !name.contains(' ');
    name.rsplit('.').next().filter(dotted).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::super::TestOutcome;
    use super::*;

    #[test]
    fn a_test_is_meant_by_its_name_with_or_without_place_and_parameters() {
        let is_called = |id: &str, said: &str| TestCase::new(id, TestOutcome::Passed).is_called(said);
        for (id, said) in [
            ("tests/test_cart.py::CartTest::test_total", "test_total"),
            ("tests/test_cart.py::test_total[2-3]", "test_total"),
            ("tests/test_cart.py::test_total[2-3]", "test_total[2-3]"),
            ("tests/test_cart.py::test_total[2-3]", "test_total[other-name]"),
            ("test_total (test_cart.CartTest.test_total)", "CartTest.test_total"),
            ("test_total (test_cart.CartTest.test_total)", "test_cart.py::CartTest::test_total"),
            ("test_total (test_cart.CartTest.test_total)", "test_total()"),
            ("cart::tests::adds_up", "adds up"),
            ("form::tests::letters_of_any_language_come_through", "letters of any language"),
            ("form::tests::what_is_refused_is_not_written", "refused is what is not written"),
            ("cart adds two prices", "cart › adds two prices"),
            ("pkg TestTotal/two_prices", "TestTotal/two prices"),
            ("CartTest.TestTotal", "`testtotal`"),
        ] {
            assert!(is_called(id, said), "{id}: {said}");
        }
        for (id, said) in [
            ("tests/test_cart.py::test_total", "test_tax"),
            ("tests/test_cart.py::test_total_of_many", "test_totals"),
            ("tests/test_cart.py::test_subtotal", "test_total"),
            ("form::tests::letters_of_any_language", "letters of every script"),
            ("cart adds two prices", ""),
        ] {
            assert!(!is_called(id, said), "{id}: {said}");
        }
    }
}
