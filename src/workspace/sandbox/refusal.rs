//! What a program is told that met the sandbox: the system says only that permission was denied.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::time::Instant;

use super::jail::Jail;

/// How the system and common tools say that something was refused.
const WORDS: [&str; 7] = [
    "Permission denied",
    "Operation not permitted",
    "EACCES",
    "EPERM",
    "PermissionError",
    "Read-only file system",
    "EROFS",
];

/// How they say that something is not there: in a sandbox of bubblewrap's what is out of reach is not.
const ABSENT: [&str; 4] =
    ["No such file or directory", "ENOENT", "FileNotFoundError", "Directory nonexistent"];

/// How they say that a host is not reached, where they do not ask a proxy.
const UNREACHED: [&str; 9] = [
    "Network is unreachable",
    "ENETUNREACH",
    "Could not resolve host",
    "Temporary failure in name resolution",
    "Name or service not known",
    "EAI_AGAIN",
    "ENOTFOUND",
    "UnknownHostException",
    "network is unreachable",
];

/// How they say that nobody listens.
const REFUSED: [&str; 4] =
    ["Connection refused", "ECONNREFUSED", "connection refused", "ConnectionRefusedError"];

/// A sentence for whoever ran a program since a moment, where it asked for hosts that it may not reach: many programs say
/// nothing of why they were refused.
pub(in crate::workspace) fn unreached(jail: &Jail, since: Instant) -> Option<String> {
    let network = jail.network()?;
    let hosts: Vec<String> = network.refused_since(since).iter().map(|host| format!("`{host}`")).collect();
    if hosts.is_empty() {
        return None;
    }
    let then = if network.is_listed() {
        "the person is asked; go on with what does not need it, and try again once they allow it"
    } else {
        "this mission has no network but its own loopback"
    };
    Some(format!("{} may not be reached from this sandbox: {then}", hosts.join(", ")))
}

/// A sentence for whoever ran a program that failed, where its sandbox seems to be why.
pub(in crate::workspace) fn sentence(jail: &Jail, output: &str) -> Option<String> {
    if jail.is_none() {
        return None;
    }
    let with = |words: &'static [&str]| {
        output.lines().filter(move |line| words.iter().any(|word| line.contains(word)))
    };
    if jail.network().is_some()
        && let Some(port) = with(&REFUSED).find_map(port_in).filter(|port| is_of_machine(*port))
    {
        return Some(format!(
            "127.0.0.1 is this sandbox's own, and what listens on port {port} of the machine is not there: it is once the person \
             names `localhost:{port}` in `sandbox.hosts`"
        ));
    }
    if jail.network().is_some() && with(&UNREACHED).next().is_some() {
        return Some(
            "from this sandbox hosts are reached through its proxy alone: have the program use $HTTPS_PROXY"
                .to_owned(),
        );
    }
    let refused: Vec<&str> = with(&WORDS).collect();
    let outside = refused.iter().find_map(|line| paths_in(line).next().filter(|path| !is_inside(jail, path)));
    let absent = || with(&ABSENT).flat_map(paths_in).find(|path| jail.hides(Path::new(path)));
    let outside = outside.or_else(absent);
    let first = refused.first().copied().or(outside)?;
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

/// The port of this machine that a line speaks of.
fn port_in(line: &str) -> Option<u16> {
    ["127.0.0.1", "localhost", "::1"].into_iter().find_map(|name| {
        let rest = line.split_once(name)?.1;
        let digits: String =
            rest.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    })
}

/// Whether somebody listens there outside of the sandbox.
fn is_of_machine(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
}

fn is_inside(jail: &Jail, path: &str) -> bool {
    jail.writable().iter().any(|folder| Path::new(path).starts_with(folder))
}

/// The absolute paths of a line.
fn paths_in(line: &str) -> impl Iterator<Item = &str> {
    let ends =
        |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`' | ':' | ',' | ')' | '(' | '‘' | '’');
    line.split(ends).filter(|word| word.len() > 1 && word.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::super::bubblewrap::{Bubblewrap, Mounts};
    use super::super::jail::Rules;
    use super::super::stronger::Stronger;
    use super::*;

    #[test]
    fn a_refusal_names_what_is_outside() {
        let rules = Rules { writes: vec!["/m/checkout".into()], ..Rules::default() };
        let jail = Jail::new(rules, Vec::new(), None);
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
        assert_eq!(told("cat: /home/ada/x: No such file or directory"), "", "Landlock hides nothing");
    }

    #[test]
    fn what_is_not_there_in_a_sandbox_is_outside_of_it() {
        let writes = vec!["/m/checkout".into()];
        let rules = Rules { reads: vec!["/usr".into()], writes, ..Rules::default() };
        let bubblewrap =
            Bubblewrap { program: "/usr/bin/bwrap".into(), keeper: "/usr/bin/flightdeck".into() };
        let stronger = Stronger { bubblewrap, mounts: Mounts::default(), network: None };
        let jail = Jail::new(rules, Vec::new(), Some(stronger));
        let told = |output: &str| sentence(&jail, output).unwrap_or_default();
        for line in [
            "cat: /home/ada/x: No such file or directory",
            "/usr/bin/python3: can't open file '/home/ada/x': [Errno 2] No such file or directory",
            "sh: 1: cannot create /home/ada/x: Directory nonexistent",
        ] {
            assert!(told(line).starts_with("`/home/ada/x` is outside the sandbox"), "{line}: {}", told(line));
        }
        assert!(
            told("sh: 1: cannot create /usr/x: Read-only file system").starts_with("`/usr/x` is outside")
        );
        for inside in ["/usr/x", "/tmp/x", "/m/checkout/x", "x"] {
            assert_eq!(told(&format!("cat: {inside}: No such file or directory")), "");
        }
    }
}
