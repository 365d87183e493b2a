//! What the programs in a terminal's foreground do at this moment: whether they wait for their user or still work.

use std::fs;

/// What a terminal's foreground does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occupation {
    /// A program waits in a read of the terminal: nothing happens until something is typed.
    Reads,
    /// A program waits for whatever comes first: a key, a timer, a connection.
    Listens,
    /// All are busy, or wait for something else than their user.
    Works,
    /// The system does not say.
    Unknown,
}

/// What the processes of a group do. Only Linux says.
pub(super) fn of_group(group: i32) -> Occupation {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let all: Vec<Occupation> = pids.filter(|pid| is_in(*pid, group)).flat_map(of_threads).collect();
    let has = |wanted| all.contains(&wanted);
    [Occupation::Reads, Occupation::Listens, Occupation::Unknown, Occupation::Works]
        .into_iter()
        .find(|occupation| has(*occupation))
        .unwrap_or(Occupation::Unknown)
}

/// Whether a process belongs to a group and has not ended.
fn is_in(pid: i32, group: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // A program's name may have any characters, but only before the last bracket.
    let mut fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let state = fields.next();
    state.is_some_and(|state| state != "Z") && fields.nth(1).and_then(|id| id.parse().ok()) == Some(group)
}

fn of_threads(pid: i32) -> Vec<Occupation> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let calls = threads.map(|thread| fs::read_to_string(thread.path().join("syscall")));
    calls.map(|call| call.map_or(Occupation::Unknown, |call| of_call(pid, &call))).collect()
}

/// What a system call, as the kernel writes it with its number and arguments, says of a thread.
fn of_call(pid: i32, call: &str) -> Occupation {
    let mut words = call.split_whitespace();
    let Some(number) = words.next().and_then(|word| word.parse::<u32>().ok()) else {
        // It runs just now.
        return Occupation::Works;
    };
    if POLLS.contains(&number) {
        return Occupation::Listens;
    }
    let descriptor =
        words.next().and_then(|word| u32::from_str_radix(word.trim_start_matches("0x"), 16).ok());
    let file = descriptor.and_then(|fd| fs::read_link(format!("/proc/{pid}/fd/{fd}")).ok());
    let is_terminal = file.is_some_and(|file| file.starts_with("/dev/pts") || file.starts_with("/dev/tty"));
    if READS.contains(&number) && is_terminal { Occupation::Reads } else { Occupation::Works }
}

// The numbers of read and readv, and of poll, select, pselect6, ppoll, epoll_wait, epoll_pwait and epoll_pwait2.
#[cfg(target_arch = "x86_64")]
const READS: &[u32] = &[0, 19];
#[cfg(target_arch = "x86_64")]
const POLLS: &[u32] = &[7, 23, 270, 271, 232, 281, 441];
#[cfg(target_arch = "aarch64")]
const READS: &[u32] = &[63, 65];
#[cfg(target_arch = "aarch64")]
const POLLS: &[u32] = &[72, 73, 22, 441];
/// Of other machines the numbers are not known here, and any wait may be one for the user.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const READS: &[u32] = &[];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const POLLS: &[u32] = &[];
