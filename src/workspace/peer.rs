//! From where a process speaks: by which of the program's words, and at which terminal.

use std::fs;

use super::sweep::variable;

/// The major numbers of terminals that programs make, 256 to each, and of those of the machine itself.
const MADE: std::ops::RangeInclusive<u32> = 136..=143;
const CONSOLE: u32 = 4;

/// A process that speaks for the person, in words such as `` `flightdeck gate` on pts/3, from 10.0.0.7 ``. It is as true as
/// what the process says of itself.
pub fn way_of(pid: i32) -> String {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words = line.split(|byte| *byte == 0).skip(1).map(String::from_utf8_lossy);
    let is_plain = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    let verb = words.take_while(|word| !word.is_empty()).find(|word| !word.starts_with('-'));
    let program = match verb {
        Some(verb) if is_plain(&verb) => format!("`flightdeck {verb}`"),
        Some(_) | None => "the console".to_owned(),
    };
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let number = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(4)?.parse().ok());
    let terminal = terminal_of(number.unwrap_or_default());
    let far = variable(pid, "SSH_CONNECTION").and_then(|line| line.split(' ').next().map(str::to_owned));
    let far = far.map(|address| format!(", from {address}")).unwrap_or_default();
    format!("{program} {terminal}{far}")
}

/// A terminal by its number, as the kernel writes it.
fn terminal_of(number: u32) -> String {
    let (major, minor) = ((number >> 8) & 0xfff, (number & 0xff) | ((number >> 12) & 0xf_ff00));
    match major {
        _ if MADE.contains(&major) => format!("on pts/{}", (major - MADE.start()) * 256 + minor),
        CONSOLE => format!("on tty{minor}"),
        _ => "without a terminal".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_told_by_its_number() {
        for (number, words) in [
            (0, "without a terminal"),
            (34_816, "on pts/0"),
            (34_819, "on pts/3"),
            (34_816 + 256, "on pts/256"),
            (1_025, "on tty1"),
        ] {
            assert_eq!(terminal_of(number), words);
        }
    }
}
