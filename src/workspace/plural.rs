//! Numbers with their nouns. The domain has the same for the rooms that may use it; this one may use none.

/// A number with its noun: `1 file`, `2 files`.
pub fn plural(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_not_several() {
        assert_eq!(
            [plural(0, "file"), plural(1, "file"), plural(2, "file")],
            ["0 files", "1 file", "2 files"]
        );
    }
}
