//! What a program is told that met the sandbox: the system says only that permission was denied.

use std::path::Path;

use super::jail::Jail;

/// How the system and common tools say that something was refused.
const WORDS: [&str; 5] =
    ["Permission denied", "Operation not permitted", "EACCES", "EPERM", "PermissionError"];

/// A sentence for whoever ran a program that failed, where its sandbox seems to be why.
pub(in crate::workspace) fn sentence(jail: &Jail, output: &str) -> Option<String> {
    if jail.is_none() {
        return None;
    }
    let refused: Vec<&str> =
        output.lines().filter(|line| WORDS.iter().any(|word| line.contains(word))).collect();
    let first = refused.first()?;
    let outside = refused.iter().find_map(|line| path_in(line).filter(|path| !is_inside(jail, path)));
    let what = match outside {
        Some(path) => format!("`{path}` is outside the sandbox of this program"),
        None if output.contains("socket") || first.contains("connect") => {
            "local (unix) sockets are outside the sandbox of this program; TCP on 127.0.0.1 is not".to_owned()
        }
        None => "this may be the sandbox of this program".to_owned(),
    };
    Some(format!(
        "{what}: it writes in its checkout, in $TMPDIR and in $HOME, which is the mission's own, and reads the system and the \
         toolchains"
    ))
}

fn is_inside(jail: &Jail, path: &str) -> bool {
    jail.writable().iter().any(|folder| Path::new(path).starts_with(folder))
}

/// The first absolute path of a line.
fn path_in(line: &str) -> Option<&str> {
    let ends =
        |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`' | ':' | ',' | ')' | '(' | '‘' | '’');
    line.split(ends).find(|word| word.len() > 1 && word.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::super::jail::Rules;
    use super::*;

    #[test]
    fn a_refusal_names_what_is_outside() {
        let rules = Rules { writes: vec!["/m/checkout".into()], ..Rules::default() };
        let jail = Jail::new(rules, Vec::new());
        let told = |output: &str| sentence(&jail, output).unwrap_or_default();
        for line in [
            "sh: 1: cannot create /tmp/x: Permission denied",
            "touch: cannot touch '/tmp/x': Permission denied",
            "Error: EACCES: permission denied, open '/tmp/x'",
            "PermissionError: [Errno 13] Permission denied: '/tmp/x'",
        ] {
            assert!(told(line).starts_with("`/tmp/x` is outside the sandbox"), "{line}: {}", told(line));
        }
        assert!(told("/m/checkout/a: Permission denied").starts_with("this may be"));
        assert!(told("connect: Permission denied").contains("unix"));
        assert_eq!(told("test failed"), "");
        assert_eq!(sentence(&Jail::default(), "Permission denied"), None);
    }
}
