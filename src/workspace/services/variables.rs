//! The variables by which services, their testers and their checks learn of ports and data.

/// The port of a service's own, or of the app for those who use it.
pub const PORT: &str = "PORT";
/// The folder for what the app keeps. It is fresh for each who works with the app.
pub const DATA_DIR: &str = "DATA_DIR";

/// The variable with the port of a service by its name: `PORT_WEB_API` for `web-api`.
pub fn port_variable(service: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("{PORT}_{}", service.chars().map(letter).collect::<String>())
}

/// A text with `$NAME` and `${NAME}` replaced, for names that are known; anything else stays as it is.
pub fn expanded(text: &str, variables: &[(String, String)]) -> String {
    let mut made = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        made += before;
        let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let (name, next) = braced.unwrap_or_else(|| {
            let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
            after.split_at(end)
        });
        // The last of a name counts, as in an environment.
        if let Some((_, value)) = variables.iter().rev().find(|(known, _)| known == name) {
            made += value;
            rest = next;
        } else {
            made.push('$');
            rest = after;
        }
    }
    made + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_replaced_and_others_stay() {
        let variables = [("PORT", "4000"), ("PORT_DB", "4001"), ("DATA_DIR", "/d")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let table = [
            ("http://localhost:$PORT/x", "http://localhost:4000/x"),
            ("${PORT}1:$PORT_DB", "40001:4001"),
            ("$DATA_DIR/db.sqlite", "/d/db.sqlite"),
            ("$PORTAL $HOME ${NO} $ $$PORT ${PORT", "$PORTAL $HOME ${NO} $ $4000 ${PORT"),
            ("plain", "plain"),
        ];
        for (text, expected) in table {
            assert_eq!(expanded(text, &variables), expected);
        }
        assert_eq!(port_variable("web-api 2"), "PORT_WEB_API_2");
    }
}
